import { describe, expect, test } from 'vitest';
import type { KubernetesList, Table } from '../../api/generated/types.ts';
import {
  apiServerRig,
  ask,
  configBody,
  podBody,
  rigWithAccount,
  run,
  type ApiServerRig,
} from './testing.ts';

const maps = '/api/v1/namespaces/default/configmaps';

function withMaps(count: number): ApiServerRig {
  const rig = apiServerRig();
  for (let i = 0; i < count; i++) {
    ask(rig, {
      method: 'POST',
      path: maps,
      body: {
        ...configBody(`m${i}`),
        metadata: { name: `m${i}`, labels: { parity: i % 2 === 0 ? 'even' : 'odd' } },
      },
    });
  }
  return rig;
}

function list(rig: ApiServerRig, path: string): KubernetesList {
  const answer = ask(rig, { method: 'GET', path });
  expect(answer.code).toBe(200);
  return answer.body as KubernetesList;
}

const names = ({ items }: KubernetesList): unknown[] => items.map((each) => each.metadata.name);

describe('get', () => {
  const rig = withMaps(1);
  const cases = [
    { path: `${maps}/m0`, code: 200, message: undefined },
    { path: `${maps}/m1`, code: 404, message: 'configmaps "m1" not found' },
    {
      path: '/apis/apps/v1/namespaces/default/deployments/x',
      code: 404,
      message: 'deployments.apps "x" not found',
    },
    {
      path: '/api/v1/namespaces/default/gadgets',
      code: 404,
      message: 'the server could not find the requested resource',
    },
    {
      path: '/api/v1/configmaps/m0',
      code: 404,
      message: 'the server could not find the requested resource',
    },
    {
      path: `${maps}/m0/status`,
      code: 404,
      message: 'the server could not find the requested resource',
    },
    { path: `${maps}/m0?resourceVersion=0`, code: 200, message: undefined },
    {
      path: `${maps}/m0?resourceVersion=9999`,
      code: 504,
      message: 'Too large resource version: 9999, current: 37',
    },
    {
      path: `${maps}/m0?resourceVersion=x`,
      code: 400,
      message:
        'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    },
    { path: '/api/v1/namespaces/default', code: 200, message: undefined },
  ];
  test.each(cases)('$path', ({ path, code, message }) => {
    const answer = ask(rig, { method: 'GET', path });
    expect(answer.code).toBe(code);
    if (message !== undefined) expect(answer.body).toMatchObject({ kind: 'Status', message });
  });

  test('POST to an object and DELETE of all namespaces are not allowed', () => {
    for (const question of [
      { method: 'POST' as const, path: `${maps}/m0` },
      { method: 'POST' as const, path: '/api/v1/configmaps' },
      { method: 'DELETE' as const, path: '/api/v1/configmaps' },
    ]) {
      expect(ask(rig, question)).toMatchObject({
        code: 405,
        body: { message: 'the server does not allow this method on the requested resource' },
      });
    }
  });
});

describe('list', () => {
  test('in the order of names, with the revision it is true at', () => {
    const rig = withMaps(11);
    const all = list(rig, maps);
    expect(all).toMatchObject({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: '47' },
    });
    expect(names(all)).toEqual(['m0', 'm1', 'm10', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9']);
  });

  test('selectors', () => {
    const rig = withMaps(6);
    const cases: [string, string[]][] = [
      ['labelSelector=parity%3Deven', ['m0', 'm2', 'm4']],
      ['labelSelector=parity+notin+(even)', ['m1', 'm3', 'm5']],
      ['fieldSelector=metadata.name%3Dm3', ['m3']],
      [
        'fieldSelector=metadata.name!%3Dm3,metadata.namespace%3Ddefault',
        ['m0', 'm1', 'm2', 'm4', 'm5'],
      ],
      ['labelSelector=parity%3Deven&fieldSelector=metadata.name%3Dm3', []],
    ];
    for (const [query, want] of cases) expect(names(list(rig, `${maps}?${query}`))).toEqual(want);
  });

  test('selectors that cannot be are refused', () => {
    const rig = rigWithAccount();
    const refusals: [string, string][] = [
      ['/api/v1/pods?fieldSelector=spec.foo%3Dx', 'field label not supported: spec.foo'],
      [
        `${maps}?fieldSelector=data%3Dx`,
        '"data" is not a known field selector: only "metadata.name", "metadata.namespace"',
      ],
    ];
    for (const [path, message] of refusals) {
      expect(ask(rig, { method: 'GET', path })).toMatchObject({
        code: 400,
        body: { reason: 'BadRequest', message },
      });
    }
    expect(ask(rig, { method: 'GET', path: `${maps}?labelSelector=%3D%3D` }).code).toBe(400);
  });

  test('pages show one state, whatever happens between them', () => {
    const rig = withMaps(7);
    const first = list(rig, `${maps}?limit=3`);
    expect(names(first)).toEqual(['m0', 'm1', 'm2']);
    expect(first.metadata.remainingItemCount).toBe(4);
    ask(rig, { method: 'DELETE', path: `${maps}/m3` });
    ask(rig, { method: 'POST', path: maps, body: configBody('m35') });
    const second = list(rig, `${maps}?limit=3&continue=${first.metadata.continue}`);
    expect(names(second)).toEqual(['m3', 'm4', 'm5']);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const third = list(rig, `${maps}?limit=3&continue=${second.metadata.continue}`);
    expect(names(third)).toEqual(['m6']);
    expect(third.metadata.continue).toBeUndefined();
    const all = list(rig, '/api/v1/configmaps?limit=2');
    expect(
      names(list(rig, `/api/v1/configmaps?limit=2&continue=${all.metadata.continue}`)),
    ).toEqual(['m2', 'm35']);
  });

  test('a page after compaction is expired, and its token goes on with what there is', () => {
    const rig = withMaps(5);
    const first = list(rig, `${maps}?limit=2`);
    run(rig, 5 * 60 * 1_000_000);
    ask(rig, { method: 'DELETE', path: `${maps}/m3` });
    run(rig, 11 * 60 * 1_000_000);
    const late = ask(rig, {
      method: 'GET',
      path: `${maps}?limit=2&continue=${first.metadata.continue}`,
    });
    expect(late).toMatchObject({ code: 410, body: { reason: 'Expired' } });
    const { message, metadata } = late.body as { message: string; metadata: { continue: string } };
    expect(message).toMatch(
      /^The provided continue parameter is too old to display a consistent list result\./,
    );
    expect(names(list(rig, `${maps}?continue=${metadata.continue}`))).toEqual(['m2', 'm4']);
  });

  test('resourceVersion and its match', () => {
    const rig = withMaps(3);
    const before = list(rig, maps).metadata.resourceVersion ?? '';
    ask(rig, { method: 'DELETE', path: `${maps}/m1` });
    expect(
      names(list(rig, `${maps}?resourceVersion=${before}&resourceVersionMatch=Exact`)),
    ).toEqual(['m0', 'm1', 'm2']);
    expect(
      names(list(rig, `${maps}?resourceVersion=${before}&resourceVersionMatch=NotOlderThan`)),
    ).toEqual(['m0', 'm2']);
    expect(names(list(rig, `${maps}?resourceVersion=0&limit=1`))).toEqual(['m0', 'm2']);
    const refusals: [string, string][] = [
      [
        'resourceVersionMatch=Exact',
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      ],
      [
        'resourceVersion=5&resourceVersionMatch=Fuzzy',
        'resourceVersionMatch: Unsupported value: "Fuzzy": supported values: "Exact", "NotOlderThan"',
      ],
      [
        'resourceVersion=0&resourceVersionMatch=Exact',
        'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ],
      [
        'sendInitialEvents=true',
        'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
      ],
      [
        'watch=true&sendInitialEvents=true',
        'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ],
    ];
    for (const [query, problem] of refusals) {
      expect(ask(rig, { method: 'GET', path: `${maps}?${query}` })).toMatchObject({
        code: 422,
        body: { message: `ListOptions.meta.k8s.io "" is invalid: ${problem}` },
      });
    }
    expect(
      ask(rig, { method: 'GET', path: `${maps}?resourceVersion=${Number(before) + 1000}` }).code,
    ).toBe(504);
  });

  test('pods of one node are found by it', () => {
    const rig = rigWithAccount();
    for (const [name, node] of [
      ['a', 'n1'],
      ['b', 'n2'],
      ['c', 'n1'],
      ['d', ''],
    ] as const) {
      const body = podBody(name, node === '' ? {} : { spec: { nodeName: node } });
      ask(rig, { method: 'POST', path: '/api/v1/namespaces/default/pods', body });
    }
    expect(names(list(rig, '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1'))).toEqual(['a', 'c']);
    expect(names(list(rig, '/api/v1/pods?fieldSelector=spec.nodeName%3D'))).toEqual(['d']);
    expect(
      names(list(rig, '/api/v1/namespaces/kube-system/pods?fieldSelector=spec.nodeName%3Dn1')),
    ).toEqual([]);
    expect(
      names(list(rig, '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1,status.phase!%3DPending')),
    ).toEqual([]);
  });
});

describe('forms', () => {
  const accept =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

  test('a Table with metadata, with objects, or with cells alone', () => {
    const rig = withMaps(2);
    const table = ask(rig, { method: 'GET', path: maps, accept }).body as Table;
    expect(table).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '38' },
    });
    expect(table.rows.map((row) => row.cells[0])).toEqual(['m0', 'm1']);
    expect(table.rows[0]?.object).toMatchObject({
      kind: 'PartialObjectMetadata',
      metadata: { name: 'm0' },
    });
    const full = ask(rig, { method: 'GET', path: `${maps}/m0?includeObject=Object`, accept })
      .body as Table;
    expect(full.rows[0]?.object).toMatchObject({ kind: 'ConfigMap' });
    const bare = ask(rig, { method: 'GET', path: `${maps}?includeObject=None`, accept })
      .body as Table;
    expect(bare.rows[0]?.object).toBeUndefined();
  });

  test('metadata alone', () => {
    const rig = withMaps(1);
    const metadata = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
    expect(ask(rig, { method: 'GET', path: maps, accept: metadata }).body).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'm0' } }],
    });
  });

  test('an event is seen through both of its groups', () => {
    const rig = apiServerRig();
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
      reason: 'Started',
      message: 'Started container main',
      type: 'Normal',
      count: 2,
    };
    ask(rig, { method: 'POST', path: '/api/v1/namespaces/default/events', body });
    const path = '/apis/events.k8s.io/v1/namespaces/default/events/e';
    expect(ask(rig, { method: 'GET', path }).body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: { name: 'p' },
      note: 'Started container main',
      deprecatedCount: 2,
    });
    expect(
      names(list(rig, '/apis/events.k8s.io/v1/events?fieldSelector=regarding.name%3Dp')),
    ).toEqual(['e']);
  });
});

