import type {
  EndpointSlice,
  Lease,
  Node,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  Service,
} from '../../api/generated/types.ts';
import type { Micros } from '../../kernel/time.ts';
import type { InformerChange } from '../client/informer.ts';
import type { ClusterView } from './cluster-view.ts';
import { tallyBudget, tallyBudgetedPod, type BudgetTallies } from './disruption/budget-tallies.ts';
import {
  noteNode,
  notePod,
  noteService,
  noteSlice,
  type ServiceMembers,
} from './endpoints/members.ts';
import { hearLease, hearNode, type Heartbeats } from './node/heartbeats.ts';
import { notePodCidr, type PodCidrs } from './node/pod-cidrs.ts';
import { replicationControllerAsSet } from './replication-controller-set.ts';
import { tallyPod, tallySet, type ReplicaTallies } from './replica-tallies.ts';

/**
 * What controllers would otherwise count over and over: derived from the copies alone, kept true by each
 * change. Every part has a test that it equals the count from scratch.
 */
export interface Derived {
  readonly replicas: ReplicaTallies;
  readonly heartbeats: Heartbeats;
  readonly podCidrs: PodCidrs;
  readonly members: ServiceMembers;
  /** The Services whose endpoints the last change of a pod or node has changed. */
  readonly stirred: Set<string>;
  readonly budgets: BudgetTallies;
  /** The budgets that the last change of a pod concerns. */
  readonly stirredBudgets: Set<string>;
  /** Uids of objects known to be gone, oldest first. */
  readonly absent: Set<string>;
}

export function createDerived(): Derived {
  return {
    replicas: new Map(),
    heartbeats: new Map(),
    podCidrs: new Map(),
    members: new Map(),
    stirred: new Set(),
    budgets: new Map(),
    stirredBudgets: new Set(),
    absent: new Set(),
  };
}

/** Takes one change in, after the copies show it and before any controller is asked. */
export function updateDerived(
  derived: Derived,
  change: InformerChange,
  cluster: ClusterView,
  now: Micros,
): void {
  if (derived.stirred.size > 0) derived.stirred.clear();
  if (derived.stirredBudgets.size > 0) derived.stirredBudgets.clear();
  if (change.next === undefined) rememberAbsent(derived, change.old?.metadata.uid ?? '');
  if (change.informer !== 'pods') {
    takeOther(derived, change, cluster, now);
    return;
  }
  const pod = change as Changed<Pod>; // An informer's objects are of its resource, here and below.
  tallyPod(derived.replicas, pod, cluster.epochMillis);
  if (derived.members.size > 0) notePod(derived.members, derived.stirred, pod, cluster);
  if (derived.budgets.size > 0) tallyBudgetedPod(derived.budgets, derived.stirredBudgets, pod);
}

/** Takes in what changes less often than Pods. */
function takeOther(
  derived: Derived,
  change: InformerChange,
  cluster: ClusterView,
  now: Micros,
): void {
  switch (change.informer) {
    case 'replicasets':
      tallySet(derived.replicas, change as Changed<ReplicaSet>, cluster);
      break;
    case 'replicationcontrollers': {
      const { old, next } = change as Changed<ReplicationController>;
      tallySet(
        derived.replicas,
        {
          old: old && replicationControllerAsSet(old),
          next: next && replicationControllerAsSet(next),
        },
        cluster,
      );
      break;
    }
    case 'services':
      noteService(derived.members, change as Changed<Service>, cluster);
      break;
    case 'endpointslices':
      noteSlice(derived.members, change as Changed<EndpointSlice>);
      break;
    case 'nodes': {
      const node = change as Changed<Node>;
      hearNode(derived.heartbeats, node, now);
      notePodCidr(derived.podCidrs, node);
      noteNode(derived.members, derived.stirred, node, cluster);
      break;
    }
    case 'poddisruptionbudgets':
      tallyBudget(derived.budgets, change as Changed<PodDisruptionBudget>, cluster);
      break;
    case 'leases':
      hearLease(derived.heartbeats, change as Changed<Lease>, now);
      break;
    default:
  }
}

interface Changed<T> {
  readonly key: string;
  readonly old: T | undefined;
  readonly next: T | undefined;
}

/** Remembers that no object with this uid exists any more; uids are never used again. */
export function rememberAbsent(derived: Derived, uid: string): void {
  const { absent } = derived;
  if (absent.size >= ABSENT_MAX) {
    for (const oldest of absent) {
      absent.delete(oldest);
      break;
    }
  }
  absent.add(uid);
}

/** Upstream's cache of absent owners holds as many. */
const ABSENT_MAX = 500;
