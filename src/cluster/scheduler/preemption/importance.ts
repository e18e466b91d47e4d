import { compareStrings } from '../../../base/compare.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';

/**
 * Whether `a` would rather be kept than `b`: higher priority, else the one that has run longer. Upstream
 * leaves full ties open; here the key decides, so that there is one answer.
 */
export function isMoreImportant(a: PodInfo, b: PodInfo): boolean {
  return compareImportance(a, b) < 0;
}

/** Sorts the most important first. */
export function compareImportance(a: PodInfo, b: PodInfo): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.startMillis !== b.startMillis) return a.startMillis - b.startMillis;
  return compareStrings(a.key, b.key);
}
