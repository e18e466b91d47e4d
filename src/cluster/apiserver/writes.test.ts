import { describe, expect, test } from 'vitest';
import type { KubernetesObject, Pod } from '../../api/generated/types.ts';
import {
  answerTo,
  apiServerRig,
  ask,
  configBody,
  etcdOf,
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
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

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

describe('create', () => {
  test('gives identity, birth and revision, and takes what only the server says', () => {
    const rig = apiServerRig();
    const body = {
      ...configBody('a'),
      metadata: {
        name: 'a',
        uid: 'mine',
        creationTimestamp: '2000-01-01T00:00:00Z',
        deletionTimestamp: '2000-01-01T00:00:00Z',
        selfLink: 'x',
      },
    };
    const { code, body: made } = ask(rig, { method: 'POST', path: maps, body });
    expect(code).toBe(201);
    expect(made).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        namespace: 'default',
        uid: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/,
        ) as unknown,
        creationTimestamp: '2026-01-01T09:00:00Z',
        resourceVersion: '37',
        managedFields: [expect.objectContaining({ manager: 'test', operation: 'Update' })],
      },
    });
    expect(Object.isFrozen(etcdOf(rig).keys.get('/registry/configmaps/default/a')?.value)).toBe(
      true,
    );
  });

  test('generateName adds five letters', () => {
    const rig = apiServerRig();
    const made = object(rig, {
      method: 'POST',
      path: maps,
      body: { metadata: { generateName: 'web-' } },
    });
    expect(made.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const long = object(rig, {
      method: 'POST',
      path: maps,
      body: { metadata: { generateName: `${'x'.repeat(70)}` } },
    });
    expect(long.metadata.name).toHaveLength(63);
  });

  test('refusals', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: maps, body: configBody('a') });
    const post = (body: unknown, path = maps): unknown =>
      refusalOf(rig, { method: 'POST', path, body });
    expect(post(configBody('a'))).toEqual([409, 'AlreadyExists', 'configmaps "a" already exists']);
    expect(post({ ...configBody('b'), metadata: { name: 'b', namespace: 'other' } })).toEqual([
      400,
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    ]);
    expect(post({ ...configBody('b'), metadata: { name: 'b', resourceVersion: '7' } })).toEqual([
      500,
      '',
      'resourceVersion should not be set on objects to be created',
    ]);
    expect(post(configBody('b'), '/api/v1/namespaces/nowhere/configmaps')).toEqual([
      404,
      'NotFound',
      'namespaces "nowhere" not found',
    ]);
    expect(post({ ...configBody('b'), kind: 'Gadget' })).toEqual([
      400,
      'BadRequest',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: no kind "Gadget" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"'.replace(
        'ConfigMap in',
        'Gadget in',
      ),
    ]);
    expect(post(undefined)).toEqual([
      400,
      'BadRequest',
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    ]);
    expect(post({ ...configBody('b'), data: [] })).toEqual([
      400,
      'BadRequest',
      expect.any(String) as unknown,
    ]);
  });

  test('unknown fields are refused, warned of, or dropped', () => {
    const rig = apiServerRig();
    const body = { ...configBody('a'), colour: 'red' };
    expect(
      refusalOf(rig, { method: 'POST', path: `${maps}?fieldValidation=Strict`, body }),
    ).toEqual([
      400,
      'BadRequest',
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"',
    ]);
    expect(ask(rig, { method: 'POST', path: maps, body })).toMatchObject({
      code: 201,
      warnings: ['unknown field "colour"'],
    });
    const silent = ask(rig, {
      method: 'POST',
      path: `${maps}?fieldValidation=Ignore`,
      body: { ...body, metadata: { name: 'b' } },
    });
    expect(silent.warnings).toBeUndefined();
    expect(silent.body).not.toHaveProperty('colour');
    expect(refusalOf(rig, { method: 'POST', path: `${maps}?fieldValidation=No`, body })).toEqual([
      422,
      'Invalid',
      expect.any(String) as unknown,
    ]);
  });

  test('a dry run answers and writes nothing', () => {
    const rig = apiServerRig();
    const revision = etcdOf(rig).revision;
    expect(
      ask(rig, { method: 'POST', path: `${maps}?dryRun=All`, body: configBody('a') }),
    ).toMatchObject({ code: 201, body: { metadata: { name: 'a' } } });
    run(rig);
    expect(etcdOf(rig).revision).toBe(revision);
  });

  test('two at once: one is made', () => {
    const rig = apiServerRig();
    const ids = [1, 2].map(() => send(rig, { method: 'POST', path: maps, body: configBody('a') }));
    run(rig);
    expect(ids.map((id) => answerTo(rig, id)?.code)).toEqual([201, 409]);
  });
});

