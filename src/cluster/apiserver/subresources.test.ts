import { describe, expect, test } from 'vitest';
import type { Deployment, Pod } from '../../api/generated/types.ts';
import {
  answerTo,
  apiServerRig,
  ask,
  etcdOf,
  podBody,
  rigWithAccount,
  run,
  send,
  type ApiServerRig,
} from './testing.ts';

const pods = '/api/v1/namespaces/default/pods';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const MERGE = 'application/merge-patch+json';

const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    },
  },
};

const bind = (
  rig: ApiServerRig,
  name: string,
  body: unknown = { target: { kind: 'Node', name: 'n1' } },
) => ask(rig, { method: 'POST', path: `${pods}/${name}/binding`, body });

describe('status', () => {
  test('the status is taken from one endpoint, all else from the other', () => {
    const rig = apiServerRig();
    const made = ask(rig, {
      method: 'POST',
      path: deployments,
      body: { ...deployment, status: { replicas: 9 } },
    }).body as Deployment;
    expect(made.status?.replicas).toBeUndefined();
    expect(made.metadata.generation).toBe(1);
    const body = { ...made, spec: { ...made.spec, replicas: 5 }, status: { replicas: 2 } };
    const status = ask(rig, { method: 'PUT', path: `${deployments}/web/status`, body })
      .body as Deployment;
    expect(status).toMatchObject({
      spec: { replicas: 3 },
      status: { replicas: 2 },
      metadata: { generation: 1 },
    });
    const spec = ask(rig, {
      method: 'PUT',
      path: `${deployments}/web`,
      body: { ...body, metadata: status.metadata, status: {} },
    }).body as Deployment;
    expect(spec).toMatchObject({
      spec: { replicas: 5 },
      status: { replicas: 2 },
      metadata: { generation: 2 },
    });
    const managers = (spec.metadata.managedFields ?? []).map(({ manager, subresource }) => [
      manager,
      subresource,
    ]);
    expect(managers).toEqual([
      ['test', undefined],
      ['test', 'status'],
    ]);
    expect(ask(rig, { method: 'GET', path: `${deployments}/web/status` }).body).toEqual(spec);
  });
});

describe('scale', () => {
  const scale = `${deployments}/web/scale`;

  test('reads, replaces and patches the replica count', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: deployments, body: deployment });
    const read = ask(rig, { method: 'GET', path: scale }).body;
    expect(read).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'web', namespace: 'default', resourceVersion: '37' },
      spec: { replicas: 3 },
      status: { replicas: 0 },
    });
    expect(
      ask(rig, {
        method: 'PATCH',
        path: scale,
        contentType: MERGE,
        body: { spec: { replicas: 4 } },
      }),
    ).toMatchObject({ code: 200, body: { kind: 'Scale', spec: { replicas: 4 } } });
    expect(
      ask(rig, {
        method: 'PUT',
        path: scale,
        body: { metadata: { name: 'web' }, spec: { replicas: 0 } },
      }).body,
    ).toMatchObject({ spec: {}, metadata: { resourceVersion: '39' } });
    const { spec, metadata } = ask(rig, { method: 'GET', path: `${deployments}/web` })
      .body as Deployment;
    expect(spec.replicas).toBe(0);
    expect(metadata.generation).toBe(3);
  });

  test('refusals', () => {
    const rig = apiServerRig();
    ask(rig, { method: 'POST', path: deployments, body: deployment });
    expect(
      ask(rig, {
        method: 'PATCH',
        path: scale,
        contentType: MERGE,
        body: { spec: { replicas: -1 } },
      }),
    ).toMatchObject({
      code: 422,
      body: {
        message:
          'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      },
    });
    expect(
      ask(rig, {
        method: 'PUT',
        path: scale,
        body: { metadata: { resourceVersion: '3' }, spec: { replicas: 1 } },
      }).code,
    ).toBe(409);
    expect(ask(rig, { method: 'GET', path: `${deployments}/no/scale` })).toMatchObject({
      code: 404,
      body: { message: 'deployments.apps "no" not found' },
    });
  });
});

