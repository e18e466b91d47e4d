import type { Node, ObjectReference } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Memo, type Plan, type Write } from '../plan.ts';
import { event, updateStatus } from '../writes.ts';
import { silentAt, transitionTick } from './heartbeats.ts';
import { podsNotReady, unknownConditions } from './silence.ts';
import {
  noScheduleTaints,
  presentNoExecute,
  taintPatch,
  wantedNoExecute,
  withNoExecute,
} from './taints.ts';
import { reconcileZones, ZONES_KEY } from './zones.ts';

/**
 * Notices nodes that have fallen silent, says so in their conditions, and taints them: at once against new
 * pods, and zone by zone at a limited rate against those that are there.
 */
export const nodeLifecycleController: Controller = {
  name: 'node-lifecycle-controller',
  account: 'node-controller',
  component: 'node-controller',
  workers: 8,
  wokenBy: [{ resource: 'nodes', keys: concerned }],

  reconcile(key, cluster, now, memo) {
    return key === ZONES_KEY
      ? reconcileZones(cluster, now, memo)
      : reconcileNode(key, cluster, now, memo);
  },
};

/** The node, and the zones where its readiness or its taints have changed. Heartbeats concern nobody. */
function concerned({ key, old, next }: InformerChange): readonly string[] {
  // The informer's objects are nodes.
  const before = old as Node | undefined;
  const after = next as Node | undefined;
  if (before === undefined || after === undefined) return [key, ZONES_KEY];
  if (wantedNoExecute(before) !== wantedNoExecute(after)) return [key, ZONES_KEY];
  if (presentNoExecute(before) !== presentNoExecute(after)) return [key, ZONES_KEY];
  return before.spec === after.spec && before.status?.conditions === after.status?.conditions
    ? NO_KEYS
    : [key];
}

function reconcileNode(
  key: string,
  cluster: ClusterView,
  now: Micros,
  memo: Memo | undefined,
): Plan {
  const node = cluster.get('nodes', key);
  if (node === undefined) return farewell(key, memo);
  const remember: Memo = { uid: node.metadata.uid ?? '' };
  const silent = silentAt(node, cluster.derived.heartbeats, cluster.flags);
  const writes: Write[] = [];
  if (memo === undefined) {
    const message = `Registered Node ${key} in Controller`;
    writes.push(event(aboutNode(key, remember), 'Normal', 'RegisteredNode', message));
  }
  if (now >= silent) {
    const said = saySilent(node, cluster, now);
    if (said !== undefined) return { ...said, remember };
    writes.push(...podsNotReady(node, cluster, cluster.timestamp(now)));
  }
  const taints = taintsOf(node, cluster, now);
  if (taints.patch !== undefined) writes.push(taints.patch);
  // A node that is silent already is looked at again when it speaks.
  const due = [taints.due, now < silent ? silent : undefined].filter((each) => each !== undefined);
  const after = due.length === 0 ? undefined : Math.min(...due) - now;
  return inOrder(`node ${key}: brings taints and pods in line with its conditions`, writes, {
    remember,
    ...(after === undefined ? undefined : { after }),
  });
}

/** The status of a node that was not heard for too long; undefined when it says so already. */
function saySilent(node: Node, cluster: ClusterView, now: Micros): Plan | undefined {
  const { name = '' } = node.metadata;
  const conditions = unknownConditions(node, cluster.timestamp(now));
  if (conditions === node.status?.conditions) return undefined;
  const wasReady = findCondition(node.status?.conditions, 'Ready')?.status === 'True';
  const message = `Node ${name} status is now: NodeNotReady`;
  const told = wasReady
    ? [event(aboutNode(name, memoOf(node)), 'Normal', 'NodeNotReady', message)]
    : [];
  const heard = cluster.derived.heartbeats.get(name) ?? 0;
  const seconds = Math.round((now - heard) / 1e6);
  return inOrder(
    `node ${name} was last heard ${seconds} s ago, more than the ${cluster.flags.nodeMonitorGracePeriodSeconds} s allowed: it is NotReady`,
    [updateStatus('nodes', { ...node, status: { ...node.status, conditions } }), ...told],
  );
}

interface TaintStep {
  readonly patch: Write | undefined;
  /** When the monitor's next tick will have something to do. */
  readonly due: Micros | undefined;
}

/**
 * Taints against new pods follow the conditions at once. Those against running pods follow at the
 * monitor's next tick, and only where no rate is to be kept: when a node is back, or not as it was.
 */
function taintsOf(node: Node, cluster: ClusterView, now: Micros): TaintStep {
  const timestamp = cluster.timestamp(now);
  const present = node.spec?.taints ?? [];
  let taints = noScheduleTaints(node, timestamp);
  const wanted = wantedNoExecute(node);
  const has = presentNoExecute(node);
  let due: Micros | undefined;
  if (has !== undefined && has !== wanted) {
    const tick = transitionTick(node, cluster);
    if (now < tick) due = tick;
    else taints = withNoExecute({ ...node, spec: { ...node.spec, taints } }, wanted, timestamp);
  }
  const isChanged =
    taints.length !== present.length || taints.some((each, at) => each !== present[at]);
  return { patch: isChanged ? taintPatch(node, taints) : undefined, due };
}

function farewell(key: string, memo: Memo | undefined): Plan {
  if (memo === undefined) return rest('it is gone');
  const message = `Removing Node ${key} from Controller`;
  return inOrder(
    `node ${key} is gone`,
    [event(aboutNode(key, memo), 'Normal', 'RemovingNode', message)],
    {
      remember: null,
    },
  );
}

function memoOf(node: Node): Memo {
  return { uid: node.metadata.uid ?? '' };
}

function aboutNode(name: string, memo: Memo): ObjectReference {
  return { apiVersion: 'v1', kind: 'Node', name, uid: String(memo['uid'] ?? '') };
}
