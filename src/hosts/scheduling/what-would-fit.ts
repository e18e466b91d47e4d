import type { Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/owner-references.ts';
import type { FitAnswer, FitChange, Obstacle } from '../../bridge/scheduling.ts';
import { profilesOf } from '../../cluster/scheduler/profiles.ts';
import { MILLISECOND, SECOND } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { freshPod, podPath, type Way, waysTo } from './carry-out.ts';
import { type ClusterChange, nodeChanges, removalChanges } from './change-cluster.ts';
import { type FilterTrials, filterTrials } from './filter-trials.ts';
import { looserSpecs, ungate } from './loosen-constraints.ts';
import { lowerRequests } from './lower-requests.ts';
import { moreNodes, type NodeShape } from './more-nodes.ts';
import {
  apiIsUp,
  schedulerConfig,
  schedulerMemory,
  schedulerState,
  storedPod,
} from './scheduler-of.ts';
import type { SpecChange } from './spec-change.ts';
import { beginTrial, copyForTrials, type Trial, type TrialCast, type Turn } from './trial-world.ts';

/** A Pod is placed or refused long before; what needs a kubelet takes a grace period. */
const DIRECT_MAX = 15 * SECOND;
const INDIRECT_MAX = 45 * SECOND;
const PIECE = 250 * MILLISECOND;
/** Copies of large clusters cost too much to let everything in them run. */
const EVERYONE_NODES_MAX = 100;
const CHANGES_MAX = 8;

/**
 * The smallest single changes with which a waiting Pod (`namespace/name`) would get a node. Candidates are
 * found with the scheduler's own filters; each is then made in a copy of the world, through its API, and
 * is proposed only when the scheduler there did place the Pod. Reads the world and never changes it.
 */
export async function whatWouldFit(world: World, key: string, turn: Turn): Promise<FitAnswer> {
  const pod = storedPod(world, key);
  const obstacle = obstacleTo(world, pod);
  if (pod === undefined || obstacle !== '') return answerOf(key, obstacle);
  const copy = copyForTrials(world, 'scheduling');
  const filters = filterTrials(copy, pod.spec.schedulerName ?? 'default-scheduler');
  if (filters === undefined) return answerOf(key, 'scheduler-down');
  const search: Search = { world, copy, pod, filters, turn, found: [], trials: 0 };
  const goesOn = (await tryPodChanges(search)) && (await tryClusterChanges(search));
  if (!goesOn) return answerOf(key, 'superseded');
  const changes = search.found
    .sort((a, b) => a.weight - b.weight)
    .slice(0, CHANGES_MAX)
    .map(({ change }) => change);
  return { pod: key, obstacle: '', changes, trials: search.trials };
}

interface Search {
  readonly world: World;
  readonly copy: World;
  readonly pod: Pod;
  readonly filters: FilterTrials;
  readonly turn: Turn;
  readonly found: { readonly change: FitChange; readonly weight: number }[];
  trials: number;
}

function obstacleTo(world: World, pod: Pod | undefined): Obstacle {
  if (pod === undefined) return 'gone';
  if ((pod.spec.nodeName ?? '') !== '') return 'placed';
  return controlPlaneObstacle(world, pod.spec.schedulerName ?? 'default-scheduler');
}

/** What keeps any Pod of this scheduler from being placed. */
export function controlPlaneObstacle(world: World, schedulerName: string): Obstacle {
  if (!apiIsUp(world)) return 'api-server-down';
  const config = schedulerConfig(world);
  if (config === undefined || schedulerState(world) !== 'up') return 'scheduler-down';
  return profilesOf(config).has(schedulerName) ? '' : 'foreign-scheduler';
}

function answerOf(pod: string, obstacle: Obstacle): FitAnswer {
  return { pod, obstacle, changes: [], trials: 0 };
}

async function tryPodChanges(search: Search): Promise<boolean> {
  const { pod, filters, turn } = search;
  const gates = ungate(pod.spec);
  // Behind its gates nothing else is looked at, and nothing else would help.
  if (gates !== undefined) {
    await trySpecChange(search, gates);
    return turn();
  }
  if (!(await turn())) return false;
  const fits = (spec: Pod['spec']): boolean => filters.place({ ...pod, spec }) !== undefined;
  const changes = [...lowerRequests(pod, fits)];
  for (const change of looserSpecs(pod, filters.nodes.values())) {
    if (!(await turn())) return false;
    if (fits(change.apply(pod.spec))) changes.push(change);
  }
  for (const change of changes) {
    if (!(await turn())) return false;
    await trySpecChange(search, change);
  }
  return turn();
}

async function trySpecChange(search: Search, change: SpecChange): Promise<void> {
  const { world, pod } = search;
  for (const way of waysTo(world, pod, change)) {
    const node = await trySpecWay(search, change, way);
    if (node === undefined) continue;
    const { kind, what, weight } = change;
    const note = [change.note, way.note].filter((each) => each !== '').join(' ');
    const { command, requests } = way;
    search.found.push({ weight, change: { kind, what, node, note, command, requests } });
    return;
  }
}

/**
 * At a Pod the requests themselves are tried. At a workload the API server is asked to take them, and the Pod
 * is replaced as its controller would.
 */
async function trySpecWay(
  search: Search,
  change: SpecChange,
  way: Way,
): Promise<string | undefined> {
  const { copy, pod, turn } = search;
  const trial = begin(search, copy);
  const path = podPath(pod);
  const isAtPod = way.requests.some((request) => request.path.startsWith(path));
  const isOnlyAtPod = way.requests.every((request) =>
    request.path.startsWith(path.slice(0, path.lastIndexOf('/'))),
  );
  for (const request of way.requests)
    if (!isAccepted(trial.request(request).code)) return undefined;
  if (!isOnlyAtPod || !isAtPod) {
    trial.request({ method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
    const replacement = { method: 'POST', path: path.slice(0, path.lastIndexOf('/')) } as const;
    const body = freshPod(pod, change.apply(pod.spec));
    if (!isAccepted(trial.request({ ...replacement, body }).code)) return undefined;
  }
  return untilPlaced(trial, pod, DIRECT_MAX, turn);
}

async function tryClusterChanges(search: Search): Promise<boolean> {
  const { world, pod, filters, turn } = search;
  if ((pod.spec.schedulingGates ?? []).length > 0) return true;
  const changes: ClusterChange[] = [];
  for (const found of [nodeChanges(pod, filters), removalChanges(world, pod, filters)]) {
    for (const change of found) {
      if (!(await turn())) return false;
      if (change !== undefined) changes.push(change);
    }
  }
  for (const change of changes) {
    if (!(await turn())) return false;
    const node = await tryClusterChange(search, change);
    if (node === undefined) continue;
    const { kind, what, note, command, requests, weight } = change;
    search.found.push({ weight, change: { kind, what, node, note, command, requests } });
  }
  for (const shape of moreNodes(filters.nodes.values())) {
    if (!(await turn())) return false;
    await tryMoreNodes(search, shape);
  }
  return turn();
}

/** Adds nodes of a shape until the Pod has one; and, while few are needed, until all Pods like it have. */
async function tryMoreNodes(search: Search, shape: NodeShape): Promise<void> {
  const { pod, turn } = search;
  const trial = begin(search, search.copy);
  const like = waitingLike(search.copy, pod);
  let node: string | undefined;
  let needed = 0;
  let count = 0;
  let left = like.length;
  while (count < MORE_NODES_MAX && left > 0) {
    count += 1;
    shape.addTo(trial, count);
    const found = await untilPlaced(trial, pod, NODE_MAX, turn);
    if (found !== undefined && node === undefined) {
      node = found;
      needed = count;
    }
    // The others of its kind are tried in the same seconds.
    if (found !== undefined) trial.run(2 * SECOND);
    left = like.filter(
      (key) => storedPod(trial.session.world, key)?.spec.nodeName === undefined,
    ).length;
    // Another one of its kind may have been the first to get the room.
    if (left === like.length && count >= FIRST_NODES_MAX) return;
  }
  if (node === undefined) return;
  const forAll =
    like.length < 2
      ? ''
      : left === 0
        ? ` All ${like.length} waiting Pods like it need ${count}.`
        : ` For all ${like.length} waiting Pods like it ${count} are not enough.`;
  search.found.push({
    weight: 60 + needed,
    change: {
      kind: 'node',
      what: `${needed === 1 ? 'One more node' : `${needed} more nodes`} like ${shape.like} (${shape.words})`,
      node,
      note: `A machine is added by your cloud or an autoscaler, not through the API.${forAll}`,
      command: '',
      requests: [],
    },
  });
}

/** The Pods without a node that the same controller has made, this one included. */
function waitingLike(world: World, pod: Pod): readonly string[] {
  const keyOf = ({ metadata }: Pod): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  const owner = controllerOf(pod)?.uid;
  if (owner === undefined) return [keyOf(pod)];
  return [...(schedulerMemory(world)?.queue.entries.values() ?? [])]
    .filter((entry) => controllerOf(entry.pod)?.uid === owner)
    .map(({ key }) => key);
}

/** A shape that does not help with so many does not help at all. */
const FIRST_NODES_MAX = 3;
const MORE_NODES_MAX = 12;
const NODE_MAX = 12 * SECOND;

async function tryClusterChange(
  search: Search,
  change: ClusterChange,
): Promise<string | undefined> {
  const { world, copy, filters, pod, turn } = search;
  const cast: TrialCast = change.isIndirect ? 'everyone' : 'scheduling';
  if (cast === 'everyone' && filters.nodes.size > EVERYONE_NODES_MAX) return undefined;
  const trial = begin(search, cast === 'everyone' ? copyForTrials(world, cast) : copy);
  for (const request of change.requests) {
    if (!isAccepted(trial.request(request).code)) return undefined;
  }
  return untilPlaced(trial, pod, change.isIndirect ? INDIRECT_MAX : DIRECT_MAX, turn);
}

function begin(search: Search, copy: World): Trial {
  search.trials += 1;
  return beginTrial(copy);
}

/** Lets time pass until the Pod has a node, at most so long. A refusal may be followed by another try. */
async function untilPlaced(
  trial: Trial,
  pod: Pod,
  most: number,
  turn: Turn,
): Promise<string | undefined> {
  const { namespace = '', name = '' } = pod.metadata;
  const { world } = trial.session;
  const until = world.now + most;
  for (;;) {
    const now = storedPod(world, `${namespace}/${name}`);
    const node = now?.spec.nodeName ?? '';
    if (node !== '') return node;
    // A change that leads to evictions is none that only this Pod would notice.
    if ((now?.status?.nominatedNodeName ?? '') !== (pod.status?.nominatedNodeName ?? ''))
      return undefined;
    if (world.now >= until) return undefined;
    if (!(await turn())) return undefined;
    trial.run(PIECE);
  }
}

function isAccepted(code: number): boolean {
  return code >= 200 && code < 300;
}
