import { parseManifest } from '../../api/manifest/parse.ts';
import type { Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import type { DryRunAnswer, DryRunPod, Obstacle } from '../../bridge/scheduling.ts';
import type { KubeObject } from '../../cluster/client/kube-object.ts';
import { changesSince, revisionOf, storedObjects } from '../../cluster/observe.ts';
import { processNames } from '../../cluster/set-up.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { applyObject, type ApplyOutcome } from '../../kubectl/apply.ts';
import { beginTrial, copyForTrials, type Trial, type Turn } from './trial-world.ts';
import { controlPlaneObstacle } from './what-would-fit.ts';

/** The copy runs at most so long: enough for evicted Pods to go, where some have to. */
const TIME_MAX = 40 * SECOND;
/** Nothing has changed for so long: whatever comes of it has come. */
const QUIET = 1500 * MILLISECOND;
const PIECE = 100 * MILLISECOND;
/** Above so many nodes the kubelets stay out of it, so that evicted Pods do not go. */
const EVERYONE_NODES_MAX = 1200;
const LISTED_MAX = 300;

/**
 * Where the Pods of a manifest would go if it were applied now: applies it in a copy of the live cluster, lets
 * controllers and scheduler act there, and tells of every Pod that is new there.
 */
export async function whereWouldItGo(
  world: World,
  question: { readonly text: string; readonly namespace: string },
  turn: Turn,
): Promise<DryRunAnswer> {
  const obstacle = controlPlaneObstacle(world, 'default-scheduler');
  if (obstacle !== '') return refused(obstacle, []);
  const manifest = parseManifest(question.text);
  const errors = manifest.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    return refused(
      '',
      errors.slice(0, 5).map(({ line, message }) => `line ${line}: ${message}`),
    );
  }
  const nodes = [...storedObjects(world)].filter(
    ({ value }) => (value as KubeObject).kind === 'Node',
  );
  const cast = nodes.length > EVERYONE_NODES_MAX ? 'control-plane' : 'everyone';
  const trial = beginTrial(copyForTrials(world, cast));
  const outcome = watchPods(trial.session.world);
  const refusals: string[] = [];
  for (const { object } of manifest.objects) {
    if (!(await turn())) return refused('superseded', []);
    const applied = await applyObject(trial.client, object, { namespace: question.namespace });
    const words = refusalWords(applied);
    if (words !== '')
      refusals.push(`${object.kind} ${String(object.metadata['name'] ?? '')}: ${words}`);
  }
  const began = trial.session.world.now;
  if (!(await untilQuiet(trial, outcome, turn))) return refused('superseded', []);
  return {
    ...tell(trial.session.world, outcome),
    refusals,
    micros: trial.session.world.now - began,
  };
}

function refused(obstacle: Obstacle, refusals: readonly string[]): DryRunAnswer {
  return { obstacle, refusals, pods: [], more: 0, evicted: [], micros: 0 };
}

function refusalWords(outcome: ApplyOutcome): string {
  return outcome.kind === 'no-match' || outcome.kind === 'refused' ? outcome.message : '';
}

/** What becomes of Pods in a copy: those that are new, and those that are evicted for others. */
interface PodWatch {
  /** By uid. */
  readonly fresh: Map<string, Pod>;
  readonly evicted: Map<string, Pod>;
  /** Takes in what has been written since the last look. */
  look(): void;
}

function watchPods(world: World): PodWatch {
  const known = new Set<string>();
  const fresh = new Map<string, Pod>();
  const evicted = new Map<string, Pod>();
  for (const pod of podsOf(world)) if (!isPreempted(pod)) known.add(uidOf(pod));
  let revision = revisionOf(world);
  const take = (pod: Pod, isDeleted: boolean): void => {
    if (known.has(uidOf(pod))) {
      if (isPreempted(pod)) evicted.set(uidOf(pod), pod);
    } else if (isDeleted) fresh.delete(uidOf(pod));
    else fresh.set(uidOf(pod), pod);
  };
  return {
    fresh,
    evicted,
    look() {
      const truth = changesSince(world, revision);
      revision = truth.revision;
      if (truth.changes === undefined) for (const pod of podsOf(world)) take(pod, false);
      for (const { kind, keyValue } of truth.changes ?? []) {
        const object = keyValue.value as KubeObject; // The API server stores objects.
        if (object.kind === 'Pod') take(object as Pod, kind === 'delete');
      }
    },
  };
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? '';
}

