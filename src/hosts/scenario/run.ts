import { conditionInWords } from '../../scenarios/format/in-words.ts';
import type {
  Condition,
  Expectation,
  Scenario,
  ScenarioStep,
} from '../../scenarios/format/scenario.ts';
import { revisionOf } from '../../cluster/observe.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { Session } from '../session.ts';
import { act, type ActionBook } from './actions.ts';
import { look, type Onlooker } from './conditions.ts';
import type { Fate } from './fates.ts';
import { selectObjects } from './objects.ts';
import type {
  ExpectationReport,
  InvariantReport,
  ScenarioReport,
  StepReport,
} from '../../bridge/scenario-report.ts';

/**
 * A scenario that is being played in a session. Whoever drives the session looks at each instant `nextLook` names:
 * at the same instants the same happens, so a scenario plays alike in the page and headless.
 */
export interface ScenarioRun {
  /** Waits, acts, judges: everything that is due now. */
  look(): void;
  /** When to look again; undefined once the outcome is known. */
  readonly nextLook: Micros | undefined;
  report(): ScenarioReport;
}

/** Between two looks at what is being waited for. */
const LOOK_EVERY: Micros = 100_000;
/** What a cluster may take to become Ready, and how long it then rests before the scenario begins. */
const BOOT_MAX: Micros = 180 * SECOND;
const REST: Micros = 10 * SECOND;

interface ExpectationState {
  readonly expectation: Expectation;
  state: ExpectationReport['state'];
  metAt: Micros | undefined;
  detail: string | undefined;
}

interface StepState {
  readonly step: ScenarioStep;
  state: StepReport['state'];
  waitingSince: Micros;
  beganAt: Micros | undefined;
  endedAt: Micros | undefined;
  problem: string | undefined;
  sinceRevision: number;
  readonly expectations: readonly ExpectationState[];
}

interface InvariantState {
  readonly name: string;
  readonly condition: Condition;
  readonly from: string | undefined;
  readonly until: string | undefined;
  state: InvariantReport['state'];
  detail: string | undefined;
}

/**
 * How far a scenario is, as plain data that refers to itself only: it may be cloned and stored with its world, and a
 * run goes on from there. To be kept at the very instant at which the world is.
 */
export interface KeptRun extends Omit<ActionBook, 'session'> {
  readonly scenario: Scenario;
  readonly probes: Map<Condition, Fate>;
  readonly steps: readonly StepState[];
  readonly always: readonly InvariantState[];
  readonly openedAt: Micros;
  readonly readyAt: Micros | undefined;
  readonly beganAt: Micros | undefined;
  readonly index: number;
  readonly outcome: ScenarioReport['outcome'];
  readonly nextLook: Micros | undefined;
}

const keepers = new WeakMap<object, () => KeptRun>();

/**
 * How far a scenario is that is being played, or has been; undefined where a director plays none. It shares what
 * goes on: clone it at once.
 */
export function keptRunOf(run: object): KeptRun | undefined {
  return keepers.get(run)?.();
}

/** Begins to play a scenario in a session whose cluster was built from the scenario's shape. */
export function createScenarioRun(session: Session, scenario: Scenario): ScenarioRun {
  const { now } = session.world;
  return goOn(session, {
    scenario,
    fates: new Map(),
    memories: new Map(),
    faults: new Map(),
    snapshots: new Map(),
    probes: new Map(),
    steps: scenario.steps.map(stepState),
    always: scenario.always.map((each) => ({ ...each, state: 'waiting', detail: undefined })),
    openedAt: now,
    readyAt: undefined,
    beganAt: undefined,
    index: 0,
    outcome: 'running',
    nextLook: now,
  });
}

/** Goes on with one that was kept, in a world of the same instant. Answers to its requests that were under way are lost. */
export function resumeScenarioRun(session: Session, kept: KeptRun): ScenarioRun {
  const probes = new Map([...kept.probes].filter(([, { answeredAt }]) => answeredAt !== undefined));
  return goOn(session, { ...kept, probes });
}

