import { parseManifest } from '../../api/manifest/parse.ts';
import type { Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import type { DryRunAnswer, DryRunPod, Obstacle } from '../../bridge/scheduling.ts';
import type { KubeObject } from '../../cluster/client/kube-object.ts';
import { storedObjects } from '../../cluster/observe.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { applyObject, type ApplyOutcome } from '../../kubectl/apply.ts';
import { beginTrial, copyForTrials, type Trial, type Turn } from './trial-world.ts';
import { controlPlaneObstacle } from './what-would-fit.ts';

/** The copy runs at most so long; a workload's Pods are made and placed within a few seconds. */
const TIME_MAX = 25 * SECOND;
/** Nothing has changed for so long: whatever comes of it has come. */
const QUIET = 1500 * MILLISECOND;
const PIECE = 100 * MILLISECOND;
const EVERYONE_NODES_MAX = 60;
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
  const before = podsOf(trial.session.world);
  const refusals: string[] = [];
  for (const { object } of manifest.objects) {
    if (!(await turn())) return refused('superseded', []);
    const outcome = await applyObject(trial.client, object, { namespace: question.namespace });
    const words = refusalWords(outcome);
    if (words !== '')
      refusals.push(`${object.kind} ${String(object.metadata['name'] ?? '')}: ${words}`);
  }
  const began = trial.session.world.now;
  if (!(await untilQuiet(trial, before, turn))) return refused('superseded', []);
  return {
    ...tell(trial.session.world, before),
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

/** By uid. */
function podsOf(world: World): ReadonlyMap<string, Pod> {
  const pods = new Map<string, Pod>();
  for (const { value } of storedObjects(world)) {
    const object = value as KubeObject; // The API server stores objects.
    if (object.kind === 'Pod') pods.set(object.metadata.uid ?? '', object as Pod);
  }
  return pods;
}

/** Lets time pass until every new Pod is placed or refused and no more come; false when nobody asks any more. */
async function untilQuiet(
  trial: Trial,
  before: ReadonlyMap<string, Pod>,
  turn: Turn,
): Promise<boolean> {
  const { world } = trial.session;
  const until = world.now + TIME_MAX;
  let last = '';
  let quietSince = world.now;
  while (world.now < until) {
    if (!(await turn())) return false;
    trial.run(PIECE);
    const pods = [...podsOf(world).values()].filter(
      ({ metadata }) => !before.has(metadata.uid ?? ''),
    );
    const undecided = pods.filter(
      (pod) => (pod.spec.nodeName ?? '') === '' && messageOf(pod) === '',
    );
    const state = `${pods.length} ${pods.map((pod) => pod.spec.nodeName ?? '').join()}`;
    if (state !== last || undecided.length > 0) {
      last = state;
      quietSince = world.now;
    } else if (world.now - quietSince >= QUIET) return true;
  }
  return true;
}

/** Why a Pod waits, in the scheduler's words. */
function messageOf({ status, spec }: Pod): string {
  const gates = spec.schedulingGates ?? [];
  if (gates.length > 0)
    return `waits for its scheduling gates: ${gates.map(({ name }) => name).join(', ')}`;
  return status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';
}

function tell(
  world: World,
  before: ReadonlyMap<string, Pod>,
): Pick<DryRunAnswer, 'obstacle' | 'pods' | 'more' | 'evicted'> {
  const now = podsOf(world);
  const deployments = new Map<string, string>();
  for (const { value } of storedObjects(world)) {
    const object = value as KubeObject; // The API server stores objects.
    const owner = object.kind === 'ReplicaSet' ? controllerOf(object) : undefined;
    if (owner !== undefined)
      deployments.set(object.metadata.uid ?? '', `${owner.kind} ${owner.name}`);
  }
  const fresh = [...now.values()]
    .filter(({ metadata }) => !before.has(metadata.uid ?? ''))
    .map((pod) => dryRunPod(pod, deployments))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const evicted = [...before.values()].filter((pod) =>
    isPreempted(now.get(pod.metadata.uid ?? ''), pod),
  );
  return {
    obstacle: '',
    pods: fresh.slice(0, LISTED_MAX),
    more: Math.max(0, fresh.length - LISTED_MAX),
    evicted: evicted.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`),
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

/** Marked by the scheduler in the copy, or gone there; Pods that were on their way out before are not told. */
function isPreempted(now: Pod | undefined, before: Pod): boolean {
  const isMarked = ({ status }: Pod): boolean =>
    status?.conditions?.some(
      ({ type, reason }) => type === 'DisruptionTarget' && reason === 'PreemptionByScheduler',
    ) === true;
  return now !== undefined && isMarked(now) && !isMarked(before);
}