describe('binding', () => {
  test('gives a Pod its node, once', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    expect(bind(rig, 'p')).toMatchObject({
      code: 201,
      body: { kind: 'Status', status: 'Success' },
    });
    const pod = ask(rig, { method: 'GET', path: `${pods}/p` }).body as Pod;
    expect(pod.spec.nodeName).toBe('n1');
    expect(pod.metadata.generation).toBe(1);
    expect(pod.status?.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'True',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T09:00:00Z',
      },
    ]);
    expect(bind(rig, 'p', { target: { kind: 'Node', name: 'n2' } })).toMatchObject({
      code: 409,
      body: {
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"',
      },
    });
  });

  test('refusals', () => {
    const rig = rigWithAccount();
    ask(rig, {
      method: 'POST',
      path: pods,
      body: podBody('p', { metadata: { finalizers: ['example.com/x'] } }),
    });
    expect(bind(rig, 'q')).toMatchObject({ code: 404, body: { message: 'pods "q" not found' } });
    expect(bind(rig, 'p', { metadata: { name: 'q' }, target: { name: 'n' } })).toMatchObject({
      code: 400,
      body: { message: 'name in URL does not match name in Binding object' },
    });
    expect(bind(rig, 'p', { target: {} })).toMatchObject({
      code: 500,
      body: { message: 'target.name: Required value' },
    });
    ask(rig, { method: 'DELETE', path: `${pods}/p` });
    expect(bind(rig, 'p')).toMatchObject({
      code: 409,
      body: {
        message:
          'Operation cannot be fulfilled on pods/binding "p": pod p is being deleted, cannot be assigned to a host',
      },
    });
  });

  test('two schedulers at once: the second is refused', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    const ids = ['n1', 'n2'].map((name) =>
      send(rig, {
        method: 'POST',
        path: `${pods}/p/binding`,
        body: { target: { kind: 'Node', name } },
      }),
    );
    run(rig);
    expect(ids.map((id) => answerTo(rig, id)?.code)).toEqual([201, 409]);
  });
});

describe('eviction', () => {
  function rigWithBudget(status: object): ApiServerRig {
    const rig = rigWithAccount();
    const labels = { app: 'web' };
    const body = {
      metadata: { name: 'web' },
      spec: { minAvailable: 2, selector: { matchLabels: labels } },
    };
    ask(rig, { method: 'POST', path: budgets, body });
    ask(rig, {
      method: 'PATCH',
      path: `${budgets}/web/status`,
      contentType: MERGE,
      body: { status },
    });
    ask(rig, { method: 'POST', path: pods, body: podBody('p', { metadata: { labels } }) });
    bind(rig, 'p');
    const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    ask(rig, {
      method: 'PATCH',
      path: `${pods}/p/status`,
      contentType: MERGE,
      body: { status: ready },
    });
    return rig;
  }
  const evict = (rig: ApiServerRig, name = 'p', deleteOptions: object = {}) =>
    ask(rig, {
      method: 'POST',
      path: `${pods}/${name}/eviction`,
      body: { metadata: { name }, deleteOptions },
    });

  test('takes a disruption and deletes', () => {
    const rig = rigWithBudget({
      observedGeneration: 1,
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
    });
    expect(evict(rig)).toMatchObject({ code: 201, body: { status: 'Success' } });
    expect(ask(rig, { method: 'GET', path: `${budgets}/web` }).body).toMatchObject({
      status: { disruptionsAllowed: 0, disruptedPods: { p: '2026-01-01T09:00:00Z' } },
    });
    expect(ask(rig, { method: 'GET', path: `${pods}/p` }).body).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 30 },
      status: {
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'DisruptionTarget', reason: 'EvictionByEvictionAPI' }),
        ]) as unknown,
      },
    });
  });

  test('is refused when the budget allows none, or is not yet counted', () => {
    const rig = rigWithBudget({
      observedGeneration: 1,
      disruptionsAllowed: 0,
      currentHealthy: 2,
      desiredHealthy: 2,
      expectedPods: 2,
    });
    expect(evict(rig)).toMatchObject({
      code: 429,
      body: {
        reason: 'TooManyRequests',
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: 'The disruption budget web needs 2 healthy pods and has 2 currently',
            },
          ],
        },
      },
    });
    const fresh = rigWithBudget({ observedGeneration: 0, disruptionsAllowed: 1 });
    expect(evict(fresh)).toMatchObject({
      code: 429,
      retryAfterSeconds: 10,
      body: {
        details: {
          causes: [
            { message: 'The disruption budget web is still being processed by the server.' },
          ],
        },
      },
    });
  });

  test('without a budget it is a delete', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    const revision = etcdOf(rig).revision;
    expect(evict(rig, 'p', { gracePeriodSeconds: 0 }).code).toBe(201);
    expect(ask(rig, { method: 'GET', path: `${pods}/p` }).code).toBe(404);
    expect(etcdOf(rig).revision).toBe(revision + 3);
    expect(evict(rig, 'no')).toMatchObject({ code: 404, body: { message: 'pods "no" not found' } });
  });
});

