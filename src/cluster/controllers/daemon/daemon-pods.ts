import type { DaemonSet, NodeSelectorTerm, Pod } from '../../../api/generated/types.ts';
import { compareStrings } from '../../../base/compare.ts';
import type { ClusterView } from '../cluster-view.ts';
import { podFromTemplate } from '../pod-from-template.ts';
import { podsOf } from '../pod-claims.ts';
import { tolerationsOf } from './eligibility.ts';

/** Names the template that a pod was made of. */
export const REVISION_HASH_LABEL = 'controller-revision-hash';
const GENERATION_LABEL = 'pod-template-generation';
/** Where a DaemonSet counts the changes of its template. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

/** The set's pods by the node they are on or meant for, oldest first, leaving ones included. */
export function podsByNode(set: DaemonSet, cluster: ClusterView): PodsByNode {
  const byNode = new Map<string, Pod[]>();
  for (const [, pod] of podsOf(set, cluster)) {
    const node = targetNode(pod);
    const there = byNode.get(node);
    if (there === undefined) byNode.set(node, [pod]);
    else {
      there.push(pod);
      there.sort(olderFirst);
    }
  }
  return byNode;
}

/** The node a pod is on or, before the scheduler has bound it, the one its affinity names. */
export function targetNode(pod: Pod): string {
  const { nodeName = '', affinity } = pod.spec;
  if (nodeName !== '') return nodeName;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const term of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key === 'metadata.name' && operator === 'In') return values?.[0] ?? '';
    }
  }
  return '';
}

/**
 * The pod for a node. It names the node by affinity, so that the scheduler binds it there, or nowhere;
 * other affinities to nodes were looked at by the controller.
 */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
  const { template } = set.spec;
  const pod = podFromTemplate(set, template);
  const generation = set.metadata.annotations?.[TEMPLATE_GENERATION];
  const { affinity } = template.spec;
  const matchFields: NodeSelectorTerm['matchFields'] = [
    { key: 'metadata.name', operator: 'In', values: [node] },
  ];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        [REVISION_HASH_LABEL]: hash,
        ...(generation === undefined ? undefined : { [GENERATION_LABEL]: generation }),
      },
    },
    spec: {
      ...pod.spec,
      tolerations: tolerationsOf(template),
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
        },
      },
    },
  };
}

/** Whether a pod was made of the template with this hash. */
export function isUpdated(pod: Pod, hash: string): boolean {
  return pod.metadata.labels?.[REVISION_HASH_LABEL] === hash;
}

export function isLeaving(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

function olderFirst(a: Pod, b: Pod): number {
  return (
    compareStrings(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compareStrings(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}
