import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesList, KubernetesObject } from '../../api/generated/types.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../kernel/time.ts';
import type { WatchEvent } from '../messages.ts';
import {
  API_SERVER,
  apiServerRig,
  ask,
  CLIENT,
  configBody,
  etcdOf,
  eventsOf,
  hasEnded,
  memoryOf,
  podBody,
  rigWithAccount,
  run,
  send,
  type ApiServerRig,
} from './testing.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';

const watch = (rig: ApiServerRig, path: string): number => send(rig, { method: 'GET', path });

function brief(events: readonly WatchEvent[]): string[] {
  return events.map(({ type, object }) => {
    const { metadata, message } = object as KubernetesObject & { message?: string };
    return `${type} ${metadata.name ?? message ?? ''}`.trim();
  });
}

const create = (
  rig: ApiServerRig,
  name: string,
  labels: Record<string, string> = {},
): KubernetesObject =>
  ask(rig, {
    method: 'POST',
    path: maps,
    body: { ...configBody(name), metadata: { name, labels } },
  }).body as KubernetesObject;

const label = (
  rig: ApiServerRig,
  name: string,
  labels: Record<string, string | null>,
): KubernetesObject =>
  ask(rig, {
    method: 'PATCH',
    path: `${maps}/${name}`,
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels } },
  }).body as KubernetesObject;

