import { describe, expect, test } from 'vitest';
import type { KubeRequest } from '../kube-client.ts';
import type { ProgramContext } from '../program.ts';
import { recordingIo } from '../testing.ts';
import { kubectl } from './kubectl.ts';

/** kubectl before a server that answers what a test says. */
async function run(
  line: string,
  answer: (request: KubeRequest) => { readonly code: number; readonly body: unknown },
): Promise<string> {
  const { io, printed } = recordingIo();
  const context: ProgramContext = {
    kube: {
      request: async (request) => ({ ...answer(request), warnings: [] }),
      stream: () => ({
        done: Promise.resolve({ code: 0, body: undefined }),
        close: () => undefined,
      }),
    },
    now: () => Date.UTC(2026, 0, 1, 12),
    sleep: async () => undefined,
    machine: 'laptop',
  };
  const code = await kubectl(line.split(' '), io, context);
  return code === 0 ? printed() : `${printed()}[${code}]`;
}

const REFUSED =
  'The connection to the server cp-1:6443 was refused - did you specify the right host or port?';
const nobody = (): { code: number; body: unknown } => ({ code: 0, body: { message: REFUSED } });

describe('where no server answers', () => {
  test('client-go says so as often as it tries, then kubectl does', async () => {
    const printed = await run('get pods', nobody);
    const lines = printed.split('\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toBe(
      'E0101 12:00:00.000000       1 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list: Get \\"https://cp-1:6443/api?timeout=32s\\": dial tcp cp-1:6443: connect: connection refused"',
    );
    expect(lines.slice(5)).toEqual([REFUSED, '[1]']);
  });

  test('version still tells of the client', async () => {
    expect(await run('version', nobody)).toBe(
      `Client Version: v1.35.2\nKustomize Version: v5.7.1\n${REFUSED}\n[1]`,
    );
  });
});

test('a refusal to say what is served is told once', async () => {
  const body = { message: 'no', reason: 'Forbidden', code: 403 };
  expect(await run('get pods', () => ({ code: 403, body }))).toBe(
    'Error from server (Forbidden): no\n[1]',
  );
});

test.each([
  [
    'get pods --context=nope',
    'Error in configuration: context was not found for specified context: nope\n[1]',
  ],
  ['get pods --user=nope', 'error: auth info "nope" does not exist\n[1]'],
  ['get pods --cluster=nope', 'error: no server found for cluster "nope"\n[1]'],
  ['get pods --kubeconfig=nope', 'error: stat nope: no such file or directory\n[1]'],
  [
    'get pods --as-group=a',
    'error: requesting uid, groups or user-extra for kubernetes-admin without impersonating a user\n[1]',
  ],
])('%s', async (line, printed) => {
  expect(await run(line, nobody)).toBe(printed);
});
