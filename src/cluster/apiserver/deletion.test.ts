import { describe, expect, test } from 'vitest';
import type { KubernetesList, KubernetesObject, Pod } from '../../api/generated/types.ts';
import { SECOND } from '../../kernel/time.ts';
import {
  apiServerRig,
  ask,
  configBody,
  etcdOf,
  eventsOf,
  podBody,
  rigWithAccount,
  run,
  send,
  type ApiServerRig,
  type Question,
} from './testing.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';

const object = (
  rig: ApiServerRig,
  question: Question,
): KubernetesObject & { data?: Record<string, string> } => {
  const answer = ask(rig, question);
  expect(answer.body).toMatchObject({ kind: expect.not.stringMatching(/^Status$/) as unknown });
  return answer.body as KubernetesObject;
};

function refusalOf(rig: ApiServerRig, question: Question): unknown {
  const { code, body } = ask(rig, question);
  const { message, reason } = body as { message: string; reason: string };
  return [code, reason, message];
}

describe('delete', () => {
  const remove = (rig: ApiServerRig, path: string, body?: unknown) =>
    ask(rig, { method: 'DELETE', path, ...(body === undefined ? {} : { body }) });

  test('at once, with a Status that names what went', () => {
    const rig = apiServerRig();
    const { metadata } = object(rig, { method: 'POST', path: maps, body: configBody('a') });
    expect(remove(rig, `${maps}/a`)).toMatchObject({
      code: 200,
      body: {
        kind: 'Status',
        status: 'Success',
        details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
      },
    });
    expect(remove(rig, `${maps}/a`)).toMatchObject({
      code: 404,
      body: { message: 'configmaps "a" not found' },
    });
  });

  test('preconditions and options', () => {
    const rig = apiServerRig();
    const { metadata } = object(rig, { method: 'POST', path: maps, body: configBody('a') });
    const no = (body: unknown): unknown =>
      refusalOf(rig, { method: 'DELETE', path: `${maps}/a`, body });
    expect(no({ preconditions: { uid: 'x' } })).toEqual([
      409,
      'Conflict',
      `Operation cannot be fulfilled on configmaps "a": the UID in the precondition (x) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    ]);
    expect(no({ preconditions: { resourceVersion: '1' } })).toEqual([
      409,
      'Conflict',
      'Operation cannot be fulfilled on configmaps "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (37). The object might have been modified',
    ]);
    expect(no({ propagationPolicy: 'Never' })).toEqual([
      422,
      'Invalid',
      expect.any(String) as unknown,
    ]);
    expect(no({ propagationPolicy: 'Orphan', orphanDependents: true })).toEqual([
      422,
      'Invalid',
      expect.any(String) as unknown,
    ]);
    expect(remove(rig, `${maps}/a?dryRun=All`).code).toBe(200);
    // kubectl says it in the body.
    expect(remove(rig, `${maps}/a`, { dryRun: ['All'] }).code).toBe(200);
    expect(remove(rig, `${maps}/a`, { preconditions: { uid: metadata.uid } }).code).toBe(200);
  });

  test('a bound Pod is marked and waits for its kubelet; the time can only be shortened', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    ask(rig, {
      method: 'POST',
      path: `${pods}/p/binding`,
      body: { target: { kind: 'Node', name: 'n' } },
    });
    const { metadata } = remove(rig, `${pods}/p`).body as Pod;
    expect(metadata).toMatchObject({
      deletionGracePeriodSeconds: 30,
      deletionTimestamp: '2026-01-01T09:00:30Z',
      generation: 2,
    });
    const revision = etcdOf(rig).revision;
    remove(rig, `${pods}/p`);
    remove(rig, `${pods}/p`, { gracePeriodSeconds: 60 });
    expect(etcdOf(rig).revision).toBe(revision);
    const shorter = remove(rig, `${pods}/p`, { gracePeriodSeconds: 5 }).body as Pod;
    expect(shorter.metadata).toMatchObject({
      deletionGracePeriodSeconds: 5,
      deletionTimestamp: '2026-01-01T09:00:05Z',
    });
    expect(ask(rig, { method: 'POST', path: pods, body: podBody('p') }).body).toMatchObject({
      message: 'object is being deleted: pods "p" already exists',
    });
    expect(remove(rig, `${pods}/p?gracePeriodSeconds=0`).code).toBe(200);
    expect(ask(rig, { method: 'GET', path: `${pods}/p` }).code).toBe(404);
  });

  test('a Pod without a node goes at once: seen as marked, then as gone', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    const id = send(rig, { method: 'GET', path: `${pods}?watch=true&resourceVersion=38` });
    expect(remove(rig, `${pods}/p`)).toMatchObject({
      code: 200,
      body: { kind: 'Pod', metadata: { name: 'p', deletionGracePeriodSeconds: 0 } },
    });
    expect(eventsOf(rig, id).map(({ type }) => type)).toEqual(['MODIFIED', 'DELETED']);
  });

  test('finalizers hold, and the last one to go takes the object with it', () => {
    const rig = apiServerRig();
    const held = { ...configBody('a'), metadata: { name: 'a', finalizers: ['example.com/hold'] } };
    ask(rig, { method: 'POST', path: maps, body: held });
    expect(remove(rig, `${maps}/a`)).toMatchObject({
      code: 200,
      body: {
        kind: 'ConfigMap',
        metadata: { deletionTimestamp: '2026-01-01T09:00:00Z', deletionGracePeriodSeconds: 0 },
      },
    });
    const revision = etcdOf(rig).revision;
    expect(remove(rig, `${maps}/a`).code).toBe(200);
    expect(etcdOf(rig).revision).toBe(revision);
    const path = `${maps}/a`;
    expect(
      refusalOf(rig, {
        method: 'PATCH',
        path,
        contentType: MERGE,
        body: { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } },
      }),
    ).toEqual([422, 'Invalid', expect.any(String) as unknown]);
    expect(
      ask(rig, {
        method: 'PATCH',
        path,
        contentType: MERGE,
        body: { metadata: { finalizers: null } },
      }).code,
    ).toBe(200);
    expect(ask(rig, { method: 'GET', path }).code).toBe(404);
  });

  test.each([
    ['Orphan', 'orphan'],
    ['Foreground', 'foregroundDeletion'],
  ])('propagation %s leaves the finalizer %s to the collector', (propagationPolicy, finalizer) => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: maps, body: configBody('a') });
    expect(remove(rig, `${maps}/a`, { propagationPolicy }).body).toMatchObject({
      metadata: { finalizers: [finalizer], deletionTimestamp: expect.any(String) as unknown },
    });
    expect(
      ask(rig, {
        method: 'PATCH',
        path: `${maps}/a`,
        contentType: JSON_PATCH,
        body: [{ op: 'remove', path: '/metadata/finalizers' }],
      }).code,
    ).toBe(200);
    expect(ask(rig, { method: 'GET', path: `${maps}/a` }).code).toBe(404);
  });

  test('a collection, by selector', () => {
    const rig = apiServerRig();
    for (const name of ['a', 'b', 'c']) {
      const body = {
        ...configBody(name),
        metadata: { name, labels: { app: name === 'c' ? 'other' : 'web' } },
      };
      ask(rig, { method: 'POST', path: maps, body });
    }
    const answer = remove(rig, `${maps}?labelSelector=app%3Dweb`);
    expect((answer.body as KubernetesList).items.map((each) => each.metadata.name)).toEqual([
      'a',
      'b',
    ]);
    const left = ask(rig, { method: 'GET', path: maps }).body as KubernetesList;
    expect(left.items.map((each) => each.metadata.name)).toEqual(['c']);
    expect(remove(rig, `${maps}?labelSelector=app%3Dweb`)).toMatchObject({
      code: 200,
      body: { items: [] },
    });
  });

  test('a namespace ends when its finalizer is taken', () => {
    const rig = apiServerRig();
    const spaces = '/api/v1/namespaces';
    ask(rig, { method: 'POST', path: spaces, body: { metadata: { name: 'ns' } } });
    ask(rig, { method: 'POST', path: `${spaces}/ns/configmaps`, body: configBody('a') });
    const { body } = remove(rig, `${spaces}/ns`);
    expect(body).toMatchObject({
      status: { phase: 'Terminating' },
      metadata: { deletionTimestamp: expect.any(String) as unknown },
    });
    expect(
      refusalOf(rig, { method: 'POST', path: `${spaces}/ns/configmaps`, body: configBody('b') }),
    ).toEqual([
      403,
      'Forbidden',
      'configmaps "b" is forbidden: unable to create new content in namespace ns because it is being terminated',
    ]);
    expect(remove(rig, `${spaces}/ns`).code).toBe(200);
    expect(ask(rig, { method: 'GET', path: `${spaces}/ns` }).code).toBe(200);
    const done = ask(rig, {
      method: 'PUT',
      path: `${spaces}/ns/finalize`,
      body: { ...(body as object), spec: {} },
    });
    expect(done.code).toBe(200);
    expect(ask(rig, { method: 'GET', path: `${spaces}/ns` }).code).toBe(404);
    for (const name of ['default', 'kube-system', 'kube-public']) {
      expect(refusalOf(rig, { method: 'DELETE', path: `${spaces}/${name}` })).toEqual([
        403,
        'Forbidden',
        `namespaces "${name}" is forbidden: this namespace may not be deleted`,
      ]);
    }
  });
});

describe('events', () => {
  test('live for an hour', () => {
    const rig = apiServerRig();
    const body = {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'R',
      message: 'm',
      type: 'Normal',
    };
    const path = '/api/v1/namespaces/default/events';
    ask(rig, { method: 'POST', path, body });
    const id = send(rig, { method: 'GET', path: `${path}?watch=true` });
    run(rig, 3590 * SECOND);
    expect(ask(rig, { method: 'GET', path: `${path}/e` }).code).toBe(200);
    run(rig, 80 * SECOND);
    expect(ask(rig, { method: 'GET', path: `${path}/e` }).code).toBe(404);
    expect(
      eventsOf(rig, id)
        .map(({ type }) => type)
        .slice(0, 1),
    ).toEqual(['ADDED']);
  });
});