function* podsOf(world: World): Generator<Pod> {
  for (const { value } of storedObjects(world)) {
    const object = value as KubeObject; // The API server stores objects.
    if (object.kind === 'Pod') yield object as Pod;
  }
}

/** Lets time pass until every new Pod is placed or refused and no more come; false when nobody asks any more. */
async function untilQuiet(trial: Trial, outcome: PodWatch, turn: Turn): Promise<boolean> {
  const { world } = trial.session;
  const until = world.now + TIME_MAX;
  let last = '';
  let quietSince = world.now;
  while (world.now < until) {
    if (!(await turn())) return false;
    trial.run(PIECE);
    outcome.look();
    const pods = [...outcome.fresh.values()];
    const isUndecided = pods.some(
      (pod) =>
        (pod.spec.nodeName ?? '') === '' && (messageOf(pod) === '' || waitsForRoom(trial, pod)),
    );
    const state = `${pods.length} ${pods.map((pod) => pod.spec.nodeName ?? '').join()}`;
    if (state !== last || isUndecided) {
      last = state;
      quietSince = world.now;
    } else if (world.now - quietSince >= QUIET) return true;
  }
  return true;
}

/** Pods are being evicted for it, and there are kubelets that end them. */
function waitsForRoom(trial: Trial, { status }: Pod): boolean {
  const node = status?.nominatedNodeName ?? '';
  return node !== '' && trial.session.world.processes.has(processNames.kubelet(node));
}

/** Why a Pod waits, in the scheduler's words. */
function messageOf({ status, spec }: Pod): string {
  const gates = spec.schedulingGates ?? [];
  const nominated = status?.nominatedNodeName ?? '';
  if (nominated !== '') return `gets ${nominated} when the evicted Pods have gone`;
  if (gates.length > 0)
    return `waits for its scheduling gates: ${gates.map(({ name }) => name).join(', ')}`;
  return status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';
}

function tell(
  world: World,
  outcome: PodWatch,
): Pick<DryRunAnswer, 'obstacle' | 'pods' | 'more' | 'evicted'> {
  const deployments = new Map<string, string>();
  for (const { value } of storedObjects(world)) {
    const object = value as KubeObject; // The API server stores objects.
    const owner = object.kind === 'ReplicaSet' ? controllerOf(object) : undefined;
    if (owner !== undefined) {
      deployments.set(object.metadata.uid ?? '', `${owner.kind} ${owner.name}`);
    }
  }
  const pods = [...outcome.fresh.values()]
    .map((pod) => dryRunPod(pod, deployments))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    obstacle: '',
    pods: pods.slice(0, LISTED_MAX),
    more: Math.max(0, pods.length - LISTED_MAX),
    evicted: [...outcome.evicted.values()].map(
      ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`,
    ),
  };
}

function dryRunPod(pod: Pod, deployments: ReadonlyMap<string, string>): DryRunPod {
  const { namespace = '', name = '' } = pod.metadata;
  const owner = controllerOf(pod);
  const direct = owner === undefined ? '' : `${owner.kind} ${owner.name}`;
  const node = pod.spec.nodeName ?? '';
  return {
    namespace,
    name,
    owner: deployments.get(owner?.uid ?? '') ?? direct,
    node,
    reason: node === '' ? messageOf(pod) : '',
  };
}

/** Marked by the scheduler as one that has to make room. */
function isPreempted({ status }: Pod): boolean {
  return (
    status?.conditions?.some(
      ({ type, reason }) => type === 'DisruptionTarget' && reason === 'PreemptionByScheduler',
    ) === true
  );
}
