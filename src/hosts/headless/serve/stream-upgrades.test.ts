import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveCluster, type ServedCluster } from './serve.ts';
import { DICTIONARY } from './spdy.ts';

/** Upgrades as clients see them that do not speak kubectl's newest language. */
let cluster: ServedCluster;
beforeAll(async () => {
  cluster = await serveCluster({
    port: 0,
    host: '127.0.0.1',
    nodes: 0,
    seed: 7,
    speed: 1,
    waitForNodes: false,
  });
});
afterAll(() => cluster.close());

function upgrade(path: string, headers: Record<string, string>): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(`${cluster.address}${path}`, {
      headers: { Connection: 'Upgrade', Authorization: `Bearer ${cluster.token}`, ...headers },
    });
    call.on('error', reject);
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    call.end();
  });
}

const WEB_SOCKET = {
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const EXEC = '/api/v1/namespaces/default/pods/none/exec?command=true&stdout=true';

test('refusals are ordinary answers, before the protocol changes', async () => {
  const [code, text] = await upgrade(EXEC, WEB_SOCKET);
  expect(code).toBe(404);
  expect(text).toContain('pods \\"none\\" not found');
  const [spdy] = await upgrade(EXEC, { Upgrade: 'SPDY/3.1' });
  expect(spdy).toBe(404);
  const [unknown, why] = await upgrade(EXEC, { ...WEB_SOCKET, 'Sec-WebSocket-Protocol': 'v9.x' });
  expect(unknown).toBe(400);
  expect(why).toContain('unable to negotiate protocol: client supports [v9.x]');
  const [nobody] = await upgrade(EXEC, { ...WEB_SOCKET, Authorization: 'Bearer none' });
  expect(nobody).toBe(401);
});

test('the dictionary of SPDY/3 is the one whose checksum every stream begins with', () => {
  let [a, b] = [1, 0];
  for (const byte of DICTIONARY) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  expect(((b << 16) | a) >>> 0).toBe(0xe3c6a7c2);
});