describe('update', () => {
  test('replaces, keeps what may not change, and refuses what is stale', () => {
    const rig = apiServerRig();
    const first = object(rig, { method: 'POST', path: maps, body: configBody('a', { x: '1' }) });
    const second = object(rig, {
      method: 'PUT',
      path: `${maps}/a`,
      body: { ...first, data: { x: '2' } },
    });
    expect(second).toMatchObject({
      data: { x: '2' },
      metadata: { uid: first.metadata.uid, resourceVersion: '38' },
    });
    expect(
      refusalOf(rig, { method: 'PUT', path: `${maps}/a`, body: { ...first, data: { x: '3' } } }),
    ).toEqual([
      409,
      'Conflict',
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ]);
    const loose = object(rig, {
      method: 'PUT',
      path: `${maps}/a`,
      body: configBody('a', { x: '4' }),
    });
    expect(loose).toMatchObject({
      data: { x: '4' },
      metadata: { uid: first.metadata.uid, creationTimestamp: first.metadata.creationTimestamp },
    });
  });

  test('refusals', () => {
    const rig = apiServerRig();
    const first = object(rig, { method: 'POST', path: maps, body: configBody('a') });
    const put = (name: string, body: unknown): unknown =>
      refusalOf(rig, { method: 'PUT', path: `${maps}/${name}`, body });
    expect(put('b', configBody('a'))).toEqual([
      400,
      'BadRequest',
      'the name of the object (a) does not match the name on the URL (b)',
    ]);
    expect(put('b', configBody('b'))).toEqual([404, 'NotFound', 'configmaps "b" not found']);
    expect(put('a', { ...first, metadata: { ...first.metadata, uid: 'other' } })).toEqual([
      409,
      'Conflict',
      `Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: ${first.metadata.uid}`,
    ]);
    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: {},
    };
    expect(ask(rig, { method: 'PUT', path: `${leases}/l`, body: lease }).code).toBe(201);
    expect(refusalOf(rig, { method: 'PUT', path: `${leases}/l`, body: lease })).toEqual([
      422,
      'Invalid',
      'Lease.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ]);
  });

  test('what changes nothing is not written', () => {
    const rig = apiServerRig();
    const first = object(rig, { method: 'POST', path: maps, body: configBody('a', { x: '1' }) });
    const revision = etcdOf(rig).revision;
    expect(
      ask(rig, { method: 'PUT', path: `${maps}/a`, body: configBody('a', { x: '1' }) }),
    ).toMatchObject({ code: 200, body: first });
    expect(
      ask(rig, {
        method: 'PATCH',
        path: `${maps}/a`,
        contentType: MERGE,
        body: { data: { x: '1', y: null } },
      }).body,
    ).toEqual(first);
    expect(etcdOf(rig).revision).toBe(revision);
  });

  test('an update without a resourceVersion that meets another write is decided again', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: maps, body: configBody('a') });
    const ids = ['1', '2', '3'].map((x) =>
      send(rig, { method: 'PUT', path: `${maps}/a`, body: configBody('a', { x }) }),
    );
    run(rig);
    expect(ids.map((id) => answerTo(rig, id)?.code)).toEqual([200, 200, 200]);
    expect(object(rig, { method: 'GET', path: `${maps}/a` }).metadata.resourceVersion).toBe('40');
  });
});

