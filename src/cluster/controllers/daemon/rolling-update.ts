import type { DaemonSet, Pod } from '../../../api/generated/types.ts';
import { scaledIntOrPercent } from '../../../api/int-or-string.ts';
import { isPodAvailable } from '../../../api/pod-readiness.ts';
import { isLeaving, isUpdated, type PodsByNode } from './daemon-pods.ts';

/** What the next step of a rollout does: pods to take away, and nodes that get a second pod. */
export interface RolloutStep {
  readonly remove: readonly Pod[];
  readonly surge: readonly string[];
}

const NOTHING: RolloutStep = Object.freeze({ remove: [], surge: [] });

/** How many pods may be missing, and how many nodes may have two, for so many nodes. */
export function rolloutBounds(
  { spec }: DaemonSet,
  wanted: number,
): { readonly maxUnavailable: number; readonly maxSurge: number } {
  const { maxUnavailable, maxSurge } = spec.updateStrategy?.rollingUpdate ?? {};
  const missing = scaledIntOrPercent(maxUnavailable ?? 1, wanted, 'up');
  const extra = scaledIntOrPercent(maxSurge ?? 0, wanted, 'up');
  const surge = extra.ok ? extra.value : 0;
  const unavailable = missing.ok ? missing.value : 0;
  // Both round up from something above nothing, or validation has refused them.
  return { maxUnavailable: unavailable === 0 && surge === 0 ? 1 : unavailable, maxSurge: surge };
}

/** Whether new pods come before old ones go. */
export function allowsSurge(set: DaemonSet): boolean {
  const { maxSurge = 0 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  return (
    set.spec.updateStrategy?.type === 'RollingUpdate' && Number.parseInt(`${maxSurge}`, 10) > 0
  );
}

/** The next step towards pods of the current template on all nodes (upstream: rollingUpdate). */
export function rolloutStep(
  set: DaemonSet,
  byNode: PodsByNode,
  hash: string,
  wanted: number,
  nowMillis: number,
): RolloutStep {
  if (set.spec.updateStrategy?.type === 'OnDelete') return NOTHING;
  const { maxUnavailable, maxSurge } = rolloutBounds(set, wanted);
  const available = (pod: Pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMillis);
  return maxSurge === 0
    ? replacing(byNode, hash, maxUnavailable, available)
    : surging(byNode, hash, maxSurge, available);
}

function replacing(
  byNode: PodsByNode,
  hash: string,
  maxUnavailable: number,
  available: (pod: Pod) => boolean,
): RolloutStep {
  let unavailable = 0;
  // Old pods that serve nobody are lost without harm.
  const free: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pods of byNode.values()) {
    const pair = pairOn(pods, hash);
    const { fresh, old } = pair ?? {};
    if (pair === undefined || (fresh === undefined) === (old === undefined)) unavailable += 1;
    else if (fresh !== undefined) unavailable += available(fresh) ? 0 : 1;
    else if (old !== undefined && !available(old)) {
      free.push(old);
      unavailable += 1;
    } else if (old !== undefined) candidates.push(old);
  }
  const allowed = Math.max(0, maxUnavailable - unavailable);
  return { remove: [...free, ...candidates.slice(0, allowed)], surge: [] };
}

function surging(
  byNode: PodsByNode,
  hash: string,
  maxSurge: number,
  available: (pod: Pod) => boolean,
): RolloutStep {
  let surged = 0;
  const remove: Pod[] = [];
  const free: string[] = [];
  const candidates: string[] = [];
  for (const [node, pods] of byNode) {
    const pair = pairOn(pods, hash);
    if (pair === undefined) surged += 1;
    else if (pair.old !== undefined && pair.fresh === undefined) {
      if (available(pair.old)) candidates.push(node);
      else free.push(node);
    } else if (pair.old !== undefined && pair.fresh !== undefined) {
      surged += 1;
      if (available(pair.fresh)) remove.push(pair.old);
    }
  }
  const allowed = Math.max(0, maxSurge - surged);
  return { remove, surge: [...free, ...candidates.slice(0, allowed)] };
}

/** The one new and the one old pod of a node; undefined when there are several of either. */
function pairOn(
  pods: readonly Pod[],
  hash: string,
): { readonly fresh: Pod | undefined; readonly old: Pod | undefined } | undefined {
  let fresh: Pod | undefined;
  let old: Pod | undefined;
  for (const pod of pods) {
    if (isLeaving(pod)) continue;
    if (isUpdated(pod, hash)) {
      if (fresh !== undefined) return undefined;
      fresh = pod;
    } else {
      if (old !== undefined) return undefined;
      old = pod;
    }
  }
  return { fresh, old };
}
