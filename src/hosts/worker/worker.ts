import type {
  EngineMessage,
  PageMessage,
  SessionSource,
  WhyAnswer,
  WhyLink,
} from '../../bridge/protocol.ts';
import type { SchedulingQuestion } from '../../bridge/scheduling.ts';
import { storedAt } from '../../cluster/observe.ts';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { chainOf, type Cause } from '../../kernel/cause.ts';
import type { World } from '../../kernel/world.ts';
import { etcdKeyOf } from '../observer/etcd-keys.ts';
import { createSchedulingDesk } from '../scheduling/answer.ts';
import type { Scenario } from '../../scenarios/format/scenario.ts';
import { createScenarioRun } from '../scenario/run.ts';
import { setUpOf } from '../scenario/set-up-of.ts';
import { createSession, faultCatalogue, type Session } from '../session.ts';
import { standardRun } from '../standard-run.ts';
import { createFrameBuilder, type FrameBuilder } from './frames.ts';
import { createPacer, type Pacer } from '../pacer.ts';
import { createMachineDesk } from '../machines/desk.ts';
import { createAlarms } from './alarms.ts';
import { createSnapshotStore } from './snapshot-store.ts';
import { createStreams } from './streams.ts';

/**
 * The engine's thread in the browser. It runs the world in short slices, sends a frame when the page
 * has drawn the last one, and stores a snapshot every few seconds.
 */

interface Running {
  readonly session: Session;
  readonly pacer: Pacer;
  readonly frames: FrameBuilder;
}

const SLICE_MILLIS = 12;
/** Between slices when there is nothing to catch up with: about one animation frame. */
const REST_MILLIS = 8;
const SAVE_EVERY_MILLIS = 8000;
const SAVE_AFTER_ACT_MILLIS = 120;
/** An act's answer may wait for a snapshot that takes no longer than this. */
const SAVE_AT_ONCE_MILLIS_MAX = 80;
/** Frames closer together than this would be drawn on the same animation frame. */
const FRAME_EVERY_MILLIS = 16;

const snapshots = createSnapshotStore();
const scheduling = createSchedulingDesk(
  () => performance.now(),
  () => new Promise((resolve) => setTimeout(resolve, 0)),
);
const streams = createStreams(post);
const machines = createMachineDesk();
const alarms = createAlarms((id) => post({ type: 'woken', id }));
let running: Running | undefined;
let acknowledged = true;
let lastFrameAt = 0;
let saveAt = Number.POSITIVE_INFINITY;
let saving = false;
let lastSaveMillis = 0;

function post(message: EngineMessage): void {
  self.postMessage(message);
}

/** A thrown exception is a bug of ours: said with its stack, and the page starts another worker. */
function guarded(act: () => void): void {
  try {
    act();
  } catch (error) {
    running = undefined;
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    post({ type: 'crashed', message, stack: stack ?? '' });
  }
}

self.onmessage = (event: MessageEvent<PageMessage>) => {
  guarded(() => receive(event.data));
};

function receive(message: PageMessage): void {
  if (message.type === 'open') {
    void open(message.session);
    return;
  }
  if (running === undefined) return;
  const { session, pacer, frames } = running;
  switch (message.type) {
    case 'clock':
      pacer.command(message.command);
      return;
    case 'api':
      session.request(message.request, {
        onResponse(response) {
          // What the person is told has happened must survive a reload a moment later.
          if (message.request.method !== 'GET') saveAfterAct(session.world);
          post({ type: 'api-result', id: message.id, response });
        },
      });
      return;
    case 'api-stream':
      streams.open(session, message.stream, message.request);
      return;
    case 'api-stream-cancel':
      streams.close(session, message.stream);
      return;
    case 'wake':
      alarms.set(message.id, session.world.now, message.afterMicros);
      return;
    case 'lab':
      post({ type: 'lab-result', id: message.id, error: session.lab(message.command) });
      saveSoon();
      return;
    case 'subscribe':
      frames.subscribe(message.paths);
      return;
    case 'why':
      post({ type: 'why-result', id: message.id, ...causesOf(session.world, message.path) });
      return;
    case 'scheduling':
      void answerScheduling(message.id, message.question, session.world);
      if (message.question.kind === 'configure') saveSoon();
      return;
    case 'machine':
      machines.answer(session, message.question, (answer) =>
        post({ type: 'machine-result', id: message.id, answer }),
      );
      saveSoon();
      return;
    case 'self-test':
      post({ type: 'self-test-result', id: message.id, ...standardRun(message.seed, 'none') });
      return;
    case 'end-scenario':
      session.director = undefined;
      return;
    case 'ack':
      acknowledged = true;
      return;
    case 'save':
      saveAt = 0;
      return;
  }
}

