import type { Container, ContainerStatus, Pod, PodCondition } from '../../api/generated/types.ts';
import { findCondition } from '../../api/conditions.ts';

/** What the kubelet's conditions follow from. */
export interface ConditionFacts {
  readonly pod: Pod;
  readonly phase: string;
  readonly sandboxReady: boolean;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  readonly nowText: string;
  /** The conditions as last written, for their transition times. */
  readonly before: readonly PodCondition[] | undefined;
}

/** The kubelet's own conditions, in upstream's order, with its reasons and messages. Pure. */
export function podConditions(facts: ConditionFacts): readonly PodCondition[] {
  const { before, nowText } = facts;
  const { generation } = facts.pod.metadata;
  const readiness = readinessOf(facts);
  const sandbox = facts.sandboxReady ? SANDBOX_READY : SANDBOX_NOT_READY;
  const { initContainers, readinessGates } = facts.pod.spec;
  const isPlain = initContainers === undefined && facts.phase !== 'Succeeded';
  const initialized = isPlain ? INITIALIZED : initializedCondition(facts);
  const ready = readinessGates === undefined ? readiness.pod : readyCondition(facts, readiness);
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
  const conditions = [
    stamped(facts, sandbox),
    stamped(facts, initialized),
    stamped(facts, ready),
    stamped(facts, readiness.containers),
    stamped(facts, SCHEDULED),
  ];
  befores[latelyNext] = before;
  lately[latelyNext] = {
    nowText,
    generation,
    readiness,
    ready,
    sandbox,
    initialized,
    conditions,
  };
  latelyNext = (latelyNext + 1) % LATELY_MAX;
  return conditions;
}

/** A list of conditions and all that it was made of, beside the list before it. */
interface Made {
  readonly nowText: string;
  readonly generation: number | undefined;
  readonly readiness: Readiness;
  readonly ready: Sketch;
  readonly sandbox: Sketch;
  readonly initialized: Sketch;
  readonly conditions: readonly PodCondition[];
}

// The lists made last. Pods of one ReplicaSet that change within a second share theirs, and who merges or compares
// lists finds that by their identity. Sketches are found by theirs: what most Pods say is one object. A memo only.
const lately: Made[] = [];
const befores: (readonly PodCondition[] | undefined)[] = [];
const LATELY_MAX = 8;
let latelyNext = 0;

interface Sketch {
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** Keeps the time of the last change while the status stays the same. */
function stamped({ before, nowText, pod }: ConditionFacts, sketch: Sketch): PodCondition {
  const { type, status, reason, message } = sketch;
  const last = findCondition(before, type);
  const lastTransitionTime =
    last?.status === status && last.lastTransitionTime !== undefined
      ? last.lastTransitionTime
      : nowText;
  const observedGeneration = pod.metadata.generation ?? 1;
  // Written out, not put together: five of these are made for every status.
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

function initializedCondition({ pod, phase, initStatuses }: ConditionFacts): Sketch {
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

function readinessOf({ pod, phase, initStatuses, statuses }: ConditionFacts): Readiness {
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
    if (isReadyIn(statuses, name)) continue;
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

function readyCondition({ pod }: ConditionFacts, readiness: Readiness): Sketch {
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
