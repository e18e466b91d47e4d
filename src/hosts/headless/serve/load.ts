import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Parallel watches and writers over HTTP: every watcher must see every write once, in order. This is the clients' side; it
 * may run in a process of its own.
 */
export interface LoadSettings {
  readonly watches: number;
  readonly writers: number;
  readonly seconds: number;
  /** How long each writer rests between two writes. */
  readonly pauseMillis: number;
}

/** Where the server is. */
export interface LoadTarget {
  readonly address: string;
  readonly token: string;
}

export interface LoadReport {
  readonly writes: number;
  readonly events: number;
  /** Sentences about what was lost, repeated or out of order. Empty is what is wanted. */
  readonly faults: readonly string[];
  /** Of a write, in milliseconds. */
  readonly latencyMedian: number;
  readonly latency90: number;
  readonly latency99: number;
  readonly latencyMax: number;
}

const COLLECTION = '/api/v1/namespaces/default/configmaps';
/** How long stragglers are waited for. */
const PATIENCE_MILLIS = 20_000;

interface Watcher {
  /** The last write seen, by writer. */
  readonly seen: number[];
  revision: number;
  events: number;
  close(): void;
}

/** Opens the watches, writes for as long as wanted, waits for stragglers, and compares. */
export async function runLoad(target: LoadTarget, settings: LoadSettings): Promise<LoadReport> {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: settings.watches + settings.writers + 10,
  });
  const client = { ...target, agent };
  const faults: string[] = [];
  try {
    const start = await startRevision(client);
    const watchers = await Promise.all(
      Array.from({ length: settings.watches }, (_, index) =>
        watch(client, start, settings.writers, (fault) => {
          if (faults.length < 50) faults.push(`watch ${index}: ${fault}`);
        }),
      ),
    );
    const latencies: number[] = [];
    const until = performance.now() + settings.seconds * 1000;
    const written = await Promise.all(
      Array.from({ length: settings.writers }, (_, writer) =>
        write(client, writer, { until, pauseMillis: settings.pauseMillis, latencies }),
      ),
    );
    const giveUp = performance.now() + PATIENCE_MILLIS;
    const isBehind = (): boolean =>
      watchers.some(({ seen }) => written.some((count, writer) => seen[writer] !== count));
    while (isBehind() && performance.now() < giveUp) await pause(20);
    for (const [index, { seen }] of watchers.entries()) {
      for (const [writer, count] of written.entries())
        if (seen[writer] !== count)
          faults.push(
            `watch ${index}: of writer ${writer} ${seen[writer]} of ${count} writes came`,
          );
    }
    for (const watcher of watchers) watcher.close();
    latencies.sort((a, b) => a - b);
    const latencyAt = (share: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
    return {
      writes: written.reduce((sum, each) => sum + each, 0),
      events: watchers.reduce((sum, { events }) => sum + events, 0),
      faults,
      latencyMedian: latencyAt(0.5),
      latency90: latencyAt(0.9),
      latency99: latencyAt(0.99),
      latencyMax: latencyAt(1),
    };
  } finally {
    agent.destroy();
  }
}

interface Client extends LoadTarget {
  readonly agent: Agent;
}

function send(
  { address, token, agent }: Client,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (payload !== undefined) {
      headers['Content-Type'] = 'application/json';
      headers['Content-Length'] = String(Buffer.byteLength(payload));
    }
    const call = httpRequest(`${address}${path}`, { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(payload);
  });
}

async function startRevision(client: Client): Promise<string> {
  const { text } = await send(client, 'GET', COLLECTION);
  const { metadata } = JSON.parse(text) as { metadata: { resourceVersion: string } };
  return metadata.resourceVersion;
}

/** Opens a watch, and checks each event as it comes. */
function watch(
  { address, token, agent }: Client,
  revision: string,
  writers: number,
  fault: (text: string) => void,
): Promise<Watcher> {
  const path = `${COLLECTION}?watch=true&resourceVersion=${revision}&allowWatchBookmarks=true`;
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      `${address}${path}`,
      { headers: { Authorization: `Bearer ${token}` }, agent },
      (response) => {
        const watcher: Watcher = {
          seen: Array.from({ length: writers }, () => 0),
          revision: Number(revision),
          events: 0,
          close: () => call.destroy(),
        };
        let rest = '';
        response.setEncoding('utf8');
        response.on('error', () => undefined);
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) check(watcher, line, fault);
        });
        resolve(watcher);
      },
    );
    call.on('error', reject);
    call.end();
  });
}

/** Objects are small and known: what is looked at is cut out of the text. */
function check(watcher: Watcher, line: string, fault: (text: string) => void): void {
  if (line.startsWith('{"type":"BOOKMARK"')) return;
  const writer = Number(/"name":"load-(\d+)"/.exec(line)?.[1] ?? -1);
  const count = Number(/"count":"(\d+)"/.exec(line)?.[1] ?? -1);
  const revision = Number(/"resourceVersion":"(\d+)"/.exec(line)?.[1] ?? -1);
  if (writer < 0) return;
  watcher.events += 1;
  if (revision <= watcher.revision) fault(`revision ${revision} after ${watcher.revision}`);
  const expected = (watcher.seen[writer] ?? 0) + 1;
  if (count !== expected) fault(`write ${count} of writer ${writer}, where ${expected} was due`);
  watcher.revision = revision;
  watcher.seen[writer] = count;
}

/** Writes one object again and again; answers how often. */
async function write(
  client: Client,
  writer: number,
  options: { readonly until: number; readonly pauseMillis: number; readonly latencies: number[] },
): Promise<number> {
  const name = `load-${writer}`;
  let count = 0;
  while (performance.now() < options.until) {
    count += 1;
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: { count: String(count) },
    };
    const begin = performance.now();
    const { code, text } =
      count === 1
        ? await send(client, 'POST', COLLECTION, body)
        : await send(client, 'PUT', `${COLLECTION}/${name}`, body);
    if (code !== 200 && code !== 201) throw new Error(`write ${count} of ${name}: ${code} ${text}`);
    options.latencies.push(performance.now() - begin);
    await pause(options.pauseMillis);
  }
  return count;
}