describe('discovery and health', () => {
  const rig = apiServerRig();
  const body = (path: string, accept?: string): unknown =>
    ask(rig, { method: 'GET', path, ...(accept === undefined ? {} : { accept }) }).body;

  test('versions and plain lists', () => {
    expect(body('/version')).toMatchObject({ gitVersion: 'v1.35.0', major: '1', minor: '35' });
    expect(body('/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect(
      (body('/apis') as { groups: { name: string }[] }).groups.map(({ name }) => name),
    ).toContain('apps');
    expect(body('/apis/apps')).toMatchObject({
      kind: 'APIGroup',
      name: 'apps',
      preferredVersion: { groupVersion: 'apps/v1' },
    });
    const core = body('/api/v1') as { resources: { name: string; kind: string; group?: string }[] };
    expect(core.resources).toContainEqual(
      expect.objectContaining({ name: 'pods', kind: 'Pod', shortNames: ['po'] }),
    );
    expect(core.resources).toContainEqual(
      expect.objectContaining({
        name: 'pods/eviction',
        kind: 'Eviction',
        group: 'policy',
        version: 'v1',
      }),
    );
    expect(body('/apis/apps/v1')).toMatchObject({ groupVersion: 'apps/v1', apiVersion: 'v1' });
    expect(ask(rig, { method: 'GET', path: '/apis/nothing.example/v1' }).code).toBe(404);
    expect(ask(rig, { method: 'GET', path: '/openapi/v2' }).code).toBe(404);
  });

  test('aggregated lists carry their full media type', () => {
    const accept =
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const answer = ask(rig, { method: 'GET', path: '/apis', accept });
    expect(answer.contentType).toBe(
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    );
    const { items } = answer.body as {
      items: { metadata: { name: string }; versions: { resources: unknown[] }[] }[];
    };
    const apps = items.find((each) => each.metadata.name === 'apps');
    expect(apps?.versions[0]?.resources).toContainEqual(
      expect.objectContaining({
        resource: 'deployments',
        scope: 'Namespaced',
        subresources: expect.arrayContaining([
          expect.objectContaining({
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          }),
        ]) as unknown,
      }),
    );
  });

  test('probes', () => {
    for (const path of ['/livez', '/readyz', '/healthz']) {
      expect(ask(rig, { method: 'GET', path })).toMatchObject({ code: 200, body: 'ok' });
      expect(ask(rig, { method: 'GET', path: `${path}/etcd` }).body).toBe('ok');
      expect(ask(rig, { method: 'GET', path: `${path}/no-such-check` }).code).toBe(404);
      const verbose = ask(rig, { method: 'GET', path: `${path}?verbose&exclude=log` });
      expect(verbose).toMatchObject({
        code: 200,
        body: expect.stringMatching(/^\[\+\]ping ok\n\[\+\]log excluded: ok\n/) as unknown,
      });
      expect(verbose.body).toMatch(new RegExp(`\\n${path.slice(1)} check passed\\n$`));
    }
  });

  test('reviews are answered and not stored', () => {
    const access = ask(rig, {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } },
    });
    expect(access).toMatchObject({ code: 201, body: { status: { allowed: true } } });
    const who = ask(rig, {
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: {},
    });
    expect(who).toMatchObject({
      code: 201,
      body: { status: { userInfo: { username: 'kubernetes-admin' } } },
    });
    expect(
      ask(rig, { method: 'GET', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews' }).code,
    ).toBe(405);
    const { body } = ask(rig, { method: 'GET', path: '/apis/authorization.k8s.io/v1' });
    expect((body as { resources: { name: string }[] }).resources.map(({ name }) => name)).toEqual([
      'localsubjectaccessreviews',
      'selfsubjectaccessreviews',
      'selfsubjectrulesreviews',
      'subjectaccessreviews',
    ]);
  });

  test('kinds on their way out say so', () => {
    expect(ask(rig, { method: 'GET', path: '/api/v1/endpoints' }).warnings).toEqual([
      'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    ]);
    expect(ask(rig, { method: 'GET', path: maps }).warnings).toBeUndefined();
  });

  test('every answer is observed with its latency', () => {
    rig.observed.length = 0;
    ask(rig, { method: 'GET', path: '/api/v1/nodes' });
    ask(rig, { method: 'POST', path: maps, body: configBody('observed') });
    expect(rig.observed).toMatchObject([
      {
        kind: 'api-request',
        verb: 'list',
        resource: 'nodes',
        code: 200,
        user: 'kubernetes-admin',
        latencyMicros: expect.any(Number) as number,
      },
      {
        kind: 'api-request',
        verb: 'create',
        resource: 'configmaps',
        code: 201,
        method: 'POST',
        path: maps,
      },
    ]);
    expect((rig.observed[1] as { latencyMicros: number }).latencyMicros).toBeGreaterThan(500);
  });
});
