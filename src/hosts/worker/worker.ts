import type { EngineMessage, PageMessage, SessionSource } from '../../bridge/protocol.ts';
import { storedObjects } from '../../cluster/observe.ts';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import type { World } from '../../kernel/world.ts';
import { createPacer, type Pacer } from '../pacer.ts';
import { createPageDesk, FRAME_EVERY_MILLIS, type PageDesk } from '../page-desk.ts';
import type { Scenario } from '../../scenarios/format/scenario.ts';
import { createScenarioRun, keptRunOf, resumeScenarioRun } from '../scenario/run.ts';
import { setUpOf } from '../scenario/set-up-of.ts';
import { createRecording, type Recording } from '../recording/recording.ts';
import { createSession, faultCatalogue, type Session } from '../session.ts';
import type { OpenedWorld } from './opening.ts';
import type { SaveHow, SnapshotStore } from './snapshot-store.ts';

/**
 * The engine's thread in the browser, from where `opening.ts` hands it over. It runs the world in short slices, sends a
 * frame when the page
 * has drawn the last one, and stores a snapshot every few seconds.
 */

interface Running {
  readonly session: Session;
  readonly pacer: Pacer;
  readonly recording: Recording;
  readonly desk: PageDesk;
}

const SLICE_MILLIS = 12;
/** Between slices when there is nothing to catch up with: about one animation frame. */
const REST_MILLIS = 8;
const SAVE_EVERY_MILLIS = 8000;
const SAVE_AFTER_ACT_MILLIS = 120;
/** An act's answer may wait for a snapshot whose writing takes no longer than this. */
const SAVE_AT_ONCE_MILLIS_MAX = 120;
let snapshots: SnapshotStore | undefined;
let running: Running | undefined;
let saveAt = Number.POSITIVE_INFINITY;
/** What is being saved: an act's snapshot does not wait for the one that is written every few seconds. */
const saving = new Set<SaveHow>();
/** Something has been done since the snapshot that is on its way. */
let isActUnsaved = false;
/** How long the last snapshot took to write. */
let writingMillis = 0;
let stepSeen = 0;

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

/** Goes on with what was opened, where there is something, and with what the page has said meanwhile. */
export function takeOver(from: {
  readonly snapshots: SnapshotStore;
  readonly opened: OpenedWorld | undefined;
  readonly messages: readonly PageMessage[];
}): void {
  snapshots = from.snapshots;
  self.onmessage = (event: MessageEvent<PageMessage>) => {
    guarded(() => receive(event.data));
  };
  guarded(() => {
    if (from.opened !== undefined) {
      start(from.opened.world, undefined, from.opened);
      post({ type: 'fault-catalogue', faults: faultCatalogue });
    }
    from.messages.forEach(receive);
  });
  loop();
}

function receive(message: PageMessage): void {
  if (message.type === 'open') open(message.session);
  else if (message.type === 'save') saveAt = 0;
  else running?.desk.receive(message);
}

function open(source: SessionSource): void {
  const { world, scenario, refused } = worldOf(source);
  start(world, scenario);
  post({ type: 'ready', seed: world.seed, origin: 'fresh', notice: refused, faultCatalogue });
  // A reload comes back to this one from now on.
  saveSoon();
}

/** The world that a session begins with, and the scenario to play in it. */
function worldOf(source: SessionSource): {
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
    world: createCluster(defaultSetUp(options)),
    scenario: undefined,
    refused: undefined,
  };
}

function start(world: World, scenario: Scenario | undefined, opened?: OpenedWorld): void {
  const session = createSession(world);
  if (scenario !== undefined) session.director = createScenarioRun(session, scenario);
  else if (opened?.scenario !== undefined)
    session.director = resumeScenarioRun(session, opened.scenario);
  const clock = (): number => performance.now();
  const pacer = createPacer(session, clock, opened?.pacer);
  const recording = createRecording({
    session,
    pacer,
    clock,
    size: () => [...storedObjects(world)].length,
    onLeave: () => save(world, 'in slices'),
  });
  const onActed = (how: 'at once' | 'soon'): void => {
    if (how === 'at once') saveAfterAct(world);
    else saveSoon();
  };
  running?.desk.close();
  const desk = createPageDesk({
    session,
    pacer,
    recording,
    clock,
    post,
    onActed,
    ...(opened === undefined ? undefined : { frames: opened.frames }),
  });
  running = { session, pacer, recording, desk };
  saveAt = performance.now() + SAVE_EVERY_MILLIS;
}

function saveSoon(): void {
  saveAt = Math.min(saveAt, performance.now() + SAVE_AFTER_ACT_MILLIS);
}

/** A small world is written before the act is answered, a large one soon: its writing takes as long as many frames. */
function saveAfterAct(world: World): void {
  if (writingMillis >= SAVE_AT_ONCE_MILLIS_MAX) saveSoon();
  // Of many acts in a row not each is written, but the last is.
  else if (saving.has('at once')) isActUnsaved = true;
  else save(world, 'at once');
}

function save(world: World, how: SaveHow): void {
  if (saving.has(how)) {
    saveSoon();
    return;
  }
  saving.add(how);
  if (how === 'at once') isActUnsaved = false;
  const began = performance.now();
  const director = running?.session.world === world ? running.session.director : undefined;
  snapshots
    ?.save(world, Date.now(), how, director === undefined ? undefined : keptRunOf(director))
    .then((millis) => {
      writingMillis = millis;
    })
    .catch(() => undefined)
    .finally(() => {
      saving.delete(how);
      // A large world takes longer to write: it must not spend its time on that.
      const cost = performance.now() - began;
      saveAt = Math.min(saveAt, performance.now() + Math.max(SAVE_EVERY_MILLIS, cost * 20));
      if (isActUnsaved && running?.session.world === world) save(world, 'at once');
    });
}

function loop(): void {
  guarded(() => {
    if (running === undefined) return;
    const { session, pacer, recording, desk } = running;
    if (!recording.work(SLICE_MILLIS)) pacer.slice(SLICE_MILLIS);
    recording.tick();
    desk.tick();
    const { director } = session;
    const step = director === undefined ? 0 : (keptRunOf(director)?.index ?? 0);
    if (step !== stepSeen) saveSoon();
    stepSeen = step;
    // The past is not what a reload should come back to.
    if (performance.now() >= saveAt && recording.isAtEnd) {
      saveAt = Number.POSITIVE_INFINITY;
      save(session.world, 'in slices');
    }
  });
  setTimeout(
    loop,
    running === undefined || running.pacer.paused ? FRAME_EVERY_MILLIS : REST_MILLIS,
  );
}