describe('watch', () => {
  test('from nothing or 0 begins with all there is; from a revision with what came after', () => {
    const rig = apiServerRig();
    const a = create(rig, 'a');
    create(rig, 'b');
    const fresh = watch(rig, `${maps}?watch=true`);
    const anyState = watch(rig, `${maps}?watch=1&resourceVersion=0`);
    const since = watch(
      rig,
      `/api/v1/configmaps?watch=true&resourceVersion=${a.metadata.resourceVersion}`,
    );
    run(rig);
    expect([fresh, anyState, since].map((id) => brief(eventsOf(rig, id)))).toEqual([
      ['ADDED a', 'ADDED b'],
      ['ADDED a', 'ADDED b'],
      ['ADDED b'],
    ]);
    label(rig, 'a', { x: 'y' });
    ask(rig, { method: 'DELETE', path: `${maps}/b` });
    for (const id of [fresh, anyState, since]) {
      expect(brief(eventsOf(rig, id)).slice(-2)).toEqual(['MODIFIED a', 'DELETED b']);
    }
    const last = eventsOf(rig, fresh).at(-1)?.object as KubernetesObject;
    expect(last.metadata.resourceVersion).toBe(String(etcdOf(rig).revision));
  });

  test('the older way, by a word in the path: a collection, all namespaces, one object', () => {
    const rig = apiServerRig();
    const ids = [
      '/api/v1/watch/namespaces/default/configmaps?resourceVersion=1',
      '/api/v1/watch/configmaps?labelSelector=app%3Dweb&resourceVersion=1',
      '/api/v1/watch/namespaces/default/configmaps/b?resourceVersion=1',
    ].map((path) => watch(rig, path));
    create(rig, 'a', { app: 'web' });
    create(rig, 'b');
    run(rig);
    expect(ids.map((id) => brief(eventsOf(rig, id)))).toEqual([
      ['ADDED a', 'ADDED b'],
      ['ADDED a'],
      ['ADDED b'],
    ]);
    expect(ask(rig, { method: 'GET', path: '/api/v1/watch/nothing' }).code).toBe(404);
  });

  test('a watch says that it is open, even with nothing to tell', () => {
    const rig = apiServerRig();
    const id = watch(rig, `${maps}?watch=true&resourceVersion=${etcdOf(rig).revision}`);
    run(rig);
    expect(eventsOf(rig, id)).toEqual([]);
    expect(memoryOf(rig).watches.count).toBe(1);
    rig.kernel.inject(rig.world, {
      from: CLIENT,
      to: API_SERVER,
      message: { type: 'api/cancel', id } as never,
      cause: undefined,
    });
    run(rig);
    expect(memoryOf(rig).watches.count).toBe(0);
  });

  test('with a selector objects come into view and leave it', () => {
    const rig = apiServerRig();
    create(rig, 'a', { on: 'yes' });
    create(rig, 'b');
    const id = watch(rig, `${maps}?watch=true&labelSelector=on%3Dyes`);
    run(rig);
    label(rig, 'b', { on: 'yes' });
    label(rig, 'b', { more: '1' });
    const left = label(rig, 'b', { on: 'no' });
    label(rig, 'b', { more: '2' });
    expect(brief(eventsOf(rig, id))).toEqual(['ADDED a', 'ADDED b', 'MODIFIED b', 'DELETED b']);
    const gone = eventsOf(rig, id).at(-1)?.object as KubernetesObject;
    expect(gone.metadata.labels).toEqual({ on: 'yes', more: '1' });
    expect(gone.metadata.resourceVersion).toBe(left.metadata.resourceVersion);
    // The same history, read later from the window.
    const later = watch(rig, `${maps}?watch=true&labelSelector=on%3Dyes&resourceVersion=37`);
    run(rig);
    expect(brief(eventsOf(rig, later))).toEqual(['ADDED b', 'MODIFIED b', 'DELETED b']);
  });

  test('scopes: one object, one namespace, the pods of one node', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'other' } } });
    ask(rig, {
      method: 'POST',
      path: '/api/v1/namespaces/other/serviceaccounts',
      body: { metadata: { name: 'default' } },
    });
    const one = watch(rig, `${pods}?watch=true&fieldSelector=metadata.name%3Da`);
    const space = watch(rig, '/api/v1/namespaces/other/pods?watch=true');
    const node = watch(rig, '/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dn1');
    const both = watch(
      rig,
      '/api/v1/namespaces/other/pods?watch=true&fieldSelector=spec.nodeName%3Dn1',
    );
    const running = watch(
      rig,
      '/api/v1/pods?watch=true&fieldSelector=spec.nodeName%3Dn1,status.phase%3DRunning',
    );
    run(rig);
    for (const name of ['a', 'b']) {
      for (const path of [pods, '/api/v1/namespaces/other/pods']) {
        ask(rig, { method: 'POST', path, body: podBody(name) });
        ask(rig, {
          method: 'POST',
          path: `${path}/${name}/binding`,
          body: { target: { kind: 'Node', name: name === 'a' ? 'n1' : 'n2' } },
        });
      }
    }
    ask(rig, {
      method: 'PATCH',
      path: `${pods}/a/status`,
      contentType: 'application/merge-patch+json',
      body: { status: { phase: 'Running' } },
    });
    expect(brief(eventsOf(rig, one))).toEqual(['ADDED a', 'MODIFIED a', 'MODIFIED a']);
    expect(brief(eventsOf(rig, space))).toEqual(['ADDED a', 'MODIFIED a', 'ADDED b', 'MODIFIED b']);
    expect(brief(eventsOf(rig, node))).toEqual(['ADDED a', 'ADDED a', 'MODIFIED a']);
    expect(brief(eventsOf(rig, both))).toEqual(['ADDED a']);
    expect(brief(eventsOf(rig, running))).toEqual(['ADDED a']);
  });

  test('a watch-list marks the end of its beginning', () => {
    const rig = apiServerRig();
    create(rig, 'a');
    const id = watch(
      rig,
      `${maps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=`,
    );
    run(rig);
    create(rig, 'b');
    const events = eventsOf(rig, id);
    expect(brief(events)).toEqual(['ADDED a', 'BOOKMARK', 'ADDED b']);
    expect(events[1]?.object).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { resourceVersion: '37', annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
  });

  test('bookmarks come to those who asked, when there is something to tell', () => {
    const rig = apiServerRig();
    const asked = watch(rig, `${maps}?watch=true&allowWatchBookmarks=true&labelSelector=none`);
    const silent = watch(rig, `${maps}?watch=true&labelSelector=none`);
    run(rig, 3 * MINUTE);
    expect(eventsOf(rig, asked)).toEqual([]);
    create(rig, 'a');
    run(rig, 3 * MINUTE);
    expect(brief(eventsOf(rig, asked))).toEqual(['BOOKMARK']);
    expect(eventsOf(rig, silent)).toEqual([]);
  });

  test('a revision that the window has lost is expired', () => {
    const rig = apiServerRig();
    const old = create(rig, 'a');
    for (let i = 0; i < 120; i++) {
      label(rig, 'a', { n: String(i) });
      run(rig, 80 * SECOND);
    }
    const id = watch(rig, `${maps}?watch=true&resourceVersion=${old.metadata.resourceVersion}`);
    run(rig);
    expect(eventsOf(rig, id)).toMatchObject([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          code: 410,
          reason: 'Expired',
          message: expect.stringMatching(/^too old resource version: 37 \(\d+\)$/) as unknown,
        },
      },
    ]);
    expect(hasEnded(rig, id)).toBe(true);
  });

  test('a window full of fresh changes grows instead', () => {
    const rig = apiServerRig();
    const old = create(rig, 'a');
    for (let i = 0; i < 150; i++) label(rig, 'a', { n: String(i) });
    const id = watch(rig, `${maps}?watch=true&resourceVersion=${old.metadata.resourceVersion}`);
    run(rig);
    expect(eventsOf(rig, id)).toHaveLength(150);
  });

  test('a new server knows nothing of the time before it', () => {
    const rig = apiServerRig();
    const old = create(rig, 'a');
    create(rig, 'b');
    const lost = watch(rig, `${maps}?watch=true`);
    run(rig);
    rig.kernel.stopProcess(rig.world, API_SERVER, undefined);
    rig.kernel.startProcess(rig.world, API_SERVER, undefined, () => {});
    run(rig);
    const id = watch(rig, `${maps}?watch=true&resourceVersion=${old.metadata.resourceVersion}`);
    run(rig);
    expect(brief(eventsOf(rig, id))).toEqual(['ERROR too old resource version: 37 (38)']);
    const now = watch(rig, `${maps}?watch=true&resourceVersion=38`);
    run(rig);
    create(rig, 'c');
    expect(brief(eventsOf(rig, now))).toEqual(['ADDED c']);
    expect(brief(eventsOf(rig, lost))).toEqual(['ADDED a', 'ADDED b']);
  });

  test('ends when its time is up: its own, or half an hour to an hour', () => {
    const rig = apiServerRig();
    const short = watch(rig, `${maps}?watch=true&timeoutSeconds=7`);
    const long = watch(rig, `${maps}?watch=true`);
    run(rig, 6900 * MILLISECOND);
    expect(hasEnded(rig, short)).toBe(false);
    run(rig, 200 * MILLISECOND);
    expect(hasEnded(rig, short)).toBe(true);
    run(rig, 29 * MINUTE);
    expect(hasEnded(rig, long)).toBe(false);
    run(rig, 32 * MINUTE);
    expect(hasEnded(rig, long)).toBe(true);
  });

  test('rows for those who want a Table, and the other view of events', () => {
    const rig = apiServerRig();
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const id = send(rig, { method: 'GET', path: `${maps}?watch=true`, accept });
    const other = watch(rig, '/apis/events.k8s.io/v1/events?watch=true');
    run(rig);
    create(rig, 'a');
    expect(eventsOf(rig, id)).toMatchObject([
      {
        type: 'ADDED',
        object: { kind: 'Table', rows: [{ cells: expect.arrayContaining(['a']) as unknown }] },
      },
    ]);
    const body = {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'R',
      message: 'm',
      type: 'Normal',
    };
    ask(rig, { method: 'POST', path: '/api/v1/namespaces/default/events', body });
    expect(eventsOf(rig, other)).toMatchObject([
      { type: 'ADDED', object: { apiVersion: 'events.k8s.io/v1', note: 'm' } },
    ]);
  });

  test('each change carries its cause', () => {
    const rig = apiServerRig();
    const id = watch(rig, `${maps}?watch=true`);
    run(rig);
    for (const name of ['a', 'b']) {
      const cause = rig.kernel.note(rig.world, { by: 'you', what: `create ${name}` });
      const message = {
        type: 'api/request',
        id: rig.nextId++,
        method: 'POST',
        path: maps,
        query: {},
        user: 'kubernetes-admin',
        userAgent: 'u',
        body: configBody(name),
      };
      rig.kernel.inject(rig.world, { from: CLIENT, to: API_SERVER, message, cause });
    }
    run(rig);
    expect(eventsOf(rig, id).map(({ cause }) => cause?.what)).toEqual(['create a', 'create b']);
  });
});

