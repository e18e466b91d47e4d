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
  const containersReady = containersReadyCondition(facts);
  const sketches: Sketches = [
    facts.sandboxReady ? SANDBOX_READY : SANDBOX_NOT_READY,
    initializedCondition(facts),
    readyCondition(facts, containersReady),
    containersReady,
    SCHEDULED,
  ];
  const known = lately.find((each) => isMadeOf(each, facts, sketches));
  if (known !== undefined) return known.conditions;
  const conditions = sketches.map((sketch) => stamped(facts, sketch));
  lately[latelyNext] = {
    before: facts.before,
    nowText: facts.nowText,
    generation: facts.pod.metadata.generation,
    sketches,
    conditions,
  };
  latelyNext = (latelyNext + 1) % LATELY_MAX;
  return conditions;
}

type Sketches = readonly Sketch[];

/** A list of conditions and all that it was made of. */
interface Made {
  readonly before: readonly PodCondition[] | undefined;
  readonly nowText: string;
  readonly generation: number | undefined;
  readonly sketches: Sketches;
  readonly conditions: readonly PodCondition[];
}

// The lists made last. Pods of one ReplicaSet that change within a second share theirs, and who merges or compares
// lists finds that by their identity. A memo only.
const lately: Made[] = [];
const LATELY_MAX = 8;
let latelyNext = 0;

function isMadeOf(
  made: Made,
  { before, nowText, pod }: ConditionFacts,
  sketches: Sketches,
): boolean {
  if (made.before !== before || made.nowText !== nowText) return false;
  if (made.generation !== pod.metadata.generation) return false;
  for (let i = 0; i < sketches.length; i += 1) {
    if (!isSameSketch(made.sketches[i], sketches[i])) return false;
  }
  return true;
}

function isSameSketch(a: Sketch | undefined, b: Sketch | undefined): boolean {
  return (
    a === b ||
    (a?.type === b?.type &&
      a?.status === b?.status &&
      a?.reason === b?.reason &&
      a?.message === b?.message)
  );
}

interface Sketch {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
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

const INITIALIZED: Sketch = Object.freeze({ type: 'Initialized', status: 'True' });
const SANDBOX_READY: Sketch = Object.freeze({ type: 'PodReadyToStartContainers', status: 'True' });
const SANDBOX_NOT_READY: Sketch = Object.freeze({
  type: 'PodReadyToStartContainers',
  status: 'False',
});
const SCHEDULED: Sketch = Object.freeze({ type: 'PodScheduled', status: 'True' });
const CONTAINERS_READY: Sketch = Object.freeze({ type: 'ContainersReady', status: 'True' });

function initializedCondition({ pod, phase, initStatuses }: ConditionFacts): Sketch {
  const type = 'Initialized';
  const inits = pod.spec.initContainers;
  if (inits === undefined || inits.length === 0) {
    return phase === 'Succeeded' ? { type, status: 'True', reason: 'PodCompleted' } : INITIALIZED;
  }
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  // Once a main container has started, later restarts of sidecars do not take it back.
  const incomplete = inits.filter((container) => !isInitialized(container, initStatuses));
  if (incomplete.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.map(({ name }) => name).join(' ')}]`,
  };
}

function isInitialized(container: Container, statuses: readonly ContainerStatus[]): boolean {
  const status = statuses.find((each) => each.name === container.name);
  if (status === undefined) return false;
  return container.restartPolicy === 'Always' ? status.started === true : status.ready;
}

function containersReadyCondition({ pod, phase, initStatuses, statuses }: ConditionFacts): Sketch {
  const type = 'ContainersReady';
  const terminal = terminalCondition(type, phase);
  if (terminal !== undefined) return terminal;
  let unready = '';
  for (const { name, restartPolicy } of pod.spec.initContainers ?? NO_CONTAINERS) {
    if (restartPolicy !== 'Always' || isReadyIn(initStatuses, name)) continue;
    unready = unready === '' ? name : `${unready} ${name}`;
  }
  for (const { name } of pod.spec.containers) {
    if (isReadyIn(statuses, name)) continue;
    unready = unready === '' ? name : `${unready} ${name}`;
  }
  if (unready === '') return CONTAINERS_READY;
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready}]`,
  };
}

const NO_CONTAINERS: readonly Container[] = Object.freeze([]);

function isReadyIn(statuses: readonly ContainerStatus[], name: string): boolean {
  for (const each of statuses) if (each.name === name) return each.ready;
  return false;
}

function terminalCondition(type: string, phase: string): Sketch | undefined {
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  return phase === 'Failed' ? { type, status: 'False', reason: 'PodFailed' } : undefined;
}

const READY: Sketch = Object.freeze({ type: 'Ready', status: 'True' });

function readyCondition({ pod, phase }: ConditionFacts, containersReady: Sketch): Sketch {
  const type = 'Ready';
  const terminal = terminalCondition(type, phase);
  if (terminal !== undefined) return terminal;
  if (containersReady.status !== 'True') return { ...containersReady, type };
  if (pod.spec.readinessGates === undefined) return READY;
  const problems = pod.spec.readinessGates.flatMap(({ conditionType }) => {
    const gate = findCondition(pod.status?.conditions, conditionType);
    if (gate === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return gate.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  if (problems.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}
