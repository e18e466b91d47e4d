import { spawn } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { COMPACTION_INTERVAL } from '../../../cluster/apiserver/compaction.ts';
import { MINUTE } from '../../../kernel/time.ts';
import { runLoad, type LoadReport, type LoadSettings, type LoadTarget } from './load.ts';
import { serveCluster, type ServedCluster } from './serve.ts';

/**
 * The load of many clients in figures. The server has this process for itself, so that its memory and its work are measured
 * and not its clients'; those run in a second process, which is started with the same command line and this in its
 * environment: the address and the token.
 */
const CLIENTS_OF = 'KUBARIUM_LOAD_TARGET';

/** A minute of 200 watches and 50 writers. */
const FULL_LOAD: LoadSettings = { watches: 200, writers: 50, seconds: 60, pauseMillis: 400 };

/**
 * A minute of load at the clock's own speed: what came, how long writes took, what the server used. `heapPerWriteKiB` is
 * what the history of a write takes until a compaction.
 */
export async function benchServeLoad(): Promise<Record<string, number>> {
  return orClients(async () => {
    const collect = collector();
    return serving(1, async (served) => {
      const memory: number[] = [];
      const heapBefore = heapAfter(collect);
      const sampling = setInterval(() => memory.push(process.memoryUsage().rss / 2 ** 20), 1000);
      const before = process.cpuUsage();
      const report = await clientsOf(served, FULL_LOAD.seconds);
      const { user, system } = process.cpuUsage(before);
      clearInterval(sampling);
      const heapLater = heapAfter(collect);
      const steady = memory.slice(Math.floor(memory.length / 4));
      const third = Math.max(1, Math.floor(steady.length / 3));
      return {
        ...figuresOf(report),
        cpuSeconds: (user + system) / 1e6,
        cpuMillisPerWrite: (user + system) / 1e3 / Math.max(1, report.writes),
        /** Resident memory in MiB, sampled each second after the first quarter: first and last third's averages. */
        memoryEarly: average(steady.slice(0, third)),
        memoryLate: average(steady.slice(-third)),
        heapBefore,
        heapLater,
        heapPerWriteKiB: ((heapLater - heapBefore) * 1024) / Math.max(1, report.writes),
      };
    });
  });
}

/** So much faster is the clock: two and a half minutes see ten compactions. */
const STEADY_SPEED = 20;
const STEADY_SECONDS = 150;
/** How long it is between two samples. */
const SAMPLE_MILLIS = 2000;
/** What the first periods build up is the history that is then kept. */
const PERIODS_BEFORE = 2;

interface HeapSample {
  /** Of the load. */
  readonly minute: number;
  /** Of the cluster: how many whole times between two compactions have passed. */
  readonly period: number;
  readonly heap: number;
}

/**
 * The same load for longer, while most of an hour passes in the cluster: the memory in use, right after a full collection of
 * garbage, by periods between two compactions. Its slope, by the periods' averages, is what a server would grow by for ever.
 */
export async function benchServeSteady(): Promise<Record<string, number>> {
  return orClients(async () => {
    const collect = collector();
    return serving(STEADY_SPEED, async (served) => {
      const samples: HeapSample[] = [];
      const start = performance.now();
      const { world } = served.session;
      const begun = world.now;
      const sampling = setInterval(() => {
        const period = Math.floor((world.now - begun) / COMPACTION_INTERVAL);
        const minute = (performance.now() - start) / 60_000;
        samples.push({ minute, period, heap: heapAfter(collect) });
      }, SAMPLE_MILLIS);
      const report = await clientsOf(served, STEADY_SECONDS);
      clearInterval(sampling);
      const last = samples[samples.length - 1]?.period ?? 0;
      const whole = samples.filter(({ period }) => period >= PERIODS_BEFORE && period < last);
      return {
        ...figuresOf(report),
        heapStart: samples[0]?.heap ?? 0,
        heapLowest: Math.min(...whole.map(({ heap }) => heap)),
        heapHighest: Math.max(...whole.map(({ heap }) => heap)),
        heapSlopeMBPerMinute: slopeOf(meansOf(whole)),
        compactions: last,
        virtualMinutes: (world.now - begun) / MINUTE,
      };
    });
  });
}

/** The average of each period. */
function meansOf(samples: readonly HeapSample[]): readonly HeapSample[] {
  const periods = [...new Set(samples.map(({ period }) => period))];
  return periods.map((period) => {
    const own = samples.filter((each) => each.period === period);
    return {
      period,
      minute: average(own.map(({ minute }) => minute)),
      heap: average(own.map(({ heap }) => heap)),
    };
  });
}

async function serving(
  speed: number,
  measure: (served: ServedCluster) => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const served = await serveCluster({
    port: 0,
    host: '127.0.0.1',
    nodes: 0,
    seed: 7,
    speed,
    waitForNodes: false,
  });
  try {
    return await measure(served);
  } finally {
    await served.close();
  }
}

/** This process is the clients', if its environment says so: it prints what they found, and is done. */
async function orClients(
  measure: () => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const target = process.env[CLIENTS_OF];
  if (target === undefined) return measure();
  // Written below.
  const { seconds, ...server } = JSON.parse(target) as LoadTarget & { readonly seconds: number };
  const report = await runLoad(server, { ...FULL_LOAD, seconds });
  for (const fault of report.faults.slice(0, 10)) console.error(fault);
  return figuresOf(report);
}

type ClientFigures = Omit<LoadReport, 'faults'> & { readonly faults: number };

function figuresOf(report: LoadReport | ClientFigures): ClientFigures & Record<string, number> {
  const { faults } = report;
  return { ...report, faults: typeof faults === 'number' ? faults : faults.length };
}

/** Runs the clients in a process of their own, with this one's command line. */
function clientsOf({ address, token }: ServedCluster, seconds: number): Promise<ClientFigures> {
  return new Promise((resolve, reject) => {
    const target = { address, token, seconds };
    const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      env: { ...process.env, [CLIENTS_OF]: JSON.stringify(target) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as ClientFigures);
      else reject(new Error(`the clients ended with status ${code}`));
    });
  });
}

/** Node hides its full collection of garbage behind a flag, which may be set while it runs. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

/** The heap in use after a collection, in MiB. */
function heapAfter(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);
}

/** By least squares. */
export function slopeOf(points: readonly Pick<HeapSample, 'minute' | 'heap'>[]): number {
  const middle = average(points.map(({ minute }) => minute));
  const mean = average(points.map(({ heap }) => heap));
  let above = 0;
  let below = 0;
  for (const { minute, heap } of points) {
    above += (minute - middle) * (heap - mean);
    below += (minute - middle) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