describe('resize', () => {
  const resources = {
    requests: { cpu: '100m', memory: '64Mi' },
    limits: { cpu: '200m', memory: '128Mi' },
  };
  function rigWithPod(): ApiServerRig {
    const rig = rigWithAccount();
    const spec = { containers: [{ name: 'c', image: 'nginx', resources }] };
    ask(rig, { method: 'POST', path: pods, body: podBody('p', { spec }) });
    return rig;
  }
  const resize = (rig: ApiServerRig, container: object, path = `${pods}/p/resize`) =>
    ask(rig, {
      method: 'PATCH',
      path,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { containers: [container] } },
    });

  test('takes amounts and resize policies, and nothing else', () => {
    const rig = rigWithPod();
    const answer = resize(rig, {
      name: 'c',
      image: 'other',
      resources: { requests: { cpu: '150m' } },
    });
    expect(answer.code).toBe(200);
    const pod = answer.body as Pod;
    expect(pod.metadata.generation).toBe(2);
    expect(pod.spec.containers[0]).toMatchObject({
      image: 'nginx',
      resources: { requests: { cpu: '150m', memory: '64Mi' }, limits: resources.limits },
    });
    expect(ask(rig, { method: 'GET', path: `${pods}/p/resize` }).body).toEqual(pod);
    expect(pod.metadata.managedFields?.at(-1)).toMatchObject({
      manager: 'test',
      operation: 'Update',
      subresource: 'resize',
      fieldsV1: {
        'f:spec': {
          'f:containers': {
            'k:{"name":"c"}': { 'f:resources': { 'f:requests': { 'f:cpu': {} } } },
          },
        },
      },
    });
  });

  test.each([
    [
      { name: 'other', image: 'nginx', resources },
      'spec.containers: Forbidden: containers may not be added or removed on resize',
    ],
    [
      { name: 'c', resources: { requests: { cpu: '200m', memory: '128Mi' } } },
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    ],
    [
      { name: 'c', resources: { limits: { cpu: null } } },
      'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed',
    ],
    [
      { name: 'c', resources: { requests: { 'ephemeral-storage': '1Gi' } } },
      'spec: Forbidden: only cpu and memory resources are mutable',
    ],
  ])('refuses %j', (container, why) => {
    const answer = resize(rigWithPod(), container);
    expect(answer).toMatchObject({ code: 422, body: { message: `Pod "p" is invalid: ${why}` } });
  });

  test('is the only way to other amounts', () => {
    const rig = rigWithPod();
    const changed = { name: 'c', resources: { requests: { cpu: '150m' } } };
    const { code, body } = resize(rig, changed, `${pods}/p`);
    expect(code).toBe(422);
    expect((body as { message: string }).message).toContain(
      'Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    );
  });

  test('is held to quotas by the difference, and to the bounds of a LimitRange', () => {
    const rig = rigWithPod();
    const hard = { 'requests.cpu': '200m' };
    const quotas = '/api/v1/namespaces/default/resourcequotas';
    ask(rig, { method: 'POST', path: quotas, body: { metadata: { name: 'q' }, spec: { hard } } });
    ask(rig, {
      method: 'PATCH',
      path: `${quotas}/q/status`,
      contentType: MERGE,
      body: { status: { hard, used: { 'requests.cpu': '100m' } } },
    });
    expect(
      resize(rig, { name: 'c', resources: { requests: { cpu: '201m' }, limits: { cpu: '1' } } }),
    ).toMatchObject({
      code: 403,
      body: {
        message:
          'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=101m, used: requests.cpu=100m, limited: requests.cpu=200m',
      },
    });
    expect(resize(rig, { name: 'c', resources: { requests: { cpu: '180m' } } }).code).toBe(200);
    const quota = ask(rig, { method: 'GET', path: `${quotas}/q` }).body as {
      status: { used: object };
    };
    expect(quota.status.used).toEqual({ 'requests.cpu': '180m' });
    const limits = [{ type: 'Container', max: { cpu: '300m' } }];
    const ranges = '/api/v1/namespaces/default/limitranges';
    ask(rig, { method: 'POST', path: ranges, body: { metadata: { name: 'l' }, spec: { limits } } });
    expect(resize(rig, { name: 'c', resources: { limits: { cpu: '400m' } } })).toMatchObject({
      code: 403,
      body: {
        message:
          'pods "p" is forbidden: maximum cpu usage per Container is 300m, but limit is 400m',
      },
    });
  });
});