describe('patch', () => {
  const patch = (rig: ApiServerRig, contentType: string, body: unknown, path = `${maps}/a`) =>
    ask(rig, { method: 'PATCH', path, contentType, body });

  test('the four kinds', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: maps, body: configBody('a', { x: '1' }) });
    expect(patch(rig, JSON_PATCH, [{ op: 'add', path: '/data/y', value: '2' }]).body).toMatchObject(
      { data: { x: '1', y: '2' } },
    );
    expect(patch(rig, MERGE, { data: { x: null } }).body).toMatchObject({ data: { y: '2' } });
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    const strategic = patch(
      rig,
      STRATEGIC,
      { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } },
      `${pods}/p`,
    ).body as Pod;
    expect(strategic.spec.containers).toMatchObject([
      { name: 'main', image: 'nginx:2', volumeMounts: [{}] },
    ]);
    const applied = patch(
      rig,
      APPLY,
      { ...configBody('a', { z: '3' }) },
      `${maps}/a?fieldManager=me`,
    );
    expect(applied).toMatchObject({ code: 200, body: { data: { y: '2', z: '3' } } });
    const created = patch(rig, APPLY, configBody('b', { z: '3' }), `${maps}/b?fieldManager=me`);
    expect(created).toMatchObject({
      code: 201,
      body: { metadata: { managedFields: [{ manager: 'me', operation: 'Apply' }] } },
    });
  });

  test('refusals', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: maps, body: configBody('a', { x: '1' }) });
    const no = (contentType: string, body: unknown, path = `${maps}/a`): unknown =>
      refusalOf(rig, { method: 'PATCH', path, contentType, body });
    expect(no('application/json', {})).toEqual([
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
    ]);
    expect(no(MERGE, {}, `${maps}/b`)).toEqual([404, 'NotFound', 'configmaps "b" not found']);
    expect(no(JSON_PATCH, [{ op: 'test', path: '/data/x', value: '2' }])).toEqual([
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
    ]);
    expect(no(JSON_PATCH, {})).toEqual([400, 'BadRequest', expect.any(String) as unknown]);
    expect(no(MERGE, { metadata: { resourceVersion: '5' } })).toEqual([
      409,
      'Conflict',
      expect.any(String) as unknown,
    ]);
    expect(no(MERGE, {}, `${maps}/a?force=true`)).toEqual([
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    ]);
    expect(no(APPLY, configBody('a'))).toEqual([
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ]);
    ask(rig, {
      method: 'PATCH',
      path: `${maps}/a?fieldManager=me`,
      contentType: APPLY,
      body: configBody('a', { q: '1' }),
    });
    expect(no(APPLY, configBody('a', { q: '2' }), `${maps}/a?fieldManager=you`)).toEqual([
      409,
      'Conflict',
      'Apply failed with 1 conflict: conflict with "me": .data.q',
    ]);
    expect(
      ask(rig, {
        method: 'PATCH',
        path: `${maps}/a?fieldManager=you&force=true`,
        contentType: APPLY,
        body: configBody('a', { q: '2' }),
      }).code,
    ).toBe(200);
  });

  test('patches made at once are all made', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: maps, body: configBody('a') });
    const ids = [1, 2, 3, 4].map((n) =>
      send(rig, {
        method: 'PATCH',
        path: `${maps}/a`,
        contentType: MERGE,
        body: { data: { [`k${n}`]: '1' } },
      }),
    );
    run(rig);
    expect(ids.map((id) => answerTo(rig, id)?.code)).toEqual([200, 200, 200, 200]);
    expect(object(rig, { method: 'GET', path: `${maps}/a` }).data).toEqual({
      k1: '1',
      k2: '1',
      k3: '1',
      k4: '1',
    });
  });

  test('keys that JavaScript has plans for are keys as any other', () => {
    const rig = apiServerRig();
    const data = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>;
    ask(rig, { method: 'POST', path: maps, body: { ...configBody('a'), data } });
    patch(rig, MERGE, JSON.parse('{"data":{"__proto__":"z"}}'));
    const { data: kept = {} } = object(rig, { method: 'GET', path: `${maps}/a` });
    expect(JSON.stringify(kept)).toBe('{"__proto__":"z","constructor":"y"}');
    expect(({} as { x?: string }).x).toBeUndefined();
  });
});
