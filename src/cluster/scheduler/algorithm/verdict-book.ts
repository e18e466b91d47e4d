import type { VerdictRecord } from '../explanation/explanations.ts';
import { FEASIBLE, UNSEEN, type Verdicts } from '../framework/plugin.ts';
import type { MaybeStatus, Status } from '../framework/status.ts';

/** Writes down what is said of each node, equal statuses as one number. */
export interface VerdictBook {
  readonly byPosition: Uint16Array;
  readonly statuses: Status[];
  /** How many nodes got each status; 0 where every one of them has changed its mind. */
  readonly counts: number[];
  /** The last status entered: the next is nearly always the same. */
  lastStatus: MaybeStatus;
  lastIndex: number;
  absent: MaybeStatus;
  /** How it is told, as long as that is true (explanation/record-attempt.ts). */
  told: VerdictRecord | undefined;
}

/** Different statuses of one attempt: more would mean that every node has a reason of its own. */
const STATUSES_MAX = 65_000;

/** An empty book; `byPosition` is used as it is given and must be empty (all 0). */
export function createVerdictBook(byPosition: Uint16Array): VerdictBook {
  return {
    byPosition,
    statuses: [],
    counts: [],
    lastStatus: undefined,
    lastIndex: 0,
    absent: undefined,
    told: undefined,
  };
}

/** Enters a node's verdict; undefined: it is feasible. */
export function enterVerdict(book: VerdictBook, position: number, status: MaybeStatus): void {
  if (status === undefined) {
    book.byPosition[position] = FEASIBLE;
    return;
  }
  if (status !== book.lastStatus) {
    book.lastIndex = indexOfStatus(book, status);
    book.lastStatus = status;
  }
  const index = book.lastIndex;
  book.counts[index] = (book.counts[index] as number) + 1; // Every status has its count.
  book.byPosition[position] = 2 + index;
}

/** Enters another no of a node that has said no before. */
export function changeVerdict(book: VerdictBook, position: number, status: Status): void {
  const before = (book.byPosition[position] as number) - 2;
  if (book.statuses[before] === status) return;
  book.told = undefined;
  book.counts[before] = (book.counts[before] as number) - 1; // Every status has its count.
  enterVerdict(book, position, status);
}

/** The status a node got, undefined when it is feasible or was not looked at. */
export function statusAt(verdicts: Verdicts, position: number): MaybeStatus {
  const verdict = verdicts.byPosition[position] ?? UNSEEN;
  return verdict < 2 ? undefined : verdicts.statuses[verdict - 2];
}

function indexOfStatus(book: VerdictBook, status: Status): number {
  const { statuses, counts } = book;
  let index = statuses.lastIndexOf(status);
  if (index < 0) index = statuses.findIndex((each) => isEqual(each, status));
  if (index >= 0) return index;
  if (statuses.length >= STATUSES_MAX) return statuses.length - 1;
  statuses.push(status);
  counts.push(0);
  return statuses.length - 1;
}

function isEqual(a: Status, b: Status): boolean {
  return (
    a.code === b.code &&
    a.plugin === b.plugin &&
    a.reasons.length === b.reasons.length &&
    a.reasons.every((reason, index) => reason === b.reasons[index])
  );
}
