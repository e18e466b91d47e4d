import type { Container, ContainerStatus, Pod, PodCondition } from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';
import { roomFor } from '../../base/room.ts';

/**
 * The kubelet's own conditions, in upstream's order, with its reasons and messages. `before` are those that were last
 * written, for their transition times. Pure.
 */
export function podConditions(
  pod: Pod,
  phase: string,
  sandboxReady: boolean,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  nowText: string,
  before: readonly PodCondition[] | undefined,
): readonly PodCondition[] {
  const { generation } = pod.metadata;
  const readiness = readinessOf(pod, phase, initStatuses, statuses);
  const sandbox = sandboxReady ? SANDBOX_READY : SANDBOX_NOT_READY;
  const { initContainers, readinessGates } = pod.spec;
  const isPlain = initContainers === undefined && phase !== 'Succeeded';
  const initialized = isPlain ? INITIALIZED : initializedCondition(pod, phase, initStatuses);
  const ready = readinessGates === undefined ? readiness.pod : readyCondition(pod, readiness);
  for (let i = 0; i < lately.length; i += 1) {
    // First of all what nearly always tells them apart, out of a list that lies close together.
    if (befores[i] !== before) continue;
    const made = lately[i] as Made; // In range.
    if (
      made.nowText === nowText &&
      made.readiness === readiness &&
      made.ready === ready &&
      made.sandbox === sandbox &&
      made.initialized === initialized &&
      made.generation === generation
    )
      return made.conditions;
  }
  const made = { nowText, generation, readiness, ready, sandbox, initialized };
  return keep(before, made);
}

/** Makes a list of conditions, and keeps it. */
function keep(before: readonly PodCondition[] | undefined, of: Sketches): readonly PodCondition[] {
  const sketches = [of.sandbox, of.initialized, of.ready, of.readiness.containers, SCHEDULED];
  const conditions = roomFor<PodCondition>(sketches.length);
  for (let i = 0; i < sketches.length; i += 1)
    conditions[i] = stamped(before, sketches[i] as Sketch, of.nowText, of.generation ?? 1); // In range.
  befores[latelyNext] = before;
  const { nowText, generation, readiness, ready, sandbox, initialized } = of;
  lately[latelyNext] = { nowText, generation, readiness, ready, sandbox, initialized, conditions };
  latelyNext = (latelyNext + 1) % LATELY_MAX;
  return conditions;
}

/** What a list of conditions is made of, beside the list before it. */
interface Sketches {
  readonly nowText: string;
  readonly generation: number | undefined;
  readonly readiness: Readiness;
  readonly ready: Sketch;
  readonly sandbox: Sketch;
  readonly initialized: Sketch;
}

interface Made extends Sketches {
  readonly conditions: readonly PodCondition[];
}

// The lists made last. Pods of one ReplicaSet that change within a second share theirs, and who merges or compares
// lists finds that by their identity. Sketches are found by theirs: what most Pods say is one object. As many places as
// a large Deployment's start fills at a time; with half of them a fifth of the lists is made anew. A memo only.
const lately: Made[] = [];
const befores: (readonly PodCondition[] | undefined)[] = [];
const LATELY_MAX = 16;
let latelyNext = 0;

interface Sketch {
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** Keeps the time of the last change while the status stays the same. */
function stamped(
  before: readonly PodCondition[] | undefined,
  sketch: Sketch,
  nowText: string,
  observedGeneration: number,
): PodCondition {
  const { type, status, reason, message } = sketch;
  const last = findCondition(before, type);
  const lastTransitionTime =
    last?.status === status && last.lastTransitionTime !== undefined
      ? last.lastTransitionTime
      : nowText;
  // Written out, not put together: five of these are made for a status.
  if (reason === undefined) return { type, status, lastTransitionTime, observedGeneration };
  if (message === undefined)
    return { type, status, reason, lastTransitionTime, observedGeneration };
  return { type, status, reason, message, lastTransitionTime, observedGeneration };
}

function sketch(type: string, status: string, reason?: string, message?: string): Sketch {
  return Object.freeze({ type, status, reason, message });
}

const INITIALIZED = sketch('Initialized', 'True');
const INITIALIZED_AND_OVER = sketch('Initialized', 'True', 'PodCompleted');
const SANDBOX_READY = sketch('PodReadyToStartContainers', 'True');
const SANDBOX_NOT_READY = sketch('PodReadyToStartContainers', 'False');
const SCHEDULED = sketch('PodScheduled', 'True');

/** The order of a list of `podConditions`, for a strategic merge patch. */
export const CONDITION_ORDER: readonly object[] = Object.freeze(
  ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
    (type) => Object.freeze({ type }),
  ),
);

