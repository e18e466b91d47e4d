import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { BrowserContext, Page } from '@playwright/test';

/**
 * What a first visit costs until the page lives: bytes that had arrived by then, and when a person saw what. The cluster
 * lives when its nodes are drawn as Ready and its clock moves.
 */
export interface FirstLoad {
  /** Milliseconds since the navigation. */
  readonly millis: {
    readonly firstPaint: number;
    readonly shell: number;
    readonly nodesReady: number;
    readonly alive: number;
    /** When the engine answered its first request: from then on acts have effects at once. */
    readonly answers: number;
  };
  readonly beforeAlive: Bytes;
  /** Once the engine answers as well. */
  readonly beforeAnswers: Bytes;
  /** How far things jumped while the page came up (Cumulative Layout Shift). */
  readonly layoutShift: number;
  /** Of the first five seconds, milliseconds. */
  readonly longestTask: number;
}

/** Gzipped, as a host of static files sends them. */
export interface Bytes {
  readonly pageScripts: number;
  readonly workerScripts: number;
  readonly styles: number;
  readonly data: number;
}

interface EngineSays {
  readonly type: string;
  readonly id?: number;
  readonly frame?: { readonly now: number };
}

interface Marks {
  shell?: number;
  nodesReady?: number;
  alive?: number;
  answers?: number;
  shift: number;
  longestTask: number;
}

declare global {
  interface Window {
    kubariumMarks: Marks;
  }
}

const DIST = process.env['KUBARIUM_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url));

/** Watches the page from its first moment on; to be called before it is opened. */
export async function watchFirstLoad(context: BrowserContext, page: Page): Promise<FirstLoadWatch> {
  const arrived: { readonly url: string; readonly at: number }[] = [];
  context.on('requestfinished', (request) => {
    // The browser's own times: this process may hear of it late.
    const { startTime, responseEnd } = request.timing();
    arrived.push({ url: request.url(), at: startTime + responseEnd });
  });
  const engineScripts = new Set<string>();
  page.on('worker', (worker) => engineScripts.add(basename(new URL(worker.url()).pathname)));
  await page.addInitScript(watchFromWithin);
  return {
    async read() {
      await page.waitForFunction(() => window.kubariumMarks.answers !== undefined);
      await page.waitForTimeout(Math.max(0, 5000 - (await page.evaluate(() => performance.now()))));
      const { marks, firstPaint, origin, own } = await page.evaluate(() => ({
        marks: window.kubariumMarks,
        firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
        origin: performance.timeOrigin,
        // What the page itself asked for; all else was asked for by its workers.
        own: performance.getEntriesByType('resource').map(({ name }) => name),
      }));
      const pageOwn = new Set(own.map((url) => basename(new URL(url).pathname)));
      const bytesBy = (millis: number): Bytes => {
        const bytes = { pageScripts: 0, workerScripts: 0, styles: 0, data: 0 };
        const names = arrived
          .filter(({ at }) => at <= origin + millis)
          .map(({ url }) => new URL(url).pathname);
        for (const path of new Set(names))
          bytes[classOf(path, pageOwn, engineScripts)] += gzipped(path);
        return bytes;
      };
      const { alive = 0, answers = 0, shell = 0, nodesReady = 0 } = marks;
      return {
        millis: {
          firstPaint: Math.round(firstPaint),
          shell: Math.round(shell),
          nodesReady: Math.round(nodesReady),
          alive: Math.round(alive),
          answers: Math.round(answers),
        },
        beforeAlive: bytesBy(alive),
        beforeAnswers: bytesBy(answers),
        layoutShift: Math.round(marks.shift * 10_000) / 10_000,
        longestTask: Math.round(marks.longestTask),
      };
    },
  };
}

export interface FirstLoadWatch {
  /** Waits until the engine answers, and five seconds at least. */
  read(): Promise<FirstLoad>;
}

function classOf(
  path: string,
  pageOwn: ReadonlySet<string>,
  engineScripts: ReadonlySet<string>,
): keyof Bytes {
  const name = basename(path);
  if (path.endsWith('.css')) return 'styles';
  if (!path.endsWith('.js')) return 'data';
  return pageOwn.has(name) && !engineScripts.has(name) ? 'pageScripts' : 'workerScripts';
}

const sizes = new Map<string, number>();

function gzipped(path: string): number {
  let size = sizes.get(path);
  if (size === undefined) {
    const file = path.endsWith('/') ? join(path, 'index.html') : path;
    try {
      size = gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
    } catch {
      // Not a file of the site: `blob:` and the like.
      size = 0;
    }
    sizes.set(path, size);
  }
  return size;
}

/** Runs in the page, before any of its own code. */
function watchFromWithin(): void {
  const marks: Marks = { shift: 0, longestTask: 0 };
  window.kubariumMarks = marks;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput } = entry as PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      };
      if (!hadRecentInput) marks.shift += value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      marks.longestTask = Math.max(marks.longestTask, duration);
  }).observe({ type: 'longtask', buffered: true });

  const engines: Worker[] = [];
  const Original = window.Worker;
  window.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      if (options?.name !== 'kubarium-engine') return;
      engines.push(this);
      this.addEventListener('message', (event: MessageEvent<EngineSays>) => {
        const { type, id, frame } = event.data;
        if (type === 'api-result' && id === -1) marks.answers ??= performance.now();
        if (frame !== undefined) clock = frame.now;
      });
    }
  };

  let clock = 0;
  let clockAt: number | undefined;
  const look = (): void => {
    if (document.querySelector('.shell') !== null) marks.shell ??= performance.now();
    const ready = document.querySelectorAll(
      '[aria-label^="Node node-"][aria-label*=", Ready,"]',
    ).length;
    if (ready >= 3) {
      marks.nodesReady ??= performance.now();
      clockAt ??= clock;
      if (clock > clockAt && marks.alive === undefined) {
        marks.alive = performance.now();
        // Asked as soon as there is something to ask about, as an impatient person would.
        const request = { method: 'GET', path: '/api/v1/nodes' };
        engines[0]?.postMessage({ type: 'api', id: -1, request });
      }
    }
    if (marks.alive === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
