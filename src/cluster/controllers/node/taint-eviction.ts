import type { Node, Pod, Taint } from '../../../api/generated/types.ts';
import { tolerationSeconds } from '../../../api/taints-and-tolerations.ts';
import { SECOND, type Micros } from '../../../kernel/time.ts';
import { referenceTo } from '../../client/event-recorder.ts';
import type { InformerChange } from '../../client/informer.ts';
import type { ClusterView } from '../cluster-view.ts';
import { NO_KEYS, type Controller } from '../controller.ts';
import { inOrder, rest, type Memo, type Plan } from '../plan.ts';
import { event, patch, remove } from '../writes.ts';

/** Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer do. */
export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  account: 'node-controller',
  workers: 8,
  wokenBy: [
    { resource: 'nodes', keys: podsOfNode },
    { resource: 'pods', about: ['spec'], keys: podOnTaintedNode },
  ],

  reconcile(key, cluster, now, memo) {
    const pod = cluster.get('pods', key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) {
      return rest('it is gone or going', { remember: null });
    }
    const taints = noExecuteTaints(cluster.get('nodes', pod.spec.nodeName ?? ''));
    const seconds = tolerationSeconds(taints, pod.spec.tolerations);
    if (seconds === Number.POSITIVE_INFINITY) return stay(pod, memo);
    if (seconds === undefined) return evict(pod, taints, cluster, now);
    // The clock runs from when this process first saw the taint, as upstream: a restart begins it anew.
    const uid = pod.metadata.uid ?? '';
    const since = memo?.['uid'] === uid ? Number(memo['since']) : now;
    const due = since + seconds * SECOND;
    if (now >= due) return evict(pod, taints, cluster, now);
    return rest(`pod ${key} tolerates its node’s taints for ${seconds} s`, {
      remember: { uid, since },
      after: due - now,
    });
  },
};

const NO_TAINTS: readonly Taint[] = [];

function noExecuteTaints(node: Node | undefined): readonly Taint[] {
  const taints = node?.spec?.taints;
  if (taints === undefined) return NO_TAINTS;
  return taints.some(isNoExecute) ? taints.filter(isNoExecute) : NO_TAINTS;
}

function isNoExecute({ effect }: Taint): boolean {
  return effect === 'NoExecute';
}

function podsOfNode({ key, old, next }: InformerChange, cluster: ClusterView): readonly string[] {
  const before = (old as Node | undefined)?.spec?.taints;
  const after = (next as Node | undefined)?.spec?.taints;
  if (before === after) return NO_KEYS;
  if (before?.some(isNoExecute) !== true && after?.some(isNoExecute) !== true) return NO_KEYS;
  return [...cluster.filed('pods', 'node', key).keys()];
}

/** A pod is looked at when it comes to a tainted node, changes what it tolerates there, or leaves. */
function podOnTaintedNode(
  { key, old, next }: InformerChange,
  cluster: ClusterView,
): readonly string[] {
  const before = (old as Pod | undefined)?.spec;
  const after = (next as Pod | undefined)?.spec;
  const node = cluster.get('nodes', after?.nodeName ?? before?.nodeName ?? '');
  // Most nodes have no taints, and most Pods come to a node once.
  if (node?.spec?.taints === undefined || before === after) return NO_KEYS;
  if (before?.nodeName === after?.nodeName && before?.tolerations === after?.tolerations) {
    return NO_KEYS;
  }
  return noExecuteTaints(node).length > 0 ? [key] : NO_KEYS;
}

function stay(pod: Pod, memo: Memo | undefined): Plan {
  const { namespace, name } = pod.metadata;
  if (memo === undefined) return rest(`pod ${name} may stay`);
  const message = `Cancelling deletion of Pod ${namespace}/${name}`;
  return inOrder(
    `pod ${name} may stay after all`,
    [event(referenceTo(pod), 'Normal', 'TaintManagerEviction', message)],
    { remember: null },
  );
}

function evict(pod: Pod, taints: readonly Taint[], cluster: ClusterView, now: Micros): Plan {
  const { namespace, name } = pod.metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: cluster.timestamp(now),
  };
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  const keys = taints.map((taint) => taint.key).join(', ');
  return inOrder(
    `pod ${name} does not tolerate ${keys} of node ${pod.spec.nodeName} (any longer): deletes it`,
    [
      event(referenceTo(pod), 'Normal', 'TaintManagerEviction', message),
      patch(
        'pods',
        `${namespace}/${name}`,
        { status: { conditions: [condition] } },
        { subresource: 'status' },
      ),
      remove('pods', pod),
    ],
    { remember: null },
  );
}
