import type { Node, NodeSelectorRequirement, Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import type { FitChangeKind } from '../../bridge/scheduling.ts';
import type { PageApiRequest } from '../../bridge/protocol.ts';
import type { PodInfo } from '../../cluster/scheduler/snapshot/pod-info.ts';
import type { World } from '../../kernel/world.ts';
import { namespaceFlag, podPath, type Workload, workloadOf } from './carry-out.ts';
import type { FilterTrials } from './filter-trials.ts';
import { taintText, untolerated } from './loosen-constraints.ts';

/** A change of the cluster around a Pod that may make it fit. The filters have said yes already. */
export interface ClusterChange {
  readonly kind: FitChangeKind;
  readonly what: string;
  readonly note: string;
  readonly weight: number;
  readonly command: string;
  readonly requests: readonly PageApiRequest[];
  /** Others have to act before the room is there: controllers, a kubelet. */
  readonly isIndirect: boolean;
}

const MERGE = 'application/merge-patch+json';
/** On a large cluster a look at some of the nodes has to do. */
const NODES_MAX = 200;
const PODS_MAX = 400;

/** A cordon lifted, taints taken off, labels given to a node. After each node looked at undefined: a place to pause. */
export function* nodeChanges(
  pod: Pod,
  trials: FilterTrials,
): Generator<ClusterChange | undefined, void> {
  const kinds = new Set<string>();
  const wanted = wantedLabels(pod);
  let looked = 0;
  for (const node of trials.nodes.values()) {
    if (++looked > NODES_MAX) return;
    for (const change of changesOf(node, pod, wanted, trials)) {
      // One of a kind is enough: equal nodes make equal proposals.
      const kind = `${change.kind} ${change.what.replaceAll(node.metadata.name ?? '', '')}`;
      if (kinds.has(kind)) continue;
      kinds.add(kind);
      yield change;
    }
    yield undefined;
  }
}

function changesOf(
  node: Node,
  pod: Pod,
  wanted: Readonly<Record<string, string>>,
  trials: FilterTrials,
): readonly ClusterChange[] {
  const changes: ClusterChange[] = [];
  const name = node.metadata.name ?? '';
  const path = `/api/v1/nodes/${name}`;
  const base = { isIndirect: false, note: '' } as const;
  const patch = (body: unknown, act: string): readonly PageApiRequest[] => [
    { method: 'PATCH', path, body, contentType: MERGE, act },
  ];
  const fits = (changed: Node): boolean => trials.placeWithNode(pod, changed) === name;
  if (node.spec?.unschedulable === true) {
    const { unschedulable: _lifted, taints = [], ...rest } = node.spec;
    const kept = taints.filter(({ key }) => key !== 'node.kubernetes.io/unschedulable');
    if (fits({ ...node, spec: { ...rest, taints: kept } })) {
      changes.push({
        ...base,
        kind: 'uncordon',
        what: `Uncordon ${name}`,
        weight: 5,
        command: `kubectl uncordon ${name}`,
        requests: patch({ spec: { unschedulable: null } }, `You uncordoned ${name}`),
        isIndirect: true,
      });
    }
  }
  const taints = untolerated(node, pod.spec);
  const own = taints.filter(({ key }) => !key.startsWith('node.kubernetes.io/'));
  if (own.length > 0 && own.length === taints.length) {
    const kept = (node.spec?.taints ?? []).filter((taint) => !taints.includes(taint));
    if (fits({ ...node, spec: { ...node.spec, taints: kept } })) {
      changes.push({
        ...base,
        kind: 'taint',
        what: `Take the ${own.length === 1 ? 'taint' : 'taints'} ${own.map(taintText).join(', ')} off ${name}`,
        weight: 28,
        note: 'Every other Pod may then go there too.',
        command: `kubectl taint node ${name} ${own.map(({ key, effect }) => `${key}:${effect}-`).join(' ')}`,
        requests: patch(
          { spec: { taints: kept.length === 0 ? null : kept } },
          `You took taints off ${name}`,
        ),
      });
    }
  }
  const { labels = {} } = node.metadata;
  const missing = Object.entries(wanted).filter(([key, value]) => labels[key] !== value);
  if (missing.length > 0) {
    const added = Object.fromEntries(missing);
    if (fits({ ...node, metadata: { ...node.metadata, labels: { ...labels, ...added } } })) {
      const words = missing.map(([key, value]) => `${key}=${value}`);
      changes.push({
        ...base,
        kind: 'label',
        what: `Label ${name} with ${words.join(', ')}`,
        weight: 32,
        note: 'A label should say what is true of the machine.',
        command: `kubectl label node ${name} ${words.join(' ')}${missing.some(([key]) => Object.hasOwn(labels, key)) ? ' --overwrite' : ''}`,
        requests: patch({ metadata: { labels: added } }, `You labelled ${name}`),
      });
    }
  }
  return changes;
}

/** Labels a node would need to be the one the Pod asks for, as far as single values say. */
function wantedLabels({ spec }: Pod): Readonly<Record<string, string>> {
  const wanted: Record<string, string> = Object.create(null) as Record<string, string>;
  Object.assign(wanted, spec.nodeSelector);
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.nodeSelectorTerms ?? [];
  // One term is enough for a node; the first is as good as any.
  for (const expression of terms[0]?.matchExpressions ?? []) {
    const value = valueFor(expression);
    if (value !== undefined) wanted[expression.key] = value;
  }
  return wanted;
}

function valueFor({ operator, values = [] }: NodeSelectorRequirement): string | undefined {
  if (operator === 'In') return values[0];
  return operator === 'Exists' ? '' : undefined;
}

/** Pods whose going would make room, the least important and smallest first; undefined is a place to pause. */
export function* removalChanges(
  world: World,
  pod: Pod,
  trials: FilterTrials,
): Generator<ClusterChange | undefined, void> {
  const all = [...trials.placed()]
    .filter(({ pod: other }) => isRemovable(other))
    .sort((a, b) => a.pod.priority - b.pod.priority || sizeOf(a.pod) - sizeOf(b.pod));
  const owners = new Set<string>();
  let looked = 0;
  let found = 0;
  for (const { pod: other, nodeName } of all) {
    if (++looked > PODS_MAX || found >= REMOVALS_MAX) return;
    yield undefined;
    const owner = workloadOf(world, other.pod);
    // The next Pod of the same workload says nothing new.
    if (owner !== undefined && owners.has(owner.path)) continue;
    if (trials.placeWithout(pod, other, nodeName) === undefined) continue;
    if (owner !== undefined) owners.add(owner.path);
    const change = owner === undefined ? deletionOf(other, nodeName) : scalingOf(owner, other);
    if (change === undefined) continue;
    found += 1;
    yield change;
  }
}

function scalingOf(owner: Workload, other: PodInfo): ClusterChange | undefined {
  if (owner.replicas === undefined || owner.replicas < 1) return undefined;
  const replicas = owner.replicas - 1;
  return {
    kind: 'scale',
    what: `Scale ${owner.words} from ${owner.replicas} to ${replicas}`,
    note: 'One Pod fewer, and its room is free when it has gone.',
    weight: 50 + other.priority / 1e9,
    command: `kubectl scale ${owner.words}${namespaceFlag(other.pod)} --replicas=${replicas}`,
    requests: [
      {
        method: 'PATCH',
        path: owner.path,
        body: { spec: { replicas } },
        contentType: MERGE,
        act: `You scaled ${owner.words} to ${replicas}`,
      },
    ],
    isIndirect: true,
  };
}

const REMOVALS_MAX = 3;

function deletionOf(other: PodInfo, nodeName: string): ClusterChange {
  return {
    kind: 'delete',
    what: `Delete Pod ${other.name} on ${nodeName}`,
    note: 'Nothing makes it anew.',
    weight: 55 + other.priority / 1e9,
    command: `kubectl delete pod ${other.name}${namespaceFlag(other.pod)}`,
    requests: [
      { method: 'DELETE', path: podPath(other.pod), act: `You deleted Pod ${other.name}` },
    ],
    isIndirect: true,
  };
}

/** Not what the cluster itself needs, nor what each node has anyway. */
function isRemovable({ pod, namespace, isTerminating }: PodInfo): boolean {
  return !isTerminating && namespace !== 'kube-system' && controllerOf(pod)?.kind !== 'DaemonSet';
}

function sizeOf({ amounts }: PodInfo): number {
  return amounts.cpuMilli + amounts.memory / 2 ** 22;
}