function goOn(session: Session, kept: KeptRun): ScenarioRun {
  const { world } = session;
  const { scenario, fates, memories, faults, snapshots, probes, steps, always, openedAt } = kept;
  const book: ActionBook = { session, fates, memories, faults, snapshots };
  let { readyAt, beganAt, index, outcome, nextLook } = kept;

  function onlooker(step: StepState | undefined): Onlooker {
    return {
      session,
      sinceRevision: step?.sinceRevision ?? 0,
      since: step?.beganAt ?? openedAt,
      fates: book.fates,
      memories: book.memories,
      probes,
    };
  }

  /** True once the scenario has begun. */
  function boot(): boolean {
    if (beganAt !== undefined) return true;
    if (readyAt === undefined && nodesAreReady()) readyAt = world.now;
    if (readyAt === undefined) {
      if (world.now - openedAt > BOOT_MAX) {
        const first = steps[0];
        if (first !== undefined) fail(first, 'the cluster did not become Ready');
        else outcome = 'failed';
      }
      return false;
    }
    if (world.now - readyAt < REST) return false;
    beganAt = world.now;
    for (const each of steps) each.waitingSince = world.now;
    for (const each of always) if (each.from === undefined) each.state = 'watching';
    return true;
  }

  function nodesAreReady(): boolean {
    const ready = new Set(
      selectObjects(world, READY_NODES).map(({ metadata }) => metadata.name ?? ''),
    );
    return scenario.cluster.nodes.every(({ name }) => ready.has(name));
  }

  function watchInvariants(): void {
    for (const each of always) {
      if (each.state !== 'watching') continue;
      const { met, seen } = look(each.condition, onlooker(undefined));
      if (met) continue;
      each.state = 'broken';
      each.detail = `${secondsInWords(world.now - (beganAt ?? 0))} into the scenario: ${seen}`;
      outcome = 'failed';
    }
  }

  /** Whether the step has begun (now or before). */
  function begin(step: StepState): boolean {
    if (step.state !== 'waiting') return step.state === 'running';
    const { begins } = step.step;
    switch (begins.kind) {
      case 'next':
        break;
      case 'after':
        if (world.now < step.waitingSince + begins.micros) return false;
        break;
      case 'at':
        if (world.now < (beganAt ?? 0) + begins.micros) return false;
        break;
      case 'when': {
        const { met, seen } = look(begins.condition, onlooker(step));
        if (met) break;
        if (world.now - step.waitingSince >= begins.withinMicros) {
          fail(
            step,
            `what it waits for has not come: ${conditionInWords(begins.condition)}; ${seen}`,
          );
        }
        return false;
      }
    }
    for (const each of always) {
      if (each.until === step.step.name && each.state === 'watching') each.state = 'held';
    }
    step.state = 'running';
    step.beganAt = world.now;
    step.sinceRevision = revisionOf(world);
    for (const action of step.step.actions) {
      const problem = act(action, book);
      if (problem === undefined) continue;
      fail(step, problem);
      return false;
    }
    for (const each of always) {
      if (each.from === step.step.name && each.state === 'waiting') each.state = 'watching';
    }
    return true;
  }

  /** Judges a running step; true when it has passed. */
  function judge(step: StepState): boolean {
    for (const each of step.expectations) judgeExpectation(each, step);
    if (step.expectations.some(({ state }) => state === 'failed')) {
      fail(step, undefined);
      return false;
    }
    return step.expectations.every(({ state }) => state === 'passed');
  }

  function judgeExpectation(each: ExpectationState, step: StepState): void {
    if (each.state === 'passed' || each.state === 'failed') return;
    const { expectation } = each;
    const { met, seen } = look(expectation.condition, onlooker(step));
    const passed = world.now - (step.beganAt ?? 0);
    if (each.state === 'holding' && !met) {
      each.state = 'failed';
      each.detail = `no longer so after ${secondsInWords(passed)}: ${seen}`;
      return;
    }
    if (each.state === 'waiting' && met) {
      if (passed < expectation.notBeforeMicros) {
        each.state = 'failed';
        each.detail = `already so after ${secondsInWords(passed)}: ${seen}`;
        return;
      }
      each.metAt = world.now;
      each.state = 'holding';
    }
    if (each.state === 'waiting' && passed >= expectation.withinMicros) {
      each.state = 'failed';
      each.detail = `not within ${secondsInWords(expectation.withinMicros)}: ${seen}`;
      return;
    }
    if (each.state === 'holding' && world.now - (each.metAt ?? 0) >= expectation.forMicros) {
      each.state = 'passed';
    }
  }

  function fail(step: StepState, problem: string | undefined): void {
    step.state = 'failed';
    step.endedAt = world.now;
    step.problem = problem;
    outcome = 'failed';
  }

  function play(): void {
    for (let step = steps[index]; step !== undefined; step = steps[index]) {
      if (!begin(step) || !judge(step)) return;
      step.state = 'passed';
      step.endedAt = world.now;
      index += 1;
      const next = steps[index];
      if (next !== undefined) next.waitingSince = world.now;
    }
    outcome = 'passed';
  }

  function dueNext(): Micros {
    const soon = world.now + LOOK_EVERY;
    const step = steps[index];
    // Where only time is waited for, nothing needs to be seen before.
    if (beganAt === undefined || step === undefined || step.state !== 'waiting') return soon;
    if (always.some(({ state }) => state === 'watching')) return soon;
    const { begins } = step.step;
    if (begins.kind === 'after') return Math.max(world.now, step.waitingSince + begins.micros);
    return begins.kind === 'at' ? Math.max(world.now, beganAt + begins.micros) : soon;
  }

  const run: ScenarioRun = {
    look() {
      if (outcome !== 'running') return;
      if (boot()) {
        watchInvariants();
        if (outcome === 'running') play();
      }
      if (outcome === 'running') {
        nextLook = dueNext();
        return;
      }
      nextLook = undefined;
      for (const each of always) if (each.state === 'watching') each.state = 'held';
      for (const each of steps) if (each.state === 'waiting') each.state = 'skipped';
    },
    get nextLook() {
      return nextLook;
    },
    report: () => ({
      name: scenario.name,
      title: scenario.title,
      outcome,
      began: beganAt,
      elapsed: beganAt === undefined ? 0 : world.now - beganAt,
      steps: steps.map((each) => stepReport(each, beganAt ?? 0)),
      always: always.map(({ name, state, detail }) => ({ name, state, detail })),
    }),
  };
  keepers.set(run, () => ({ ...kept, readyAt, beganAt, index, outcome, nextLook }));
  return run;
}

