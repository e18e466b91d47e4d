import { parseInt64 } from '../base/int64.ts';
import type { Taint, Toleration } from './generated/types.ts';

/**
 * Taints keep Pods away from nodes, tolerations let them through (Kubernetes documentation: "Taints and
 * Tolerations"). The operators Lt and Gt are behind a feature gate that is off by default in v1.35.
 */
export interface TolerationOptions {
  readonly comparisonOperators: boolean;
}

const defaultOptions: TolerationOptions = { comparisonOperators: false };

/** Whether the toleration lets a Pod stay with the taint. Empty key and effect stand for any. */
export function toleratesTaint(
  toleration: Toleration,
  taint: Taint,
  options: TolerationOptions = defaultOptions,
): boolean {
  const { effect, key, value = '' } = toleration;
  if (effect !== undefined && (effect as string) !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  switch (toleration.operator as string | undefined) {
    case undefined:
    case '':
    case 'Equal':
      return value === (taint.value ?? '');
    case 'Exists':
      return true;
    case 'Lt':
    case 'Gt':
      return options.comparisonOperators && comparesNumerically(toleration, taint);
    default:
      return false;
  }
}

export function isTaintTolerated(
  taint: Taint,
  tolerations: readonly Toleration[] | undefined,
  options: TolerationOptions = defaultOptions,
): boolean {
  if (tolerations === undefined) return false;
  for (const each of tolerations) if (toleratesTaint(each, taint, options)) return true;
  return false;
}

/** The first taint, of those that `concerns` lets count, that no toleration covers. */
export function firstUntoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  concerns: (taint: Taint) => boolean = allTaints,
  options: TolerationOptions = defaultOptions,
): Taint | undefined {
  if (taints === undefined) return undefined;
  for (const taint of taints) {
    if (concerns(taint) && !isTaintTolerated(taint, tolerations, options)) return taint;
  }
  return undefined;
}

/** Taints that keep new Pods from a node; PreferNoSchedule only makes it less liked. */
export function preventsScheduling(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' || taint.effect === 'NoExecute';
}

/**
 * How many seconds a Pod may stay with NoExecute taints: undefined when one of them is not tolerated (it must go at
 * once), Infinity when all are tolerated without limit, else the shortest limit of the tolerations in use.
 */
export function tolerationSeconds(
  taints: readonly Taint[],
  tolerations: readonly Toleration[] | undefined,
): number | undefined {
  let shortest = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    // Of several tolerations for one taint the first alone counts.
    const used = tolerations?.find((each) => toleratesTaint(each, taint));
    if (used === undefined) return undefined;
    const seconds = used.tolerationSeconds;
    if (seconds !== undefined) shortest = Math.min(shortest, Math.max(0, seconds));
  }
  return shortest;
}

/** `key=value:effect`, as kubectl writes taints. */
export function formatTaint({ key, value, effect }: Taint): string {
  return `${key}${value === undefined || value === '' ? '' : `=${value}`}:${effect}`;
}

/** The same taint for the purposes of adding and removing: key and effect, not the value. */
export function isSameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

function allTaints(): boolean {
  return true;
}

/** A taint above (Gt) or below (Lt) the toleration's number is tolerated; what is no number is not. */
function comparesNumerically(toleration: Toleration, taint: Taint): boolean {
  const bound = parseInt64(toleration.value ?? '');
  const value = parseInt64(taint.value ?? '');
  if (bound === undefined || value === undefined) return false;
  return (toleration.operator as string) === 'Gt' ? value > bound : value < bound;
}