function initializedCondition(
  pod: Pod,
  phase: string,
  initStatuses: readonly ContainerStatus[],
): Sketch {
  if (phase === 'Succeeded') return INITIALIZED_AND_OVER;
  const inits = pod.spec.initContainers;
  if (inits === undefined || inits.length === 0) return INITIALIZED;
  // Once a main container has started, later restarts of sidecars do not take it back.
  const incomplete = inits.filter((container) => !isInitialized(container, initStatuses));
  if (incomplete.length === 0) return INITIALIZED;
  const names = incomplete.map(({ name }) => name).join(' ');
  const message = `containers with incomplete status: [${names}]`;
  return sketch('Initialized', 'False', 'ContainersNotInitialized', message);
}

function isInitialized(container: Container, statuses: readonly ContainerStatus[]): boolean {
  const status = statuses.find((each) => each.name === container.name);
  if (status === undefined) return false;
  return container.restartPolicy === 'Always' ? status.started === true : status.ready;
}

/** What the conditions ContainersReady and Ready say, as far as the containers decide. */
interface Readiness {
  readonly containers: Sketch;
  readonly pod: Sketch;
}

function readinessLike(status: string, reason?: string, message?: string): Readiness {
  return Object.freeze({
    containers: sketch('ContainersReady', status, reason, message),
    pod: sketch('Ready', status, reason, message),
  });
}

const ALL_READY = readinessLike('True');
const COMPLETED = readinessLike('False', 'PodCompleted');
const FAILED = readinessLike('False', 'PodFailed');

// By the containers' names. A memo only.
const unready = new Map<string, Readiness>();
const UNREADY_MAX = 1000;

function withUnready(names: string): Readiness {
  let readiness = unready.get(names);
  if (readiness === undefined) {
    if (unready.size >= UNREADY_MAX) unready.clear();
    const message = `containers with unready status: [${names}]`;
    readiness = readinessLike('False', 'ContainersNotReady', message);
    unready.set(names, readiness);
  }
  return readiness;
}

function readinessOf(
  pod: Pod,
  phase: string,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
): Readiness {
  if (phase === 'Succeeded') return COMPLETED;
  if (phase === 'Failed') return FAILED;
  const { containers, initContainers } = pod.spec;
  let names = '';
  if (initContainers !== undefined) {
    for (const { name, restartPolicy } of initContainers) {
      if (restartPolicy !== 'Always' || isReadyIn(initStatuses, name)) continue;
      names = names === '' ? name : `${names} ${name}`;
    }
  }
  // By index: three of these are made for every Pod that starts, and an iterator is garbage at once.
  for (let i = 0; i < containers.length; i += 1) {
    const name = containers[i]?.name ?? '';
    const status = statuses[i];
    if (status?.name === name ? status.ready : isReadyIn(statuses, name)) continue;
    names = names === '' ? name : `${names} ${name}`;
  }
  return names === '' ? ALL_READY : withUnready(names);
}

function isReadyIn(statuses: readonly ContainerStatus[], name: string): boolean {
  for (let i = 0; i < statuses.length; i += 1) {
    const status = statuses[i];
    if (status?.name === name) return status.ready;
  }
  return false;
}

function readyCondition(pod: Pod, readiness: Readiness): Sketch {
  if (readiness !== ALL_READY || pod.spec.readinessGates === undefined) return readiness.pod;
  const problems = pod.spec.readinessGates.flatMap(({ conditionType }) => {
    const gate = findCondition(pod.status?.conditions, conditionType);
    if (gate === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  if (problems.length === 0) return readiness.pod;
  return sketch('Ready', 'False', 'ReadinessGatesNotReady', problems.join(', '));
}
