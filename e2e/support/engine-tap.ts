import type { Page } from '@playwright/test';
import type { Frame, PageMessage } from '../../src/bridge/protocol.ts';

/**
 * Listens to what crosses the bridge between the page and its engine, from outside of both: the page's
 * `Worker` is wrapped before any of its own code runs. For what no person could see or do: how things were
 * between two paintings, and an engine that breaks.
 */

/** One moment of the cluster as a frame told it. */
export interface Moment {
  /** Seconds since the world began. */
  readonly at: number;
  readonly steps: number;
  readonly pods: readonly {
    readonly name: string;
    readonly node: string;
    readonly status: string;
    readonly ready: boolean;
    readonly deleting: boolean;
  }[];
  readonly nodes: readonly { readonly name: string; readonly ready: string }[];
  readonly faults: readonly { readonly kind: string; readonly since: number }[];
}

interface Tap {
  /** Workers that are engines, oldest first; a crash adds one. */
  readonly engines: Worker[];
  readonly answers: unknown[];
  record: boolean;
  readonly moments: Moment[];
  /** Every object but Events and Leases, by uid: `ConfigMap default/web`. */
  readonly objects: Map<string, string>;
}

declare global {
  interface Window {
    kubariumTap: Tap;
  }
}

export async function installEngineTap(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const tap: Tap = {
      engines: [],
      answers: [],
      record: false,
      moments: [],
      objects: new Map(),
    };
    window.kubariumTap = tap;
    const pods = new Map<string, Frame['pods']['upsert'][number]>();
    const nodes = new Map<string, Frame['nodes']['upsert'][number]>();

    const take = (frame: Frame): void => {
      if (frame.full) {
        pods.clear();
        nodes.clear();
        tap.objects.clear();
      }
      for (const { id, kind, namespace, name } of frame.objects.upsert) {
        tap.objects.set(id, `${kind} ${namespace}/${name}`);
      }
      for (const id of frame.objects.remove) tap.objects.delete(id);
      for (const row of frame.pods.upsert) pods.set(row.id, row);
      for (const id of frame.pods.remove) pods.delete(id);
      for (const row of frame.nodes.upsert) nodes.set(row.id, row);
      for (const id of frame.nodes.remove) nodes.delete(id);
      if (!tap.record) return;
      tap.moments.push({
        at: frame.now / 1_000_000,
        steps: frame.steps,
        pods: [...pods.values()].map(({ name, node, status, ready, deleting }) => ({
          name,
          node,
          status,
          ready,
          deleting,
        })),
        nodes: [...nodes.values()].map(({ name, ready }) => ({ name, ready })),
        faults: frame.faults.map(({ kind, since }) => ({ kind, since: since / 1_000_000 })),
      });
    };

    const Original = window.Worker;
    window.Worker = class extends Original {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name !== 'kubarium-engine') return;
        tap.engines.push(this);
        this.addEventListener('message', (event: MessageEvent) => {
          const message = event.data as { readonly type: string; readonly frame: Frame };
          if (message.type === 'frame') take(message.frame);
          else if (message.type === 'self-test-result') tap.answers.push(message);
        });
      }
    };
  });
}

/** Begins to keep a moment for each frame. */
export async function startRecording(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.kubariumTap.moments.length = 0;
    window.kubariumTap.record = true;
  });
}

export async function stopRecording(page: Page): Promise<readonly Moment[]> {
  return page.evaluate(() => {
    window.kubariumTap.record = false;
    return window.kubariumTap.moments;
  });
}

/** What is in the cluster, as `ConfigMap default/web`. */
export async function objectsIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => [...window.kubariumTap.objects.values()].sort());
}

/** Sends the engine a message that the page has no button for. */
export async function tellEngine(page: Page, message: PageMessage): Promise<void> {
  // The type of all messages is too deep for what Playwright makes of arguments.
  await page.evaluate<void, unknown>(
    (sent) => window.kubariumTap.engines.at(-1)?.postMessage(sent),
    message,
  );
}

/** Breaks the engine with a message that is none. */
export async function crashEngine(page: Page): Promise<void> {
  await page.evaluate(() => window.kubariumTap.engines.at(-1)?.postMessage(null));
}

/** How many engines the page has had; a crash adds one. */
export async function enginesSoFar(page: Page): Promise<number> {
  return page.evaluate(() => window.kubariumTap.engines.length);
}
