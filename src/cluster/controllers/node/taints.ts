import type { Node, Taint } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';
import { isSameTaint } from '../../../api/taints-and-tolerations.ts';
import type { ObjectWrite } from '../plan.ts';
import { patch } from '../writes.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Which value of which condition keeps new pods away, and under which taint. */
const BY_CONDITION: readonly {
  readonly type: string;
  readonly status: string;
  readonly key: string;
}[] = [
  { type: 'Ready', status: 'False', key: NOT_READY },
  { type: 'Ready', status: 'Unknown', key: UNREACHABLE },
  { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
  { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
  { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
  { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
];
const OURS: ReadonlySet<string> = new Set([UNSCHEDULABLE, ...BY_CONDITION.map(({ key }) => key)]);
const NO_TAINTS: readonly Taint[] = [];

/** The node's taints, brought in line with its conditions and with `unschedulable`; the same list when they are. */
export function noScheduleTaints(node: Node, timestamp: string): readonly Taint[] {
  const present = node.spec?.taints ?? NO_TAINTS;
  const wanted = BY_CONDITION.filter(
    ({ type, status }) => findCondition(node.status?.conditions, type)?.status === status,
  ).map(({ key }) => key);
  if (node.spec?.unschedulable === true) wanted.push(UNSCHEDULABLE);
  const isOurs = ({ key, effect }: Taint) => effect === 'NoSchedule' && OURS.has(key);
  const isStale = (taint: Taint) => isOurs(taint) && !wanted.includes(taint.key);
  const missing = wanted.filter((key) => !has(present, { key, effect: 'NoSchedule' }));
  if (missing.length === 0 && !present.some(isStale)) return present;
  return [
    ...present.filter((taint) => !isStale(taint)),
    ...missing.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: timestamp })),
  ];
}

/** The NoExecute taint that the node's Ready condition asks for; undefined for a ready node. */
export function wantedNoExecute(node: Node): string | undefined {
  switch (findCondition(node.status?.conditions, 'Ready')?.status) {
    case 'False':
      return NOT_READY;
    case 'Unknown':
      return UNREACHABLE;
    default:
      return undefined;
  }
}

/** The lifecycle's own NoExecute taint that the node has now. */
export function presentNoExecute(node: Node): string | undefined {
  return node.spec?.taints?.find(
    ({ key, effect }) => effect === 'NoExecute' && (key === NOT_READY || key === UNREACHABLE),
  )?.key;
}

/** The node's taints with this NoExecute taint of the lifecycle's and no other; undefined: with none. */
export function withNoExecute(
  node: Node,
  key: string | undefined,
  timestamp: string,
): readonly Taint[] {
  const others = (node.spec?.taints ?? NO_TAINTS).filter(
    (taint) =>
      taint.effect !== 'NoExecute' ||
      taint.key === key ||
      (taint.key !== NOT_READY && taint.key !== UNREACHABLE),
  );
  if (key === undefined || has(others, { key, effect: 'NoExecute' })) return others;
  return [...others, { key, effect: 'NoExecute', timeAdded: timestamp }];
}

/** Replaces a node's taints; the list has no merge key, so the resourceVersion guards against a lost update. */
export function taintPatch(node: Node, taints: readonly Taint[]): ObjectWrite {
  return patch('nodes', node.metadata.name ?? '', {
    metadata: { resourceVersion: node.metadata.resourceVersion },
    // A list that becomes empty is taken away.
    spec: { taints: taints.length === 0 ? null : taints },
  });
}

function has(taints: readonly Taint[], wanted: Taint): boolean {
  return taints.some((taint) => isSameTaint(taint, wanted));
}
