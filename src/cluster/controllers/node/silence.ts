import type { Node, NodeCondition, Pod } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { Write } from '../plan.ts';
import { event, patch } from '../writes.ts';

const TYPES = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** A silent node's conditions: nobody knows any more. The same list when they say so already. */
export function unknownConditions(node: Node, timestamp: string): readonly NodeCondition[] {
  const present = node.status?.conditions ?? [];
  const isKnown = ({ type, status }: NodeCondition) =>
    TYPES.some((each) => each === type) && status !== 'Unknown';
  const absent = TYPES.filter((type) => findCondition(present, type) === undefined);
  if (absent.length === 0 && !present.some(isKnown)) return present;
  return [
    ...present.map((condition) =>
      isKnown(condition)
        ? {
            ...condition,
            status: 'Unknown',
            reason: 'NodeStatusUnknown',
            message: 'Kubelet stopped posting node status.',
            lastTransitionTime: timestamp,
          }
        : condition,
    ),
    ...absent.map(
      (type): NodeCondition => ({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata.creationTimestamp ?? timestamp,
        lastTransitionTime: timestamp,
      }),
    ),
  ];
}

/** Takes the readiness of a silent node's pods away: nobody can tell whether they still serve. */
export function podsNotReady(
  node: Node,
  cluster: ClusterView,
  timestamp: string,
): readonly Write[] {
  const writes: Write[] = [];
  for (const [key, pod] of cluster.filed('pods', 'node', node.metadata.name ?? '')) {
    if (findCondition(pod.status?.conditions, 'Ready')?.status !== 'True') continue;
    writes.push(notReady(key, timestamp), nodeNotReady(pod));
  }
  return writes;
}

function notReady(key: string, timestamp: string): Write {
  const condition = { type: 'Ready', status: 'False', lastTransitionTime: timestamp };
  return patch('pods', key, { status: { conditions: [condition] } }, { subresource: 'status' });
}

function nodeNotReady(pod: Pod): Write {
  return event(referenceTo(pod), 'Warning', 'NodeNotReady', 'Node is not ready');
}
