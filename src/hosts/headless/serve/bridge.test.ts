import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ALIVE,
  BRIDGE_PATH,
  BRIDGE_PROTOCOL,
  PAGE_PATH,
  TOKEN_PROTOCOL,
} from '../../../bridge/attach.ts';
import type { EngineMessage, PageMessage } from '../../../bridge/protocol.ts';
import { serveCluster, type ServedCluster } from './serve.ts';

/** What pages find at a served cluster: the bridge, watches over WebSocket, the page's own files. */
/** A busy machine takes its time. */
const START_MILLIS = 60_000;

let served: ServedCluster;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubarium-page-'));
  writeFileSync(join(folder, 'index.html'), '<title>page</title>');
  writeFileSync(join(folder, '..', 'kubarium-secret.txt'), 'secret');
  const plain = { port: 0, host: '127.0.0.1', nodes: 0, seed: 1, speed: 1, waitForNodes: false };
  served = await serveCluster({
    ...plain,
    pageFolder: folder,
    allowedOrigins: ['https://kubarium.example'],
  });
}, START_MILLIS);
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(folder, '..', 'kubarium-secret.txt'), { force: true });
});

const protocols = (token: string): string =>
  `${BRIDGE_PROTOCOL}, ${TOKEN_PROTOCOL}${Buffer.from(token).toString('base64url')}`;

describe('the bridge', () => {
  test('a page with the token sees the cluster, asks it and breaks it', async () => {
    const socket = await open(BRIDGE_PATH, { 'sec-websocket-protocol': protocols(served.token) });
    const say = (message: PageMessage): void => socket.send(JSON.stringify(message));
    say({ type: 'open', session: { kind: 'resume' } });
    const ready = await heard(socket, 'ready');
    expect(ready.attached?.kind).toBe('served');
    const { frame } = await heard(socket, 'frame');
    expect(frame.full).toBe(true);
    expect(frame.health.components.length).toBeGreaterThan(3);
    say({ type: 'ack', seq: frame.seq });
    say({ type: 'api', id: 7, request: { method: 'GET', path: '/api/v1/namespaces/default' } });
    const { response } = await heard(socket, 'api-result');
    expect(response).toMatchObject({ code: 200, body: { kind: 'Namespace' } });
    const params = { process: 'kube-scheduler-cp-1' };
    say({
      type: 'lab',
      id: 8,
      command: { kind: 'inject-fault', fault: 'process-stopped', params },
    });
    expect(await heard(socket, 'lab-result')).toMatchObject({ id: 8 });
    expect(served.session.world.faults).toHaveLength(1);
    say({ type: 'lab', id: 9, command: { kind: 'heal-all' } });
    await heard(socket, 'lab-result');
    socket.end();
  });

  test('a page may ask whether anybody is there, before it has opened anything', async () => {
    const socket = await open(BRIDGE_PATH, { 'sec-websocket-protocol': protocols(served.token) });
    socket.send(ALIVE.question);
    expect(await socket.next()).toBe(ALIVE.answer);
    socket.end();
  });

  test('two pages hear of the same requests', async () => {
    const headers = { 'sec-websocket-protocol': protocols(served.token) };
    const pages = [await open(BRIDGE_PATH, headers), await open(BRIDGE_PATH, headers)];
    for (const page of pages) {
      page.send(JSON.stringify({ type: 'open', session: { kind: 'resume' } }));
      const { frame } = await heard(page, 'frame');
      page.send(JSON.stringify({ type: 'ack', seq: frame.seq }));
    }
    await fetch(`${served.address}/api/v1/namespaces`, {
      headers: { authorization: `Bearer ${served.token}` },
    }).then((answer) => answer.text());
    for (const page of pages) {
      let count = 0;
      while (count === 0) {
        const { frame } = await heard(page, 'frame');
        count += frame.trafficCount;
        page.send(JSON.stringify({ type: 'ack', seq: frame.seq }));
      }
      page.end();
    }
  });

  test('without the token it is closed, and says why', async () => {
    for (const offered of [BRIDGE_PROTOCOL, protocols('wrong')]) {
      const socket = await open(BRIDGE_PATH, { 'sec-websocket-protocol': offered });
      expect(await socket.closed).toBe(4401);
    }
  });

  test.each([
    [{ origin: 'http://evil.example' }],
    [{ host: 'evil.example:8001' }],
    [{ origin: 'null' }],
    [{ 'sec-websocket-protocol': 'chat' }],
  ])('%j is not let in', async (headers) => {
    const all = { 'sec-websocket-protocol': protocols(served.token), ...headers };
    expect(await open(BRIDGE_PATH, all).catch(String)).toBe('403');
  });

  test('an origin that was allowed is, and asked plainly it says what it is', async () => {
    const socket = await open(BRIDGE_PATH, {
      'sec-websocket-protocol': protocols(served.token),
      origin: 'https://kubarium.example',
    });
    socket.end();
    expect((await fetch(served.address + BRIDGE_PATH)).status).toBe(426);
  });
});

