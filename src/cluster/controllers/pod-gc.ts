import type { Node, Pod } from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';
import { isPodFinished } from '../../api/pod-readiness.ts';
import { compareStrings } from '../../base/compare.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { InformerChange } from '../client/informer.ts';
import { keyOf } from '../client/kube-object.ts';
import type { ClusterView } from './cluster-view.ts';
import { NO_KEYS, type Controller } from './controller.ts';
import { inOrder, rest, type Memo, type Plan, type Write } from './plan.ts';
import { patch, remove } from './writes.ts';

/** Upstream looks at all pods this often; here each look has its reason and keeps to the same beat. */
const PERIOD: Micros = 20 * SECOND;
/** How long a node must be missing before its pods are given up. */
const QUARANTINE: Micros = 40 * SECOND;
/** Upstream's --terminated-pod-gc-threshold. */
const ENDED_MAX = 12_500;

const NODE = 'node:';
const POD = 'pod:';
const ENDED = 'ended:';
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

/** Deletes pods that nobody else would: of nodes that are gone, and ended ones beyond a number. */
export const podGcController: Controller = {
  name: 'pod-garbage-collector-controller',
  account: 'pod-garbage-collector',
  workers: 1,
  wokenBy: [
    { resource: 'nodes', keys: nodeKey },
    { resource: 'pods', about: ['spec', 'leaving', 'ended'], keys: podKeys },
  ],

  reconcile(key, cluster, now, memo) {
    if (key === ENDED) return tooManyEnded(cluster);
    if (key.startsWith(POD)) return neverScheduled(key.slice(POD.length), cluster, now);
    const name = key.slice(NODE.length);
    const node = cluster.get('nodes', name);
    return node === undefined
      ? nodeIsGone(name, cluster, now, memo)
      : nodeIsThere(node, cluster, now);
  },
};

function nodeKey({ key, next }: InformerChange): readonly string[] {
  const isOut = (next as Node | undefined)?.spec?.taints?.some(isOutOfService) === true;
  return next === undefined || isOut ? [NODE + key] : NO_KEYS;
}

function podKeys({ key, old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  const pod = next as Pod | undefined;
  if (pod === undefined) return NO_KEYS;
  const { nodeName = '' } = pod.spec;
  const isLeaving = pod.metadata.deletionTimestamp !== undefined;
  if (nodeName === '') return isLeaving ? [POD + key] : NO_KEYS;
  const arrived = (old as Pod | undefined)?.spec.nodeName !== nodeName;
  if (arrived || isLeaving) {
    const node = cluster.get('nodes', nodeName);
    if (node === undefined || (isLeaving && node.spec?.taints?.some(isOutOfService))) {
      return [NODE + nodeName];
    }
  }
  return isPodFinished(pod) && cluster.filed('pods', 'ended', 'ended').size > ENDED_MAX
    ? [ENDED]
    : NO_KEYS;
}

function nodeIsGone(name: string, cluster: ClusterView, now: Micros, memo: Memo | undefined): Plan {
  const pods = cluster.filed('pods', 'node', name);
  if (pods.size === 0) return rest(`node ${name} is gone and has no pods`, { remember: null });
  const since = Number(memo?.['since'] ?? now);
  const due = nextBeat(since + QUARANTINE);
  if (now < due) {
    return rest(`node ${name} is missing: it may come back`, {
      remember: { since },
      after: due - now,
    });
  }
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    lastTransitionTime: cluster.timestamp(now),
  };
  const writes = [...pods.values()].flatMap((pod) => givenUp(pod, [condition]));
  return inOrder(`node ${name} no longer exists: deletes its ${pods.size} pods`, writes, {
    remember: null,
  });
}

/** Pods that are being deleted on a node marked as out of service will never be confirmed by a kubelet. */
function nodeIsThere(node: Node, cluster: ClusterView, now: Micros): Plan {
  const isReady = findCondition(node.status?.conditions, 'Ready')?.status === 'True';
  const forget = { remember: null };
  if (isReady || node.spec?.taints?.some(isOutOfService) !== true) return rest('it serves', forget);
  const { name = '' } = node.metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node is out-of-service',
    lastTransitionTime: cluster.timestamp(now),
  };
  const leaving = [...cluster.filed('pods', 'node', name).values()].filter(
    (pod) => pod.metadata.deletionTimestamp !== undefined,
  );
  const writes = leaving.flatMap((pod) => givenUp(pod, [condition]));
  return inOrder(`node ${name} is out of service: drops ${leaving.length} pods`, writes, forget);
}

function neverScheduled(key: string, cluster: ClusterView, now: Micros): Plan {
  const pod = cluster.get('pods', key);
  const since = pod?.metadata.deletionTimestamp;
  if (pod === undefined || since === undefined || (pod.spec.nodeName ?? '') !== '') {
    return rest('it is gone, or a kubelet has it');
  }
  const due = nextBeat((Date.parse(since) - cluster.epochMillis) * 1000);
  if (now < due) return rest(`pod ${key} is to be dropped`, { after: due - now });
  return inOrder(`pod ${key} is being deleted and was never scheduled: drops it`, givenUp(pod, []));
}

function tooManyEnded(cluster: ClusterView): Plan {
  const ended = [...cluster.filed('pods', 'ended', 'ended').values()];
  const excess = ended.length - ENDED_MAX;
  if (excess <= 0) return rest(`${ended.length} pods have ended, and ${ENDED_MAX} may be kept`);
  const created = (pod: Pod) => pod.metadata.creationTimestamp ?? '';
  const oldest = ended
    .sort((a, b) => compareStrings(created(a), created(b)) || compareStrings(keyOf(a), keyOf(b)))
    .slice(0, excess);
  return inOrder(
    `${ended.length} pods have ended, and ${ENDED_MAX} may be kept: deletes ${excess}`,
    oldest.map((pod) => remove('pods', pod, { graceSeconds: 0 })),
  );
}

/** Marks a pod as failed where it has not ended, and drops it without asking any kubelet. */
function givenUp(pod: Pod, conditions: readonly object[]): readonly Write[] {
  const drop = remove('pods', pod, { graceSeconds: 0 });
  if (isPodFinished(pod)) return [drop];
  const body = { status: { phase: 'Failed', ...(conditions.length > 0 ? { conditions } : {}) } };
  return [patch('pods', keyOf(pod), body, { subresource: 'status' }), drop];
}

function isOutOfService({ key }: { readonly key: string }): boolean {
  return key === OUT_OF_SERVICE;
}

function nextBeat(at: Micros): Micros {
  return Math.ceil(at / PERIOD) * PERIOD;
}