const READY_NODES = {
  kind: 'Node',
  namespace: undefined,
  name: undefined,
  labels: {},
  where: [
    {
      path: 'status.conditions[?(@.type=="Ready")].status',
      test: { kind: 'is', value: 'True' },
    },
  ],
} as const;

function stepState(step: ScenarioStep): StepState {
  return {
    step,
    state: 'waiting',
    waitingSince: 0,
    beganAt: undefined,
    endedAt: undefined,
    problem: undefined,
    sinceRevision: 0,
    expectations: step.expectations.map((expectation) => ({
      expectation,
      state: 'waiting',
      metAt: undefined,
      detail: undefined,
    })),
  };
}

function stepReport(step: StepState, beganAt: Micros): StepReport {
  const since = (at: Micros | undefined): Micros | undefined =>
    at === undefined ? undefined : at - beganAt;
  return {
    name: step.step.name,
    say: step.step.say,
    state: step.state,
    beganAt: since(step.beganAt),
    endedAt: since(step.endedAt),
    problem: step.problem,
    expectations: step.expectations.map(({ expectation, state, metAt, detail }) => ({
      what: conditionInWords(expectation.condition),
      state,
      metAfter: metAt === undefined ? undefined : metAt - (step.beganAt ?? 0),
      detail,
    })),
  };
}

function secondsInWords(micros: Micros): string {
  return `${Math.round(micros / 100_000) / 10} s`;
}
