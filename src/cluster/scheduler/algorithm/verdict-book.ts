import { FEASIBLE, UNSEEN, type Verdicts } from '../framework/plugin.ts';
import type { MaybeStatus, Status } from '../framework/status.ts';

/** Writes down what is said of each node, equal statuses as one number. */
export interface VerdictBook {
  readonly byPosition: Uint16Array;
  readonly statuses: Status[];
  /** How many nodes got each status. */
  readonly counts: number[];
  absent: MaybeStatus;
}

/** Different statuses of one attempt: more would mean that every node has a reason of its own. */
const STATUSES_MAX = 65_000;

export function createVerdictBook(nodeCount: number): VerdictBook {
  return { byPosition: new Uint16Array(nodeCount), statuses: [], counts: [], absent: undefined };
}

/** Enters a node's verdict; undefined: it is feasible. */
export function enterVerdict(book: VerdictBook, position: number, status: MaybeStatus): void {
  if (status === undefined) {
    book.byPosition[position] = FEASIBLE;
    return;
  }
  let index = book.statuses.lastIndexOf(status);
  if (index < 0) {
    index = equalStatus(book.statuses, status);
    if (index < 0) {
      if (book.statuses.length >= STATUSES_MAX) index = book.statuses.length - 1;
      else {
        index = book.statuses.length;
        book.statuses.push(status);
        book.counts.push(0);
      }
    }
  }
  book.counts[index]! += 1; // Every status has its count.
  book.byPosition[position] = 2 + index;
}

/** The status a node got, undefined when it is feasible or was not looked at. */
export function statusAt(verdicts: Verdicts, position: number): MaybeStatus {
  const verdict = verdicts.byPosition[position] ?? UNSEEN;
  return verdict < 2 ? undefined : verdicts.statuses[verdict - 2];
}

function equalStatus(statuses: readonly Status[], status: Status): number {
  return statuses.findIndex(
    (each) =>
      each.code === status.code &&
      each.plugin === status.plugin &&
      each.reasons.length === status.reasons.length &&
      each.reasons.every((reason, index) => reason === status.reasons[index]),
  );
}