test('a watch over a WebSocket sends an event a message', async () => {
  const path = '/api/v1/namespaces?watch=true&resourceVersion=0';
  expect(await open(path, {}).catch(String)).toBe('401');
  const socket = await open(path, { authorization: `Bearer ${served.token}` });
  const first = JSON.parse(await socket.next()) as { type: string; object: { kind: string } };
  expect(first).toMatchObject({ type: 'ADDED', object: { kind: 'Namespace' } });
  socket.end();
});

test('the page’s files need no token, and nothing outside of them is given', async () => {
  const get = (path: string) => fetch(served.address + path, { redirect: 'manual' });
  expect(served.page).toBe(`${served.address}${PAGE_PATH}?cluster=.#token=${served.token}`);
  const page = await get(PAGE_PATH);
  expect(await page.text()).toBe('<title>page</title>');
  expect(page.headers.get('x-frame-options')).toBe('DENY');
  expect((await get('/kubarium')).status).toBe(308);
  expect((await get(`${PAGE_PATH}..%2fkubarium-secret.txt`)).status).toBe(404);
  expect((await get(`${PAGE_PATH}%00`)).status).toBe(404);
  expect((await get(`${PAGE_PATH}none.js`)).status).toBe(404);
});

/** A client's side of a WebSocket, as little as these tests need. */
interface Client {
  send(text: string): void;
  /** The next text message. */
  next(): Promise<string>;
  /** The code with which the server closed. */
  readonly closed: Promise<number>;
  end(): void;
}

/** Rejects with the status where the server does not want to. */
function open(path: string, headers: Readonly<Record<string, string>>): Promise<Client> {
  const key = randomBytes(16).toString('base64');
  return new Promise((resolve, reject) => {
    const asked = request(`${served.address}${path}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': key,
        ...headers,
      },
    });
    asked.on('response', ({ statusCode }) => reject(String(statusCode)));
    asked.on('error', reject);
    asked.on('upgrade', (response: IncomingMessage, socket: Socket, head: Buffer) => {
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
      expect(response.headers['sec-websocket-accept']).toBe(accept.digest('base64'));
      resolve(clientOn(socket, head));
    });
    asked.end();
  });
}

function clientOn(socket: Socket, head: Buffer): Client {
  let received = Buffer.alloc(0);
  const messages: string[] = [];
  let wake: () => void = () => undefined;
  let close: (code: number) => void = () => undefined;
  const closed = new Promise<number>((resolve) => {
    close = resolve;
  });
  const take = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      if (received.length < 2) return;
      const short = (received[1] ?? 0) & 0x7f;
      const at = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (received.length < at) return;
      const size =
        short === 127
          ? Number(received.readBigUInt64BE(2))
          : short === 126
            ? received.readUInt16BE(2)
            : short;
      if (received.length < at + size) return;
      const payload = received.subarray(at, at + size);
      if (((received[0] ?? 0) & 0x0f) === 8) close(payload.readUInt16BE(0));
      else messages.push(payload.toString('utf8'));
      received = received.subarray(at + size);
      wake();
    }
  };
  socket.on('data', take);
  socket.on('error', () => undefined);
  take(head);
  return {
    closed,
    send(text) {
      const payload = Buffer.from(text);
      const mask = randomBytes(4);
      const header = Buffer.alloc(4);
      header[0] = 0x81;
      header[1] = 0x80 | 126;
      header.writeUInt16BE(payload.length, 2);
      const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
      socket.write(Buffer.concat([header, mask, masked]));
    },
    async next() {
      while (messages.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return messages.shift() ?? '';
    },
    end: () => socket.destroy(),
  };
}

/** The next message of a type; others are passed over. */
async function heard<Type extends EngineMessage['type']>(
  client: Client,
  type: Type,
): Promise<Extract<EngineMessage, { type: Type }>> {
  for (;;) {
    const message = JSON.parse(await client.next()) as EngineMessage;
    if (message.type === type) return message as Extract<EngineMessage, { type: Type }>;
  }
}