/** What fails here failed in a copy: the question alone goes unanswered, and the page says why. */
async function answerScheduling(
  id: number,
  question: SchedulingQuestion,
  world: World,
): Promise<void> {
  try {
    post({ type: 'scheduling-result', id, answer: await scheduling.answer(world, question) });
  } catch (error) {
    console.error(error);
    post({ type: 'scheduling-result', id, answer: undefined });
  }
}

async function open(source: SessionSource): Promise<void> {
  const resumed =
    source.kind === 'resume' ? await loadSnapshot() : { world: undefined, notice: undefined };
  guarded(() => {
    const { world, scenario, refused } = worldOf(source, resumed.world);
    start(world, scenario);
    post({
      type: 'ready',
      seed: world.seed,
      origin: resumed.world === undefined ? 'fresh' : 'resumed',
      notice: refused ?? resumed.notice,
      faultCatalogue,
    });
  });
}

async function loadSnapshot(): Promise<{ world: World | undefined; notice: string | undefined }> {
  try {
    return await snapshots.load();
  } catch {
    // Private windows may refuse a database; the playground works without.
    return {
      world: undefined,
      notice: 'This browser keeps no data here: the cluster will not survive a reload.',
    };
  }
}

/** The world that a session begins with, and the scenario to play in it. */
function worldOf(
  source: SessionSource,
  resumed: World | undefined,
): {
  readonly world: World;
  readonly scenario: Scenario | undefined;
  /** Why the cluster is not the one that was asked for. */
  readonly refused: string | undefined;
} {
  if (source.kind === 'scenario') {
    const setUp = setUpOf(source.scenario, source.seed);
    if (setUp.ok) {
      return {
        world: createCluster(setUp.value),
        scenario: source.scenario,
        refused: undefined,
      };
    }
    const refused = `The scenario cannot be played: ${setUp.error}.`;
    return { world: createCluster(defaultSetUp()), scenario: undefined, refused };
  }
  const options = source.kind === 'fresh' ? source.setUp : undefined;
  return {
    world: resumed ?? createCluster(defaultSetUp(options)),
    scenario: undefined,
    refused: undefined,
  };
}

function start(world: World, scenario: Scenario | undefined): void {
  const session = createSession(world);
  if (scenario !== undefined) session.director = createScenarioRun(session, scenario);
  const pacer = createPacer(session, () => performance.now());
  running = { session, pacer, frames: createFrameBuilder(session, pacer) };
  acknowledged = true;
  saveAt = performance.now() + SAVE_EVERY_MILLIS;
}

function saveSoon(): void {
  saveAt = Math.min(saveAt, performance.now() + SAVE_AFTER_ACT_MILLIS);
}

/** A small world is written at once, a large one soon: its writing takes as long as many frames. */
function saveAfterAct(world: World): void {
  if (!saving && lastSaveMillis < SAVE_AT_ONCE_MILLIS_MAX) save(world);
  else saveSoon();
}

function save(world: World): void {
  if (saving) {
    saveSoon();
    return;
  }
  saving = true;
  const began = performance.now();
  snapshots
    .save(world, Date.now())
    .catch(() => undefined)
    .finally(() => {
      saving = false;
      // A large world takes longer to write: it must not spend its time on that.
      const cost = performance.now() - began;
      lastSaveMillis = cost;
      saveAt = Math.min(saveAt, performance.now() + Math.max(SAVE_EVERY_MILLIS, cost * 20));
    });
}

/** Why an object is as it is: the chain of its last write, and that of its creation where it differs. */
function causesOf(world: World, path: string): WhyAnswer {
  const key = etcdKeyOf(path);
  const stored = key === undefined ? undefined : storedAt(world, key);
  const cause = stored?.cause ?? stored?.createdCause;
  const created = stored?.createdCause;
  return { chain: linksOf(cause), origin: created === cause ? [] : linksOf(created) };
}

function linksOf(cause: Cause | undefined): readonly WhyLink[] {
  return cause === undefined ? [] : chainOf(cause).map(({ at, by, what }) => ({ at, by, what }));
}

function loop(): void {
  guarded(() => {
    if (running === undefined) return;
    const { session, pacer, frames } = running;
    pacer.slice(SLICE_MILLIS);
    alarms.ring(session.world.now);
    const now = performance.now();
    if (acknowledged && now - lastFrameAt >= FRAME_EVERY_MILLIS) {
      acknowledged = false;
      lastFrameAt = now;
      post({ type: 'frame', frame: frames.build() });
    }
    if (now >= saveAt) {
      saveAt = Number.POSITIVE_INFINITY;
      save(session.world);
    }
  });
  setTimeout(
    loop,
    running === undefined || running.pacer.paused ? FRAME_EVERY_MILLIS : REST_MILLIS,
  );
}

loop();
