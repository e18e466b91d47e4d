import { Bomb, CircleX, MemoryStick, Trash2 } from 'lucide-react';
import type { PodCard } from '../../bridge/cards.ts';
import type { Page } from '../page.tsx';
import type { Action, ActionContext, Outcome } from './action.ts';
import { ask, lab, pathOf } from './requests.ts';

const PODS = '/api/v1/pods';

function deletePod(page: Page, pod: PodCard, force: boolean): Promise<Outcome> {
  const options = { apiVersion: 'v1', kind: 'DeleteOptions' };
  return ask(
    page,
    {
      method: 'DELETE',
      path: `${pathOf(page, pod, PODS)}${force ? '?gracePeriodSeconds=0' : ''}`,
      body: force ? { ...options, gracePeriodSeconds: 0 } : options,
      act: `You ${force ? 'force-deleted' : 'deleted'} Pod ${pod.name}`,
    },
    force
      ? `pod "${pod.name}" force deleted`
      : `pod "${pod.name}" deleted: it has its grace period to end`,
  );
}

export const deletePodAction: Action = {
  id: 'pod.delete',
  icon: Trash2,
  tone: 'change',
  label: () => 'Delete',
  hint: 'Asks the containers to end; whoever owns the Pod makes another one.',
  shortcut: 'Del',
  applies: (target) => target.kind === 'pod' && !target.row.deleting,
  kubectl: (target) =>
    target.kind === 'pod'
      ? `kubectl delete pod ${target.row.name} -n ${target.row.namespace}`
      : undefined,
  async run(target, context) {
    return target.kind === 'pod' ? deletePod(context, target.row, false) : notForThis();
  },
};

export const forceDeletePodAction: Action = {
  id: 'pod.force-delete',
  icon: CircleX,
  tone: 'break',
  label: () => 'Force delete',
  hint: 'Removes the object at once, whatever the container does. How StatefulSets lose data.',
  applies: (target) => target.kind === 'pod',
  kubectl: (target) =>
    target.kind === 'pod'
      ? `kubectl delete pod ${target.row.name} -n ${target.row.namespace} --force --grace-period=0`
      : undefined,
  async run(target, context) {
    return target.kind === 'pod' ? deletePod(context, target.row, true) : notForThis();
  },
};

function runsSomewhere(pod: PodCard): boolean {
  return pod.node !== '' && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

/** Kills the first container that is named; a Pod of one container has no choice to make. */
async function kill(
  context: ActionContext,
  pod: PodCard,
  fault: 'container-crash' | 'container-oom',
): Promise<Outcome> {
  const container = pod.containerNames[0] ?? '';
  const machine = context.view.nodeByName(pod.node)?.machine ?? pod.node;
  return lab(
    context,
    { kind: 'inject-fault', fault, params: { machine, podUid: pod.id, container } },
    `container ${container} of ${pod.name} ${fault === 'container-oom' ? 'ran out of memory' : 'crashed'}`,
  );
}

export const crashContainerAction: Action = {
  id: 'pod.crash-container',
  icon: Bomb,
  tone: 'break',
  label: (target) =>
    labelWithContainer('Crash container', target.kind === 'pod' ? target.row : undefined),
  hint: 'The process exits with 1; the kubelet restarts it, after a back-off that doubles each time.',
  applies: (target) => target.kind === 'pod' && runsSomewhere(target.row),
  async run(target, context) {
    return target.kind === 'pod' ? kill(context, target.row, 'container-crash') : notForThis();
  },
};

export const oomContainerAction: Action = {
  id: 'pod.oom-container',
  icon: MemoryStick,
  tone: 'break',
  label: (target) =>
    labelWithContainer('OOM-kill container', target.kind === 'pod' ? target.row : undefined),
  hint: 'The kernel takes the container for its memory: exit code 137, reason OOMKilled.',
  applies: (target) => target.kind === 'pod' && runsSomewhere(target.row),
  async run(target, context) {
    return target.kind === 'pod' ? kill(context, target.row, 'container-oom') : notForThis();
  },
};

function labelWithContainer(words: string, pod: PodCard | undefined): string {
  return pod !== undefined && pod.containerNames.length > 1
    ? `${words} ${pod.containerNames[0] ?? ''}`
    : words;
}

/** Only offered where it applies, so this is for what changed between the click and the act. */
export function notForThis(): Outcome {
  return { ok: false, message: 'this no longer applies' };
}
