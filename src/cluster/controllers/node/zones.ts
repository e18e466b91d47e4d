import type { Node, Taint } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { compareNumbers, compareStrings } from '../../../base/compare.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { ClusterView } from '../cluster-view.ts';
import { inOrder, rest, type Memo, type Plan, type Write } from '../plan.ts';
import { transitionTick } from './heartbeats.ts';
import { presentNoExecute, taintPatch, wantedNoExecute, withNoExecute } from './taints.ts';

/** The key of the look at all zones together; no node can have this name. */
export const ZONES_KEY = '*zones*';

/** Nodes a second that lose their pods: in a healthy zone, and in a large one of which too many are ill. */
const EVICTION_RATE = 0.1;
const SECONDARY_EVICTION_RATE = 0.01;
const LARGE_ZONE_MIN = 50;
const UNHEALTHY_SHARE = 0.55;
const EXCLUDED_LABEL = 'node.kubernetes.io/exclude-disruption';

type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

interface Zone {
  readonly name: string;
  readonly nodes: Node[];
  ready: number;
  notReady: number;
}

/**
 * Taints nodes that are not ready so that their pods leave, at a rate that depends on how ill the whole
 * zone is. When no node of the cluster is ready the fault is rather on this side: then nobody is evicted
 * and taints are taken back.
 */
export function reconcileZones(cluster: ClusterView, now: Micros, memo: Memo | undefined): Plan {
  const zones = zonesOf(cluster);
  if (zones.length === 0) return rest('there are no nodes');
  if (zones.every((zone) => stateOf(zone) === 'FullDisruption'))
    return standStill(zones, cluster, now);
  const writes: Write[] = [];
  const remember: Record<string, number> = {};
  let next = Number.POSITIVE_INFINITY;
  for (const zone of zones) {
    const turn = taintOne(zone, cluster, now, Number(memo?.[zone.name] ?? 0));
    if (turn.write !== undefined) writes.push(turn.write);
    remember[zone.name] = turn.nextToken;
    next = Math.min(next, turn.lookAt);
  }
  const why =
    writes.length === 0
      ? 'no node is to lose its pods now'
      : `${writes.length} nodes are not ready: taints them, so that their pods leave`;
  return inOrder(why, writes, {
    remember,
    ...(next === Number.POSITIVE_INFINITY ? undefined : { after: Math.max(0, next - now) }),
  });
}

interface Turn {
  readonly write: Write | undefined;
  /** When the zone may lose the next node's pods. */
  readonly nextToken: Micros;
  readonly lookAt: Micros;
}

function taintOne(zone: Zone, cluster: ClusterView, now: Micros, nextToken: Micros): Turn {
  const waiting = zone.nodes
    .filter((node) => wantedNoExecute(node) !== undefined && presentNoExecute(node) === undefined)
    .map((node) => ({ node, at: transitionTick(node, cluster) }))
    .sort(
      (a, b) =>
        compareNumbers(a.at, b.at) ||
        compareStrings(a.node.metadata.name ?? '', b.node.metadata.name ?? ''),
    );
  const [first, second] = waiting;
  const rate = rateOf(zone);
  if (first === undefined || rate === 0) {
    return { write: undefined, nextToken, lookAt: Number.POSITIVE_INFINITY };
  }
  const due = Math.max(first.at, nextToken);
  if (now < due) return { write: undefined, nextToken, lookAt: due };
  const following = now + SECOND / rate;
  return {
    write: taintPatch(
      first.node,
      withNoExecute(first.node, wantedNoExecute(first.node), cluster.timestamp(now)),
    ),
    nextToken: following,
    lookAt: second === undefined ? Number.POSITIVE_INFINITY : Math.max(second.at, following),
  };
}

function standStill(zones: readonly Zone[], cluster: ClusterView, now: Micros): Plan {
  const writes = zones
    .flatMap((zone) => zone.nodes)
    .filter((node) => presentNoExecute(node) !== undefined)
    .map((node) => {
      const taints: readonly Taint[] = withNoExecute(node, undefined, cluster.timestamp(now));
      return taintPatch(node, taints);
    });
  return inOrder('no node is ready, so that the fault may be here: nobody is evicted', writes);
}

function rateOf(zone: Zone): number {
  if (stateOf(zone) !== 'PartialDisruption') return EVICTION_RATE;
  return zone.nodes.length > LARGE_ZONE_MIN ? SECONDARY_EVICTION_RATE : 0;
}

function stateOf({ ready, notReady }: Zone): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady > 2 && notReady / (notReady + ready) >= UNHEALTHY_SHARE) return 'PartialDisruption';
  return 'Normal';
}

function zonesOf(cluster: ClusterView): readonly Zone[] {
  const zones = new Map<string, Zone>();
  for (const node of cluster.all('nodes').values()) {
    const { labels } = node.metadata;
    const name = `${labels?.['topology.kubernetes.io/region'] ?? ''}/${labels?.['topology.kubernetes.io/zone'] ?? ''}`;
    let zone = zones.get(name);
    if (zone === undefined) {
      zone = { name, nodes: [], ready: 0, notReady: 0 };
      zones.set(name, zone);
    }
    zone.nodes.push(node);
    if (labels !== undefined && Object.hasOwn(labels, EXCLUDED_LABEL)) continue;
    if (findCondition(node.status?.conditions, 'Ready')?.status === 'True') zone.ready += 1;
    else zone.notReady += 1;
  }
  return [...zones.values()];
}
