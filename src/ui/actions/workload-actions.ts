import { Minus, Pause, Play, Plus, RotateCw, Trash2, Undo2 } from 'lucide-react';
import { formatTime } from '../../api/time.ts';
import type { WorkloadCard } from '../../bridge/cards.ts';
import type { Page } from '../page.tsx';
import type { Thing } from '../../view/selection.ts';
import type { Action, ActionContext, Outcome } from './action.ts';
import { notForThis } from './pod-actions.ts';
import { answerOf, ask, messageOf, patchRequest, pathOf } from './requests.ts';

const RESOURCES: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
};

/** `deployment.apps/web`, as kubectl names things in its answers. */
function ref(row: WorkloadCard): string {
  return `${row.kind.toLowerCase()}.apps/${row.name}`;
}

function command(row: WorkloadCard, verb: string, flags = ''): string {
  return `kubectl ${verb} ${row.kind.toLowerCase()}/${row.name} -n ${row.namespace}${flags}`;
}

export function workloadPath(page: Page, row: WorkloadCard): string {
  return pathOf(page, row, `/apis/apps/v1/${RESOURCES[row.kind] ?? `${row.kind.toLowerCase()}s`}`);
}

/** Asks for another number of replicas, through subresource scale as kubectl does. */
export function scaleTo(page: Page, row: WorkloadCard, replicas: number): Promise<Outcome> {
  return ask(
    page,
    patchRequest(
      `${workloadPath(page, row)}/scale`,
      { spec: { replicas } },
      { act: `You scaled ${row.kind} ${row.name} from ${row.desired} to ${replicas}` },
    ),
    `${ref(row)} scaled to ${replicas}`,
  );
}

function scaleAction(by: 1 | -1): Action {
  const wanted = (target: Thing): number =>
    target.kind === 'workload' ? Math.max(0, target.row.desired + by) : 0;
  return {
    id: by > 0 ? 'workload.scale-up' : 'workload.scale-down',
    icon: by > 0 ? Plus : Minus,
    tone: 'change',
    label: (target) => `Scale to ${wanted(target)}`,
    hint: by > 0 ? 'One replica more.' : 'One replica less.',
    applies: (target) =>
      target.kind === 'workload' && target.row.ownerId === '' && (by > 0 || target.row.desired > 0),
    kubectl: (target) =>
      target.kind === 'workload'
        ? command(target.row, 'scale', ` --replicas=${wanted(target)}`)
        : undefined,
    async run(target, context) {
      return target.kind === 'workload'
        ? scaleTo(context, target.row, wanted(target))
        : notForThis();
    },
  };
}

export const scaleUpAction = scaleAction(1);
export const scaleDownAction = scaleAction(-1);

function isDeployment(target: Thing): boolean {
  return target.kind === 'workload' && target.row.kind === 'Deployment';
}

export const restartRolloutAction: Action = {
  id: 'workload.restart',
  icon: RotateCw,
  tone: 'change',
  label: () => 'Restart rollout',
  hint: 'Replaces every Pod, a few at a time, as if the template had changed.',
  applies: isDeployment,
  kubectl: (target) =>
    target.kind === 'workload' ? command(target.row, 'rollout restart') : undefined,
  async run(target, context) {
    if (target.kind !== 'workload') return notForThis();
    const { now, epochMillis } = context.view.head.getState();
    const annotations = {
      'kubectl.kubernetes.io/restartedAt': formatTime(epochMillis + now / 1000),
    };
    return ask(
      context,
      patchRequest(
        workloadPath(context, target.row),
        { spec: { template: { metadata: { annotations } } } },
        { act: `You restarted the rollout of ${target.row.name}`, type: 'strategic' },
      ),
      `${ref(target.row)} restarted`,
    );
  },
};

