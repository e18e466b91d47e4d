import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { NetworkAnswer, NetworkRequest } from './commands/command.ts';
import { beginLife, execNow, liveUntil, type Life } from './testing/life.ts';

const SECOND = 1_000_000;

/** podinfo's container as its chart starts it. */
function podinfo(...flags: string[]): Life {
  const life = beginLife({
    image: 'ghcr.io/stefanprodan/podinfo:6.9.2',
    command: ['./podinfo', '--port=9898', '--grpc-port=9999', ...flags],
  });
  liveUntil(life, SECOND);
  return life;
}

/** The network between a client and one server, which is called `web`. */
function towards(server: Life): (request: NetworkRequest) => NetworkAnswer {
  return ({ host, port, path = '/', asked }) => {
    if (host !== 'web.default')
      return { kind: 'no-such-name', server: '', name: host, empty: false };
    const answer = server.host.local(port, path, asked);
    return answer.kind === 'refused'
      ? { kind: 'refused', ip: '10.0.0.1' }
      : { kind: 'connected', ip: '10.0.0.1', status: answer.status, body: answer.body };
  };
}

/** How a script ends, and what it prints. */
function run(
  server: Life,
  image: string,
  script: readonly string[],
): { code: unknown; log: string } {
  const client = beginLife({ image, command: script }, towards(server));
  liveUntil(client, 30 * SECOND);
  return { code: client.end?.code, log: client.log.join('\n') };
}

describe('podinfo', () => {
  test('says who it is: the version is that of its image', () => {
    const { code, log } = run(podinfo(), 'curlimages/curl:8.5.0', [
      'sh',
      '-c',
      'curl -s web.default:9898/api/info | grep version',
    ]);
    expect({ code, log }).toEqual({ code: 0, log: '  "version": "6.9.2",' });
  });

  test('a token that it has issued is good, and is signed with HS256', () => {
    const script = `TOKEN=$(curl -sd 'test' web.default:9898/token | jq -r .token) &&
      echo $TOKEN && curl -sH "Authorization: Bearer \${TOKEN}" web.default:9898/token/validate | grep test`;
    const { code, log } = run(podinfo(), 'giantswarm/tiny-tools', ['sh', '-c', script]);
    expect(code).toBe(0);
    const [token = '', line] = log.split('\n');
    expect(line).toBe('  "token_name": "test",');
    const [head = '', claims = '', signed = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({
      alg: 'HS256',
      typ: 'JWT',
    });
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      name: 'test',
      iss: 'podinfo',
    });
    expect(createHmac('sha256', '').update(`${head}.${claims}`).digest('base64url')).toBe(signed);
  });

  test.each([
    ['no header', '', 'authorization bearer header required'],
    ['another scheme', '-H "Authorization: Basic eDp5"', 'authorization bearer header required'],
    ['a forged token', '-H "Authorization: Bearer a.b.c"', 'signature is invalid'],
  ])('is refused with %s', (_case, option, message) => {
    const script = `curl -s ${option} -w '%{http_code}' web.default:9898/token/validate`;
    const { log } = run(podinfo(), 'curlimages/curl', ['sh', '-c', script]);
    expect(log).toContain(message);
    expect(log).toMatch(/401$/);
  });

  test('a token of another secret is not taken', () => {
    const other = podinfo('--jwt-secret=x');
    const { log: token } = run(other, 'giantswarm/tiny-tools', [
      'sh',
      '-c',
      'curl -sXPOST web.default:9898/token | jq -r .token',
    ]);
    const script = `curl -sH 'Authorization: Bearer ${token}' web.default:9898/token/validate`;
    expect(run(other, 'curlimages/curl', ['sh', '-c', script]).log).toContain('anonymous');
    expect(run(podinfo(), 'curlimages/curl', ['sh', '-c', script]).log).toContain('is invalid');
  });

  test('a path that it does not have, a method that it does not take', () => {
    const server = podinfo();
    expect(server.host.local(9898, '/nope')).toMatchObject({ status: 404 });
    expect(server.host.local(9898, '/token')).toMatchObject({ status: 405 });
    expect(server.host.local(9898, '/status/503')).toMatchObject({ status: 503 });
    expect(server.host.local(9797, '/metrics').kind).toBe('refused');
    expect(execNow(server, ['podcli', 'check', 'http', 'localhost:9898/readyz'])).toMatchObject({
      code: 0,
    });
  });

  test('unhealthy by its flag', () => {
    const server = podinfo('--unhealthy');
    expect(execNow(server, ['podcli', 'check', 'http', 'localhost:9898/healthz'])).toMatchObject({
      code: 1,
    });
    expect(execNow(server, ['podcli', 'check', 'http', 'localhost:9898/readyz'])).toMatchObject({
      code: 0,
    });
  });
});

describe('grpc_health_probe', () => {
  const probe = (server: Life, address: string) =>
    run(server, 'stefanprodan/grpc_health_probe:v0.3.0', ['grpc_health_probe', `-addr=${address}`]);

  test('a server that speaks gRPC is well', () => {
    expect(probe(podinfo(), 'web.default:9999')).toEqual({ code: 0, log: 'status: SERVING' });
  });

  test.each([
    ['a port of HTTP', 'web.default:9898'],
    ['a port that nobody has', 'web.default:9000'],
    ['a name that nobody has', 'nobody:9999'],
  ])('%s is not reached', (_case, address) => {
    expect(probe(podinfo(), address)).toEqual({
      code: 2,
      log: `timeout: failed to connect service "${address}" within 1s`,
    });
  });

  test('a server without the flag has no such port', () => {
    const life = beginLife({ image: 'stefanprodan/podinfo', command: ['./podinfo'] });
    liveUntil(life, SECOND);
    expect(probe(life, 'web.default:9999').code).toBe(2);
  });
});

describe('jq', () => {
  test.each([
    ['-r .a.b', '{"a":{"b":"x"}}', 'x'],
    ['-c .', '{"a": [1, 2]}', '{"a":[1,2]}'],
    ['".a[0]"', '{"a":["x"]}', '"x"'],
    [
      "-r '.items[] | .name, .n'",
      '{"items":[{"name":"a","n":1},{"name":"b","n":2}]}',
      'a\n1\nb\n2',
    ],
    ["'.a | length'", '{"a":[1,2,3]}', '3'],
    ['-c keys', '{"b":1,"a":2}', '["a","b"]'],
    ['\'.["x-y"]?\'', '{"x-y":true}', 'true'],
    ['.none', '{}', 'null'],
  ])('jq %s', (options, input, output) => {
    const life = beginLife({
      image: 'giantswarm/tiny-tools',
      command: ['sh', '-c', `echo '${input}' | jq ${options}`],
    });
    liveUntil(life, SECOND);
    expect(life.log.join('\n')).toBe(output);
  });

  test.each([
    ['.a.b', '"x"', 'jq: error (at <stdin>:0): Cannot index string with "a"'],
    ['map(.)', '[]', 'jq: error: this jq does not know map(.)'],
  ])('jq %s of %s fails', (program, input, message) => {
    const life = beginLife({
      image: 'giantswarm/tiny-tools',
      command: ['sh', '-c', `echo '${input}' | jq '${program}'`],
    });
    liveUntil(life, SECOND);
    expect(life.log.join('\n')).toContain(message);
    expect(life.end?.code).not.toBe(0);
  });
});
