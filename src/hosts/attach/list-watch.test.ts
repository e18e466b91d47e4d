import { expect, test } from 'vitest';
import type { ApiClient, WatchEvent } from './api-client.ts';
import { FOLLOWED } from './kinds.ts';
import { follow } from './list-watch.ts';

const kind = FOLLOWED[2] ?? FOLLOWED[0];

const pod = (name: string, version: number) => ({
  metadata: { name, uid: name, resourceVersion: String(version) },
});

/** A server that plays a script: each list and each watch takes the next answer. */
function scripted(script: {
  readonly lists: (readonly ReturnType<typeof pod>[])[];
  readonly watches: ('never open' | readonly WatchEvent[])[];
  readonly onIdle: () => void;
}): { readonly api: ApiClient; readonly asked: string[] } {
  const asked: string[] = [];
  const api: ApiClient = {
    async request({ path }) {
      asked.push(path);
      const items = script.lists.shift() ?? [];
      return { code: 200, body: { items, metadata: { resourceVersion: '100' } }, warnings: [] };
    },
    async watch(path, onEvent, signal) {
      asked.push(path);
      const answer = script.watches.shift();
      if (answer === undefined) {
        script.onIdle();
        return new Promise((resolve) => {
          if (signal.aborted) resolve('ended');
          signal.addEventListener('abort', () => resolve('ended'), { once: true });
        });
      }
      if (answer === 'never open') return 'never open';
      for (const event of answer) onEvent(event);
      return 'ended';
    },
    text: () => Promise.reject(new Error('not asked')),
    problem: async () => undefined,
  };
  return { api, asked };
}

test('after 410 it lists anew, and what vanished meanwhile is told', async () => {
  if (kind === undefined) throw new Error('no kinds');
  const stop = new AbortController();
  const { api, asked } = scripted({
    lists: [
      [pod('a', 1), pod('b', 2)],
      [pod('b', 2), pod('c', 7)],
    ],
    watches: [
      [
        { type: 'MODIFIED', object: pod('a', 101) },
        { type: 'BOOKMARK', object: { metadata: { resourceVersion: '102' } } },
      ],
      [{ type: 'ERROR', object: { kind: 'Status', code: 410 } }],
    ],
    onIdle: () => stop.abort(),
  });
  const told: string[] = [];
  await follow(api, kind, {
    signal: stop.signal,
    followed: {
      onChange: ({ kind: of, metadata }, deleted) =>
        told.push(`${deleted ? '-' : '+'} ${of} ${metadata.name}`),
      onListed: (code) => told.push(`listed ${code}`),
      onConnected: () => undefined,
      onGone: () => undefined,
    },
  });
  const first = ['+ Pod a', '+ Pod b', 'listed 200', '+ Pod a', '+ Pod c', '- Pod a'];
  // At the end it is followed no longer.
  expect(told).toEqual([...first, '- Pod b', '- Pod c']);
  expect(asked.map((path) => /resourceVersion=(\d+)/.exec(path)?.[1] ?? 'list')).toEqual([
    'list',
    '100',
    '102',
    'list',
    '100',
  ]);
});

test('a kind that may not be listed is given up', async () => {
  if (kind === undefined) throw new Error('no kinds');
  const codes: number[] = [];
  await follow(
    {
      ...scripted({ lists: [], watches: [], onIdle: () => undefined }).api,
      request: async () => ({ code: 403, body: {}, warnings: [] }),
    },
    kind,
    {
      signal: new AbortController().signal,
      followed: {
        onChange: () => undefined,
        onListed: (code) => codes.push(code),
        onConnected: () => undefined,
        onGone: () => undefined,
      },
    },
  );
  expect(codes).toEqual([403]);
});

test('when a kind goes, or is to be followed no longer, all of it is told as deleted', async () => {
  if (kind === undefined) throw new Error('no kinds');
  const told: string[] = [];
  const followed = {
    onChange: ({ metadata }: { readonly metadata: { readonly name?: string } }, deleted: boolean) =>
      told.push(`${deleted ? '-' : '+'} ${metadata.name}`),
    onListed: () => undefined,
    onConnected: () => undefined,
    onGone: () => told.push('gone'),
  };
  const answers = [
    { code: 200, body: { items: [pod('a', 1)], metadata: { resourceVersion: '5' } }, warnings: [] },
    { code: 404, body: {}, warnings: [] },
  ];
  const script = scripted({
    lists: [],
    watches: [[{ type: 'ERROR', object: { kind: 'Status', code: 410 } }]],
    onIdle: () => undefined,
  });
  const api = {
    ...script.api,
    request: async () => answers.shift() ?? { code: 0, body: {}, warnings: [] },
  };
  await follow(api, kind, { signal: new AbortController().signal, followed });
  expect(told).toEqual(['+ a', '- a', 'gone']);

  told.length = 0;
  const stop = new AbortController();
  const other = scripted({ lists: [[pod('b', 1)]], watches: [], onIdle: () => stop.abort() });
  await follow(other.api, kind, { signal: stop.signal, followed });
  expect(told).toEqual(['+ b', '- b']);
});
