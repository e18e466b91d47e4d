import type { Verdicts } from '../framework/plugin.ts';
import { messageOf, type MaybeStatus } from '../framework/status.ts';

/** What an attempt that found no node has to say. */
export interface FitError {
  readonly nodeCount: number;
  /** The reason of a `preFilter` that ruled out every node; empty: the nodes' own reasons count. */
  readonly preFilterMessage: string;
  readonly postFilterMessage: string;
  /** Reason → number of nodes. */
  readonly reasons: ReadonlyMap<string, number>;
}

/**
 * Upstream's sentence for the event and the Pod's condition: `0/3 nodes are available: 1 Insufficient cpu, 2
 * node(s) were unschedulable. preemption: …`. Reasons stand in order of their text, number included.
 */
export function fitErrorMessage(error: FitError): string {
  let text = `0/${error.nodeCount} nodes are available:`;
  if (error.preFilterMessage !== '') text += ` ${error.preFilterMessage}.`;
  else if (error.reasons.size > 0) {
    const parts = [...error.reasons].map(([reason, count]) => `${count} ${reason}`);
    text += ` ${parts.sort().join(', ')}.`;
  }
  return error.postFilterMessage === '' ? text : `${text} ${error.postFilterMessage}`;
}

/** How many nodes gave each reason. Nodes ruled out beforehand give the one that holds for all of them. */
export function reasonCounts(
  verdicts: Pick<Verdicts, 'statuses' | 'absent'> & { readonly counts: readonly number[] },
  nodeCount: number,
): Map<string, number> {
  const reasons = new Map<string, number>();
  let explicit = 0;
  for (let index = 0; index < verdicts.statuses.length; index++) {
    const count = verdicts.counts[index] ?? 0;
    explicit += count;
    addReasons(reasons, verdicts.statuses[index], count);
  }
  if (nodeCount > explicit) addReasons(reasons, verdicts.absent, nodeCount - explicit);
  return reasons;
}

function addReasons(reasons: Map<string, number>, status: MaybeStatus, count: number): void {
  if (count === 0) return;
  for (const reason of status?.reasons ?? []) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
}

/** A `preFilter` rejection as the text of the whole error. */
export function preFilterMessageOf(status: MaybeStatus): string {
  return status === undefined ? '' : messageOf(status);
}
