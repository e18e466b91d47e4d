import type { Lease, Node } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { parseTime } from '../../../api/time.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { ComponentFlags } from '../../set-up.ts';

/**
 * When this process last noticed a sign of life of each node: a renewed Lease or a status posted by the
 * kubelet. By its own clock, as upstream, so that skewed clocks on nodes do no harm.
 */
export type Heartbeats = Map<string, Micros>;

/** Kubelets that have never posted a status get this long (upstream's node-startup-grace-period). */
const STARTUP_GRACE: Micros = 60 * SECOND;

/** A changed node: one that appears, or whose kubelet has posted its status again, is alive now. */
export function hearNode(
  heartbeats: Heartbeats,
  change: {
    readonly key: string;
    readonly old: Node | undefined;
    readonly next: Node | undefined;
  },
  now: Micros,
): void {
  const { key, old, next } = change;
  if (next === undefined) heartbeats.delete(key);
  else if (old === undefined || !heartbeats.has(key)) heartbeats.set(key, now);
  else if (postedAt(old) !== postedAt(next)) heartbeats.set(key, now);
}

/** A changed Lease of kube-node-lease, which has its node's name. */
export function hearLease(
  heartbeats: Heartbeats,
  change: { readonly old: Lease | undefined; readonly next: Lease | undefined },
  now: Micros,
): void {
  const { old, next } = change;
  const name = next?.metadata.name ?? '';
  if (next === undefined || !heartbeats.has(name)) return;
  if (old?.spec.renewTime !== next.spec.renewTime) heartbeats.set(name, now);
}

/** When a node counts as silent unless it is heard again, on the grid of the monitor's ticks. */
export function silentAt(node: Node, heartbeats: Heartbeats, flags: ComponentFlags): Micros {
  const heard = heartbeats.get(node.metadata.name ?? '') ?? 0;
  const known = findCondition(node.status?.conditions, 'Ready') !== undefined;
  const grace = known ? flags.nodeMonitorGracePeriodSeconds * SECOND : STARTUP_GRACE;
  // The monitor looks at each tick and counts from the tick that first showed the sign of life.
  return nextTick(nextTick(heard, flags) + grace - 1, flags);
}

/** The monitor's first tick after an instant. */
export function nextTick(at: Micros, flags: ComponentFlags): Micros {
  const period = flags.nodeMonitorPeriodSeconds * SECOND;
  return (Math.floor(at / period) + 1) * period;
}

/** The monitor's first tick after the node's Ready condition changed. */
export function transitionTick(
  node: Node,
  cluster: { readonly epochMillis: number; readonly flags: ComponentFlags },
): Micros {
  const ready = findCondition(node.status?.conditions, 'Ready');
  const since = parseTime(ready?.lastTransitionTime ?? '');
  if (since === undefined) return 0;
  return nextTick((since - cluster.epochMillis) * 1000, cluster.flags);
}

function postedAt(node: Node): string | undefined {
  return findCondition(node.status?.conditions, 'Ready')?.lastHeartbeatTime;
}