function pauseAction(paused: boolean): Action {
  return {
    id: paused ? 'workload.pause' : 'workload.resume',
    icon: paused ? Pause : Play,
    tone: paused ? 'change' : 'mend',
    label: () => (paused ? 'Pause rollout' : 'Resume rollout'),
    hint: paused
      ? 'Changes of the template wait until the rollout is resumed; scaling still works.'
      : 'The rollout goes on with the template as it is now.',
    applies: (target) =>
      target.kind === 'workload' &&
      target.row.kind === 'Deployment' &&
      target.row.paused !== paused,
    kubectl: (target) =>
      target.kind === 'workload'
        ? command(target.row, `rollout ${paused ? 'pause' : 'resume'}`)
        : undefined,
    async run(target, context) {
      if (target.kind !== 'workload') return notForThis();
      const said = paused ? 'paused' : 'resumed';
      return ask(
        context,
        patchRequest(
          workloadPath(context, target.row),
          { spec: { paused: paused ? true : null } },
          { act: `You ${said} the rollout of ${target.row.name}`, type: 'strategic' },
        ),
        `${ref(target.row)} ${said}`,
      );
    },
  };
}

export const pauseRolloutAction = pauseAction(true);
export const resumeRolloutAction = pauseAction(false);

export const undoRolloutAction: Action = {
  id: 'workload.undo',
  icon: Undo2,
  tone: 'mend',
  label: () => 'Undo rollout',
  hint: 'Goes back to the template of the revision before this one.',
  applies: (target, page) =>
    isDeployment(target) && page.view.index.workloadsOfOwner.ids(target.id).length > 1,
  kubectl: (target) =>
    target.kind === 'workload' ? command(target.row, 'rollout undo') : undefined,
  async run(target, context) {
    return target.kind === 'workload' ? undoRollout(context, target.row) : notForThis();
  },
};

/** The pod-template-hash is the ReplicaSet's, not the Deployment's: kubectl takes it out as well. */
const HASH_LABEL = 'pod-template-hash';

async function undoRollout(context: ActionContext, row: WorkloadCard): Promise<Outcome> {
  const previous = previousReplicaSet(context, row);
  if (previous === undefined) return { ok: false, message: 'no rollout history found' };
  const stored = await context.client.api({ method: 'GET', path: workloadPath(context, previous) });
  if (stored.code !== 200) return { ok: false, message: messageOf(stored) };
  const template = templateOf(stored.body);
  if (template === undefined) return { ok: false, message: `${previous.name} has no template` };
  const patch = [{ op: 'replace', path: '/spec/template', value: template }];
  return answerOf(
    await context.client.api(
      patchRequest(workloadPath(context, row), patch, {
        act: `You undid the rollout of ${row.name}: back to revision ${previous.revision}`,
        type: 'json',
      }),
    ),
    `${ref(row)} rolled back to revision ${previous.revision}`,
  );
}

function previousReplicaSet({ view }: Page, row: WorkloadCard): WorkloadCard | undefined {
  return view.index.workloadsOfOwner
    .ids(row.id)
    .flatMap((id) => view.workloads.get(id) ?? [])
    .filter((each) => each.revision !== row.revision)
    .sort((a, b) => Number(b.revision) - Number(a.revision))[0];
}

function templateOf(replicaSet: unknown): unknown {
  // The API server answered 200, so this is a ReplicaSet.
  const { spec } = replicaSet as {
    spec?: { template?: { metadata?: { labels?: Readonly<Record<string, string>> } } };
  };
  if (spec?.template === undefined) return undefined;
  const labels = Object.entries(spec.template.metadata?.labels ?? {}).filter(
    ([key]) => key !== HASH_LABEL,
  );
  return {
    ...spec.template,
    metadata: { ...spec.template.metadata, labels: Object.fromEntries(labels) },
  };
}

export const deleteWorkloadAction: Action = {
  id: 'workload.delete',
  icon: Trash2,
  tone: 'change',
  label: () => 'Delete',
  hint: 'Deletes it; the garbage collector then deletes what it owns.',
  shortcut: 'Del',
  applies: (target) => target.kind === 'workload',
  kubectl: (target) => (target.kind === 'workload' ? command(target.row, 'delete') : undefined),
  async run(target, context) {
    if (target.kind !== 'workload') return notForThis();
    return ask(
      context,
      {
        method: 'DELETE',
        path: workloadPath(context, target.row),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
        act: `You deleted ${target.row.kind} ${target.row.name}`,
      },
      `${ref(target.row)} deleted`,
    );
  },
};
