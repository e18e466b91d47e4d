import { compareNumbers } from '../base/compare.ts';

/** A Pod under memory or disk pressure; amounts in bytes. */
export interface EvictionCandidate {
  readonly priority: number;
  readonly usage: number;
  /** What its containers request of the scarce resource. */
  readonly request: number;
}

/**
 * The order in which a kubelet under pressure evicts, first one first: those that use more than they asked for, then
 * by priority, then by how much they are over (Kubernetes documentation: "Node-pressure Eviction").
 */
export function compareForEviction(a: EvictionCandidate, b: EvictionCandidate): number {
  return (
    Number(isExceeding(b)) - Number(isExceeding(a)) ||
    compareNumbers(a.priority, b.priority) ||
    compareNumbers(b.usage - b.request, a.usage - a.request)
  );
}

/** The same where process ids run short, which nobody requests: by priority, then by how many there are. */
export function compareForPidEviction(
  a: Omit<EvictionCandidate, 'request'>,
  b: Omit<EvictionCandidate, 'request'>,
): number {
  return compareNumbers(a.priority, b.priority) || compareNumbers(b.usage, a.usage);
}

function isExceeding({ usage, request }: EvictionCandidate): boolean {
  return usage > request;
}