describe('list and watch under random interleavings', () => {
  const step = fc.oneof(
    fc.record({
      what: fc.constantFrom('create', 'delete', 'on', 'off', 'touch'),
      name: fc.constantFrom('a', 'b', 'c', 'd'),
    }),
    fc.record({
      what: fc.constantFrom('open', 'wait', 'restart'),
      name: fc.constantFrom('', 'labelSelector=on%3Dyes', 'fieldSelector=metadata.name%3Da'),
    }),
  );

  test('replaying a list and its watch gives what the server holds, without gaps', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 50 }),
        fc.integer({ min: 1, max: 1000 }),
        (steps, seed) => {
          const rig = apiServerRig(seed);
          const open: { id: number; query: string; known: Map<string, string> }[] = [];
          for (const { what, name } of steps) {
            const patch = (labels: object): void => {
              send(rig, {
                method: 'PATCH',
                path: `${maps}/${name}`,
                contentType: 'application/merge-patch+json',
                body: { metadata: { labels } },
              });
            };
            if (what === 'create')
              send(rig, {
                method: 'POST',
                path: maps,
                body: { ...configBody(name), metadata: { name, labels: { on: 'yes' } } },
              });
            else if (what === 'delete') send(rig, { method: 'DELETE', path: `${maps}/${name}` });
            else if (what === 'on') patch({ on: 'yes' });
            else if (what === 'off') patch({ on: 'no' });
            else if (what === 'touch') patch({ n: String(rig.nextId) });
            else if (what === 'wait') run(rig, 700);
            else if (what === 'restart') {
              // Their connections are gone with the server, so these watches end here.
              open.length = 0;
              rig.kernel.stopProcess(rig.world, API_SERVER, undefined);
              rig.kernel.startProcess(rig.world, API_SERVER, undefined, () => {});
              run(rig, 20 * MILLISECOND);
            } else {
              const body = ask(rig, { method: 'GET', path: `${maps}?${name}` })
                .body as KubernetesList;
              const known = new Map(
                body.items.map((each) => [
                  each.metadata.name ?? '',
                  each.metadata.resourceVersion ?? '',
                ]),
              );
              // Something may happen between the list and the watch.
              send(rig, { method: 'DELETE', path: `${maps}/b` });
              run(rig, 1500);
              const id = watch(
                rig,
                `${maps}?watch=true&${name}&resourceVersion=${body.metadata.resourceVersion}`,
              );
              open.push({ id, query: name, known });
            }
          }
          run(rig);
          for (const { id, query, known } of open) {
            for (const { type, object } of eventsOf(rig, id)) {
              const { name = '', resourceVersion = '' } = (object as KubernetesObject).metadata;
              expect(type).toBe(
                known.has(name) ? (type === 'DELETED' ? type : 'MODIFIED') : 'ADDED',
              );
              if (type === 'DELETED') known.delete(name);
              else known.set(name, resourceVersion);
            }
            const now = ask(rig, { method: 'GET', path: `${maps}?${query}` })
              .body as KubernetesList;
            expect(known).toEqual(
              new Map(now.items.map((each) => [each.metadata.name, each.metadata.resourceVersion])),
            );
          }
          const stored = [...etcdOf(rig).keys.values()].filter(({ key }) =>
            key.startsWith('/registry/configmaps/'),
          );
          const all = ask(rig, { method: 'GET', path: maps }).body as KubernetesList;
          expect(all.items.map((each) => each.metadata.resourceVersion).sort()).toEqual(
            stored.map((each) => String(each.modRevision)).sort(),
          );
        },
      ),
      { numRuns: 80 },
    );
  });
});
