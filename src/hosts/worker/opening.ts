import openingUrl from 'virtual:opening-world';
import type {
  ClockCommand,
  EngineMessage,
  PageMessage,
  SessionSource,
} from '../../bridge/protocol.ts';
import { decodeWorld, type Archive } from '../../kernel/archive.ts';
import { passIdleTime } from '../../kernel/idle.ts';
import type { World } from '../../kernel/world.ts';
import { createPacer, type Pacer } from '../pacer.ts';
import { createFrameBuilder, type FrameBuilder } from './frames.ts';
import type { KeptRun } from '../scenario/run.ts';
import { createSnapshotStore, type LoadedSnapshot } from './snapshot-store.ts';

/**
 * The first of the engine's two parts, small enough to be there at once. It knows worlds but not how they go on: it opens
 * the saved one, or the one that the site was built with, shows it, and lets time pass as long as nothing is due. Then it
 * fetches the engine, hands everything over, and is done. What the page says meanwhile waits for the engine.
 */

/** A world that is being shown, as it is handed over. */
export interface OpenedWorld {
  readonly world: World;
  /** How far the scenario is that is being played in it. */
  readonly scenario?: KeptRun | undefined;
  readonly frames: FrameBuilder;
  readonly pacer: Pacer;
}

const TICK_MILLIS = 16;
/** What can be done about the clock without the engine. */
const PACE: ReadonlySet<ClockCommand['kind']> = new Set(['pause', 'resume', 'speed']);
const clock = (): number => performance.now();
const snapshots = createSnapshotStore();
const prepared = fetchOpeningWorld();

let opened: OpenedWorld | undefined;
const waiting: PageMessage[] = [];
let acknowledged = true;
let isHandedOver = false;
let isOnTheWay = false;

function post(message: EngineMessage): void {
  self.postMessage(message);
}

function fail(error: unknown): void {
  isHandedOver = true;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  post({ type: 'crashed', message, stack: stack ?? '' });
}

self.onmessage = (event: MessageEvent<PageMessage>) => {
  const message = event.data;
  if (message.type === 'open') void open(message.session).catch(fail);
  else if (message.type === 'ack') acknowledged = true;
  else if (message.type === 'clock' && PACE.has(message.command.kind)) {
    opened?.pacer.command(message.command);
  } else if (message.type === 'subscribe' && opened !== undefined) {
    opened.frames.subscribe(message.paths);
  } else {
    // The page lives, or a person acts: what would have kept both waiting is fetched now.
    if (message.type !== 'shown') waiting.push(message);
    void fetchEngine().catch(fail);
  }
};

async function open(source: SessionSource): Promise<void> {
  if (source.kind !== 'resume') {
    waiting.push({ type: 'open', session: source });
    await fetchEngine();
    return;
  }
  const stored = await loadSnapshot();
  const world = stored.world ?? (await prepared);
  if (world === undefined) {
    waiting.push({ type: 'open', session: { kind: 'fresh', setUp: undefined } });
    await fetchEngine();
    return;
  }
  const pacer = createPacer(
    {
      world,
      advance(until) {
        passIdleTime(world, until);
        // It may not have come so far; there is nothing to be caught up with.
        return true;
      },
      stepOnce() {},
    },
    clock,
  );
  const from = world.now;
  const recording = { state: () => ({ from, acts: 0, line: 0 }) };
  opened = {
    world,
    scenario: stored.scenario,
    pacer,
    frames: createFrameBuilder(world, { session: undefined, pacer, recording }, clock),
  };
  post({
    type: 'ready',
    seed: world.seed,
    origin: stored.world === undefined ? 'fresh' : 'resumed',
    notice: stored.notice,
    faultCatalogue: [],
  });
  loop();
}

function loop(): void {
  if (isHandedOver || opened === undefined) return;
  try {
    opened.pacer.slice(1);
    if (acknowledged) {
      acknowledged = false;
      post({ type: 'frame', frame: opened.frames.build() });
    }
  } catch (error) {
    fail(error);
    return;
  }
  setTimeout(loop, TICK_MILLIS);
}

async function fetchEngine(): Promise<void> {
  if (isOnTheWay) return;
  isOnTheWay = true;
  const { takeOver } = await engineOnceFetched();
  isHandedOver = true;
  takeOver({ snapshots, opened, messages: waiting });
}

const AGAIN_MILLIS = 2000;

/** A server that has ended, or a laptop that has left its network, may come back: the cluster stands still until then. */
async function engineOnceFetched(): Promise<typeof import('./worker.ts')> {
  for (;;) {
    try {
      return await import('./worker.ts');
    } catch (error) {
      // Browsers tell it in their own words, all as a TypeError. Another error is a bug of ours.
      if (!/module/i.test(String(error)) || !(error instanceof TypeError)) throw error;
      console.warn(`The engine cannot be fetched yet: ${String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLIS));
    }
  }
}

async function loadSnapshot(): Promise<LoadedSnapshot> {
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

/** Undefined when it cannot be had: then a cluster boots, as it did when this one was made. */
async function fetchOpeningWorld(): Promise<World | undefined> {
  try {
    const response = await fetch(openingUrl);
    return response.ok ? decodeWorld((await response.json()) as Archive) : undefined;
  } catch {
    return undefined;
  }
}
