import { X509Certificate } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificate } from './certificate.ts';
import { createGuard } from './guard.ts';
import { kubeconfigText, tokenOfKubeconfig } from './kubeconfig.ts';
import { readServeOptions } from './options.ts';
import { serveCluster, type ServedCluster } from './serve.ts';

describe('the command line', () => {
  test('defaults, values, and both spellings', () => {
    expect(readServeOptions([])).toMatchObject({
      ok: true,
      value: { port: 8001, host: '127.0.0.1', nodes: 3, speed: 1 },
    });
    expect(readServeOptions(['--port=0', '--nodes', '5', '--speed', '2.5'])).toMatchObject({
      ok: true,
      value: { port: 0, nodes: 5, speed: 2.5 },
    });
  });

  test.each([
    [['--port'], '--port needs a value'],
    [['--port', 'x'], '--port x: not a value it takes'],
    [['--nodes', '-1'], '--nodes -1: not a value it takes'],
    [['--control-planes', '2'], '--control-planes 2: not a value it takes'],
    [['--what', '1'], '--what: no such flag'],
  ])('%j is refused', (args, error) => {
    expect(readServeOptions(args)).toEqual({ ok: false, error });
  });
});

describe('the guard', () => {
  const guard = createGuard({ host: '127.0.0.1', token: 'secret' });
  const authorization = 'Bearer secret';
  const code = (path: string, headers: Record<string, string>) =>
    guard.refusalOf({ path, headers })?.code;

  test.each([
    ['/api', { host: '127.0.0.1:8001', authorization }, undefined],
    ['/api', { host: 'localhost', authorization }, undefined],
    ['/api', { host: '[::1]:8001', authorization }, undefined],
    ['/api', { host: '127.0.0.1:8001' }, 401],
    ['/api', { host: '127.0.0.1:8001', authorization: 'Bearer secre' }, 401],
    ['/healthz', { host: '127.0.0.1:8001' }, undefined],
    ['/livez/etcd', { host: '127.0.0.1:8001' }, undefined],
    ['/healthzz', { host: '127.0.0.1:8001' }, 401],
    // A name that was rebound to this machine, and a page of somebody else's.
    ['/api', { host: 'evil.example:8001', authorization }, 403],
    ['/api', { host: '', authorization }, 403],
    ['/api', { host: '127.0.0.1:8001', authorization, origin: 'http://evil.example' }, 403],
    ['/api', { host: '127.0.0.1:8001', authorization, origin: 'null' }, 403],
    ['/api', { host: '127.0.0.1:8001', authorization, origin: 'http://localhost:5173' }, undefined],
  ])('%s %j: %s', (path, headers, expected) => {
    expect(code(path, headers)).toBe(expected);
  });
});

test('the token of a kubeconfig that was written before is found in it', () => {
  const token = 'abcdefghijklmnopqrstuvwxyz-_0123';
  const config = { server: 'https://127.0.0.1:8001', certificate: 'x', token };
  expect(tokenOfKubeconfig(kubeconfigText(config))).toBe(token);
  expect(tokenOfKubeconfig(kubeconfigText({ ...config, token: 'short' }))).toBeUndefined();
  expect(tokenOfKubeconfig('apiVersion: v1')).toBeUndefined();
});

test('the certificate is one, and for the addresses asked for', () => {
  const now = Date.UTC(2026, 0, 1);
  const names = ['127.0.0.1', '::1', 'localhost'];
  const certificate = new X509Certificate(createCertificate(names, now).certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkIP('::1')).toBe('::1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkIP('10.0.0.1')).toBeUndefined();
  expect(certificate.ca).toBe(true);
  expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2027);
});