describe('ephemeralcontainers', () => {
  const add = (rig: ApiServerRig, container: object) =>
    ask(rig, {
      method: 'PATCH',
      path: `${pods}/p/ephemeralcontainers`,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { ephemeralContainers: [container] } },
    });

  test('are added one by one, with defaults', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    expect(add(rig, { name: 'a', image: 'busybox' }).code).toBe(200);
    const { spec, metadata } = add(rig, { name: 'b', image: 'busybox:1' }).body as Pod;
    expect(metadata.generation).toBe(3);
    expect(spec.ephemeralContainers?.map(({ name }) => name).sort()).toEqual(['a', 'b']);
    expect(spec.ephemeralContainers?.find(({ name }) => name === 'a')).toMatchObject({
      imagePullPolicy: 'Always',
      terminationMessagePath: '/dev/termination-log',
    });
    expect(add(rig, { name: 'a', image: 'alpine' })).toMatchObject({
      code: 422,
      body: {
        message: expect.stringContaining(
          'spec.ephemeralContainers: Forbidden: existing ephemeral containers "a" may not be changed',
        ) as unknown,
      },
    });
  });

  test('are held to the level of their namespace', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    ask(rig, {
      method: 'PATCH',
      path: '/api/v1/namespaces/default',
      contentType: MERGE,
      body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } },
    });
    const answer = add(rig, { name: 'a', image: 'b', securityContext: { privileged: true } });
    expect(answer).toMatchObject({
      code: 403,
      body: {
        message:
          'pods "p" is forbidden: violates PodSecurity "baseline:latest": privileged (container "a" must not set securityContext.privileged=true)',
      },
    });
  });
});

describe('other verbs', () => {
  test('a token is made, and a status is not deleted', () => {
    const rig = rigWithAccount();
    ask(rig, { method: 'POST', path: pods, body: podBody('p') });
    expect(
      ask(rig, {
        method: 'POST',
        path: '/api/v1/namespaces/default/serviceaccounts/default/token',
        body: {},
      }).code,
    ).toBe(201);
    expect(ask(rig, { method: 'DELETE', path: `${pods}/p/status` }).code).toBe(405);
  });
});
