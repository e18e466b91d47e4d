import { LogOut } from 'lucide-react';
import type { PodCard } from '../../bridge/cards.ts';
import { plural } from '../../view/words.ts';
import type { Action, ActionContext, Outcome } from './action.ts';
import { setUnschedulable } from './node-actions.ts';
import { notForThis } from './pod-actions.ts';
import { messageOf, pathOf } from './requests.ts';

/** kubectl asks again every five seconds when a disruption budget says no. In virtual time. */
const RETRY_MICROS = 5_000_000;

/**
 * `kubectl drain --ignore-daemonsets`: cordons the node, asks for the eviction of its Pods, asks again
 * where a disruption budget refuses, and waits until they are gone.
 */
export const drainAction: Action = {
  id: 'node.drain',
  icon: LogOut,
  tone: 'change',
  label: () => 'Drain',
  hint: 'Cordons the node and evicts its Pods, as far as disruption budgets allow.',
  applies: (target) => target.kind === 'node',
  kubectl: (target) =>
    target.kind === 'node'
      ? `kubectl drain ${target.row.name} --ignore-daemonsets --delete-emptydir-data --force`
      : undefined,
  long: true,
  async run(target, context) {
    if (target.kind !== 'node') return notForThis();
    const cordoned = await setUnschedulable(context, target.row, true);
    return cordoned.ok ? evictAll(context, target.row.name) : cordoned;
  },
};

async function evictAll(context: ActionContext, node: string): Promise<Outcome> {
  const pods = podsToEvict(context, node);
  let waiting = pods;
  let refusal = '';
  while (waiting.length > 0) {
    const answers = await Promise.all(waiting.map((pod) => evict(context, pod, node)));
    const refused: PodCard[] = [];
    for (const [at, answer] of answers.entries()) {
      const pod = waiting[at];
      if (answer === undefined || pod === undefined) continue;
      // 429 is a disruption budget's "not now"; any other refusal is final.
      if (answer.code !== 429) return { ok: false, message: `${pod.name}: ${answer.message}` };
      refused.push(pod);
      refusal = answer.message;
    }
    waiting = refused;
    const evicted = pods.length - waiting.length;
    if (waiting.length === 0) break;
    context.progress(`${evicted} of ${pods.length} evicted; ${refusal}`);
    if (!(await pause(context, RETRY_MICROS))) return cancelled(node);
  }
  return waitUntilGone(context, node, pods);
}

async function waitUntilGone(
  context: ActionContext,
  node: string,
  pods: readonly PodCard[],
): Promise<Outcome> {
  for (;;) {
    const left = pods.filter((pod) => context.view.pods.get(pod.id)?.node === node).length;
    if (left === 0)
      return { ok: true, message: `node/${node} drained, ${plural(pods.length, 'Pod')} evicted` };
    context.progress(`${pods.length - left} of ${pods.length} gone`);
    if (!(await pause(context, RETRY_MICROS / 5))) return cancelled(node);
  }
}

function cancelled(node: string): Outcome {
  return { ok: false, message: `drain cancelled; node/${node} stays cordoned` };
}

/** DaemonSets' Pods would come back at once, and static Pods are the kubelet's own. */
function podsToEvict({ view }: ActionContext, node: string): readonly PodCard[] {
  return view.index.podsOnNode
    .ids(node)
    .flatMap((id) => view.pods.get(id) ?? [])
    .filter((pod) => pod.ownerKind !== 'DaemonSet' && pod.ownerKind !== 'Node' && !pod.deleting);
}

async function evict(
  context: ActionContext,
  pod: PodCard,
  node: string,
): Promise<{ readonly code: number; readonly message: string } | undefined> {
  const response = await context.client.api({
    method: 'POST',
    path: `${pathOf(context, pod, '/api/v1/pods')}/eviction`,
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: pod.name, namespace: pod.namespace },
    },
    act: `You drained node ${node}: eviction of Pod ${pod.name}`,
  });
  const gone = response.code === 404;
  if (gone || (response.code >= 200 && response.code < 300)) return undefined;
  return { code: response.code, message: messageOf(response) };
}

/** Waits for virtual time to pass, however fast it does. False when the person cancelled. */
function pause({ view, signal }: ActionContext, micros: number): Promise<boolean> {
  const until = view.head.getState().now + micros;
  return new Promise((resolve) => {
    const finish = (passed: boolean): void => {
      release();
      signal.removeEventListener('abort', onAbort);
      resolve(passed);
    };
    const onAbort = (): void => finish(false);
    const release = view.onFrame(() => {
      if (view.head.getState().now >= until) finish(true);
    });
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) finish(false);
  });
}