describe('over HTTP', () => {
  let served: ServedCluster;
  let headers: Record<string, string>;
  beforeAll(async () => {
    served = await serveCluster({
      port: 0,
      host: '127.0.0.1',
      nodes: 0,
      seed: 1,
      speed: 1,
      waitForNodes: false,
    });
    headers = { authorization: `Bearer ${served.token}` };
  });
  afterAll(() => served.close());

  const maps = '/api/v1/namespaces/default/configmaps';

  test('plain and with TLS on the same port', async () => {
    const plain = await fetch(`${served.address}/version`);
    expect(await plain.json()).toMatchObject({ gitVersion: 'v1.35.0' });
    const ca = Buffer.from(
      /certificate-authority-data: (\S+)/.exec(served.kubeconfig)?.[1] ?? '',
      'base64',
    );
    const secure = await new Promise<number | undefined>((resolve, reject) => {
      const url = served.address.replace('http:', 'https:');
      httpsRequest(`${url}/healthz`, { ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(secure).toBe(200);
  });

  test('without the token there is nothing', async () => {
    const response = await fetch(`${served.address}/api/v1/nodes`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'Unauthorized' });
  });

  test('bodies: JSON, YAML, neither, too much', async () => {
    const post = (type: string, body: string) =>
      fetch(`${served.address}${maps}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': type },
        body,
      });
    const object = '{"metadata":{"name":"json"},"data":{"a":"b"}}';
    expect((await post('application/json', object)).status).toBe(201);
    expect((await post('application/yaml', 'metadata: {name: yaml}')).status).toBe(201);
    expect((await post('application/json', '{')).status).toBe(400);
    expect((await post('text/plain', 'x')).status).toBe(415);
    expect((await post('application/vnd.kubernetes.protobuf', 'x')).status).toBe(400);
    const large = await post('application/json', `"${'x'.repeat(3 * 1024 * 1024)}"`);
    expect(large.status).toBe(413);
  });

  test('a watch streams lines, and is closed by its client', async () => {
    const abort = new AbortController();
    const response = await fetch(`${served.address}${maps}?watch=true&resourceVersion=0`, {
      headers,
      signal: abort.signal,
    });
    expect(response.headers.get('content-type')).toBe('application/json');
    const reader = response.body?.getReader();
    let text = '';
    const decoder = new TextDecoder();
    const readUntil = async (word: string): Promise<void> => {
      while (!text.includes(word)) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error('the watch ended');
        text += decoder.decode(value);
      }
    };
    await fetch(`${served.address}${maps}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"metadata":{"name":"seen"}}',
    });
    await readUntil('"name":"seen"');
    const lines = text.trim().split('\n');
    expect(JSON.parse(lines[lines.length - 1] ?? '')).toMatchObject({ type: 'ADDED' });
    abort.abort();
    await expect(reader?.read()).rejects.toThrow();
  });

  test('who asks for indented JSON gets it', async () => {
    const text = async (path: string) =>
      (await fetch(`${served.address}${path}`, { headers })).text();
    expect(await text('/api?pretty=true')).toMatch(/^\{\n {2}"kind"/);
    expect(await text('/api')).toMatch(/^\{"kind":.*\}\n$/);
    expect(await text('/version')).toMatch(/\}$/);
  });

  test('outside the API nothing is found in plain words, within it as a Status', async () => {
    const at = async (path: string) => {
      const answer = await fetch(`${served.address}${path}`, { headers });
      return { type: answer.headers.get('content-type'), text: await answer.text() };
    };
    for (const path of ['/nothing', '/logs', '/healthz/nothing', '/swagger.json'])
      expect(await at(path)).toEqual({
        type: 'text/plain; charset=utf-8',
        text: '404 page not found\n',
      });
    expect(JSON.parse((await at('/api/v1/nothing')).text)).toMatchObject({
      kind: 'Status',
      reason: 'NotFound',
    });
  });

  test('warnings are headers', async () => {
    const response = await fetch(`${served.address}/api/v1/endpoints`, { headers });
    expect(response.headers.get('warning')).toBe(
      '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"',
    );
    await response.text();
  });

  test('while the API server is down, connections end without an answer', async () => {
    const refused = served.session.lab({
      kind: 'inject-fault',
      fault: 'process-stopped',
      params: { process: 'kube-apiserver-cp-1' },
    });
    expect(refused).toBeUndefined();
    await expect(fetch(`${served.address}/api`, { headers })).rejects.toThrow();
    expect(served.session.lab({ kind: 'heal-all' })).toBeUndefined();
    await expect
      .poll(
        () =>
          fetch(`${served.address}/readyz`).then(
            ({ status }) => status,
            () => 0,
          ),
        {
          timeout: 20_000,
        },
      )
      .toBe(200);
  });

  test('what is no HTTP harms nobody', async () => {
    const { port } = new URL(served.address);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('\u0016nonsense\r\n\r\n'),
      );
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
    const status = await new Promise((resolve) => {
      request(`${served.address}//evil.example/healthz`, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(401);
  });
});
