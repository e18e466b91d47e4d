import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveCluster, type ServedCluster } from './serve.ts';

/**
 * Clients that open a watch and do not read. What they are sent piles up in the system's buffers, then here; upstream ends
 * the watch of one whose channel stays full, and so does this server, so that nobody's memory is another one's backlog.
 */
describe('a client that does not read its watch', () => {
  let served: ServedCluster;
  const maps = '/api/v1/namespaces/default/configmaps';
  beforeAll(async () => {
    served = await serveCluster({
      port: 0,
      host: '127.0.0.1',
      nodes: 0,
      seed: 7,
      speed: 1,
      waitForNodes: false,
    });
    expect(await put('POST', maps, 0)).toBe(201);
  }, 60_000);
  afterAll(() => served.close());

  const large = 'x'.repeat(700_000);
  async function put(method: string, path: string, count: number): Promise<number> {
    const answer = await fetch(`${served.address}${path}`, {
      method,
      headers: { authorization: `Bearer ${served.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name: 'large' }, data: { large, count: String(count) } }),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** How many watches the API server has open for clients outside. */
  const watchesOpen = (): number => {
    const process = served.session.world.processes.get('kube-apiserver-cp-1');
    const { watches } = (process?.memory ?? {}) as {
      watches: { byClient: ReadonlyMap<string, ReadonlyMap<number, unknown>> };
    };
    return watches.byClient.get('kubectl')?.size ?? 0;
  };

  const openWatch = (headers: readonly string[]): Socket => {
    const { port, host } = new URL(served.address);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(
      [
        `GET ${maps}?watch=true HTTP/1.1`,
        `Host: ${host}`,
        `Authorization: Bearer ${served.token}`,
        ...headers,
        '',
        '',
      ].join('\r\n'),
    );
    return socket;
  };

  test.each([
    { over: 'plain HTTP', headers: [] },
    {
      over: 'a WebSocket',
      headers: [
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ],
    },
  ])('is cut off over $over, and nobody else', { timeout: 60_000 }, async ({ headers }) => {
    const reader = new AbortController();
    const seen = countOf(
      await fetch(`${served.address}${maps}?watch=true`, {
        headers: { authorization: `Bearer ${served.token}` },
        signal: reader.signal,
      }),
    );
    const lazy = openWatch(headers);
    await expect.poll(watchesOpen, { timeout: 10_000 }).toBe(2);
    let count = 0;
    while (watchesOpen() === 2 && count < 100)
      expect(await put('PUT', `${maps}/large`, ++count)).toBe(200);
    // The watch is over before 100 × 700 KB were kept for it; the system's own buffers hold some of them.
    expect(count).toBeLessThan(60);
    expect(watchesOpen()).toBe(1);
    await expect
      .poll(() => seen.text.includes(`"count":"${count}"`), { timeout: 10_000 })
      .toBe(true);
    // It learns of it as soon as it reads.
    const closed = new Promise((resolve) => {
      lazy.once('close', resolve);
    });
    lazy.resume();
    await closed;
    reader.abort();
    await expect.poll(watchesOpen, { timeout: 10_000 }).toBe(0);
  });
});

/** Reads an answer as it comes; of the text only the end is kept. */
function countOf(response: Response): { text: string } {
  const read = { text: '' };
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of response.body as ReadableStream<Uint8Array> &
      AsyncIterable<Uint8Array>)
      read.text = (read.text + decoder.decode(chunk, { stream: true })).slice(-2_000_000);
  })().catch(() => undefined);
  return read;
}
