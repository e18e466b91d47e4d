import { describe, expect, test } from 'vitest';
import { apiServerRig, ask, run, type ApiServerRig, type Question } from '../testing.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const PODS = '/api/v1/namespaces/default/pods';

function ready(): ApiServerRig {
  const rig = apiServerRig();
  run(rig, 3_000_000);
  return rig;
}

function as(rig: ApiServerRig, user: string, question: Question) {
  const { code, body } = ask(rig, { ...question, user });
  return code < 300 ? code : `${code} ${(body as { message: string }).message}`;
}

function grant(rig: ApiServerRig, user: string, rules: readonly object[]): void {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: `r-${user}` },
    rules,
  };
  const path = `${RBAC}/namespaces/default`;
  expect(ask(rig, { method: 'POST', path: `${path}/roles`, body: role }).code).toBe(201);
  bind(rig, user, { kind: 'Role', name: `r-${user}` });
}

/** The same in the whole cluster. */
function grantEverywhere(
  rig: ApiServerRig,
  user: string,
  name: string,
  rules: readonly object[],
): void {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: `${user}-${name}` };
  const bodies: readonly (readonly [string, object])[] = [
    ['clusterroles', { apiVersion, kind: 'ClusterRole', metadata, rules }],
    [
      'clusterrolebindings',
      {
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', ...metadata },
        subjects: [{ kind: 'User', name: user }],
      },
    ],
  ];
  for (const [plural, body] of bodies) {
    expect(ask(rig, { method: 'POST', path: `${RBAC}/${plural}`, body }).code).toBe(201);
  }
  run(rig);
}

function bind(rig: ApiServerRig, user: string, role: { kind: string; name: string }): void {
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `b-${user}-${role.name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
    subjects: [{ kind: 'User', name: user }],
  };
  expect(
    ask(rig, { method: 'POST', path: `${RBAC}/namespaces/default/rolebindings`, body }).code,
  ).toBe(201);
  run(rig);
}

describe('who may do what', () => {
  test.each<[string, Question, string | number]>([
    [
      'jane',
      { method: 'GET', path: PODS },
      '403 pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      'jane',
      { method: 'GET', path: '/api/v1/nodes' },
      '403 nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'jane',
      { method: 'GET', path: `${PODS}/p/log` },
      '403 pods "p" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    [
      'jane',
      { method: 'GET', path: '/metrics' },
      '403 forbidden: User "jane" cannot get path "/metrics"',
    ],
    ['jane', { method: 'GET', path: '/apis' }, 200],
    ['system:anonymous', { method: 'GET', path: '/version' }, 200],
    [
      'system:anonymous',
      { method: 'GET', path: '/api' },
      '403 forbidden: User "system:anonymous" cannot get path "/api"',
    ],
    ['system:kube-scheduler', { method: 'GET', path: '/api/v1/pods' }, 200],
    [
      'system:kube-scheduler',
      { method: 'GET', path: '/api/v1/secrets' },
      '403 secrets is forbidden: User "system:kube-scheduler" cannot list resource "secrets" in API group "" at the cluster scope',
    ],
    [
      'system:node:n',
      { method: 'GET', path: '/api/v1/namespaces/default/secrets/s' },
      `403 secrets "s" is forbidden: User "system:node:n" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node 'n' and this object`,
    ],
    [
      'system:serviceaccount:kube-system:deployment-controller',
      { method: 'GET', path: '/apis/apps/v1/deployments' },
      200,
    ],
    ['kubernetes-admin', { method: 'GET', path: '/api/v1/secrets' }, 200],
  ])('%s %o', (user, question, wanted) => {
    expect(as(ready(), user, question)).toBe(wanted);
  });

  test('a node reads the claims of its Pods, also those that are made for them', () => {
    const rig = ready();
    const template = {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const body = {
      metadata: { name: 'p' },
      spec: {
        nodeName: 'n',
        containers: [{ name: 'c', image: 'i' }],
        volumes: [
          { name: 'own', ephemeral: { volumeClaimTemplate: template } },
          { name: 'named', persistentVolumeClaim: { claimName: 'data' } },
        ],
      },
    };
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    ask(rig, { method: 'POST', path: accounts, body: { metadata: { name: 'default' } } });
    expect(ask(rig, { method: 'POST', path: PODS, body }).code).toBe(201);
    run(rig);
    const read = (node: string, name: string) =>
      ask(rig, {
        method: 'GET',
        path: `/api/v1/namespaces/default/persistentvolumeclaims/${name}`,
        user: `system:node:${node}`,
      }).code;
    expect(['p-own', 'data', 'p-named', 'own'].map((name) => read('n', name))).toEqual([
      404, 404, 403, 403,
    ]);
    expect(read('m', 'p-own')).toBe(403);
  });

  test('a role grants what it names, from the next request on', () => {
    const rig = ready();
    grant(rig, 'jane', [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get'] },
    ]);
    expect(as(rig, 'jane', { method: 'GET', path: PODS })).toBe(200);
    expect(as(rig, 'jane', { method: 'GET', path: '/api/v1/pods' })).toContain('403');
    expect(
      as(rig, 'jane', { method: 'GET', path: '/api/v1/namespaces/default/configmaps/mine' }),
    ).toContain('404');
    expect(
      as(rig, 'jane', { method: 'GET', path: '/api/v1/namespaces/default/configmaps/yours' }),
    ).toContain('403');
    ask(rig, { method: 'DELETE', path: `${RBAC}/namespaces/default/rolebindings/b-jane-r-jane` });
    run(rig);
    expect(as(rig, 'jane', { method: 'GET', path: PODS })).toContain('403');
  });

  test('the role view is the sum of what is aggregated to it', () => {
    const rig = ready();
    bind(rig, 'jane', { kind: 'ClusterRole', name: 'view' });
    expect(as(rig, 'jane', { method: 'GET', path: PODS })).toBe(200);
    expect(
      as(rig, 'jane', { method: 'GET', path: '/api/v1/namespaces/default/secrets' }),
    ).toContain('403');
  });

  test('nobody grants what he does not have', () => {
    const rig = ready();
    grant(rig, 'jane', [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['roles', 'rolebindings'],
        verbs: ['create'],
      },
    ]);
    const role = (verbs: readonly string[]) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: `x${verbs.length}` },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs }],
    });
    const path = `${RBAC}/namespaces/default/roles`;
    expect(as(rig, 'jane', { method: 'POST', path, body: role(['get']) })).toBe(201);
    expect(as(rig, 'jane', { method: 'POST', path, body: role(['get', 'delete']) })).toBe(
      '403 roles.rbac.authorization.k8s.io "x2" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    );
  });

  test('what is missing is told rule by rule, in order', () => {
    const rig = ready();
    grantEverywhere(rig, 'jane', 'roles', [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['create', 'update'] },
    ]);
    const body = (more: object) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'big' },
      ...more,
    });
    const rules = [
      { apiGroups: ['apps', ''], resources: ['pods', 'deployments'], verbs: ['list', 'get'] },
      { nonResourceURLs: ['/x'], verbs: ['get'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['get'] },
    ];
    const path = `${RBAC}/clusterroles`;
    expect(as(rig, 'jane', { method: 'POST', path, body: body({ rules }) })).toBe(
      [
        '403 clusterroles.rbac.authorization.k8s.io "big" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
        '{APIGroups:[""], Resources:["deployments"], Verbs:["list" "get"]}',
        '{APIGroups:[""], Resources:["pods"], Verbs:["list" "get"]}',
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}',
        '{APIGroups:["apps"], Resources:["deployments"], Verbs:["list" "get"]}',
        '{APIGroups:["apps"], Resources:["pods"], Verbs:["list" "get"]}',
        '{NonResourceURLs:["/x"], Verbs:["get"]}',
      ].join('\n'),
    );
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    expect(as(rig, 'jane', { method: 'POST', path, body: body({ aggregationRule }) })).toBe(
      '403 clusterroles.rbac.authorization.k8s.io "big" is forbidden: must have cluster-admin privileges to use an aggregationRule',
    );
  });

  test('on behalf of another', () => {
    const rig = ready();
    const impersonate = { user: 'jane', groups: ['dev'] };
    expect(as(rig, 'kubernetes-admin', { method: 'GET', path: PODS, impersonate })).toContain(
      'User "jane" cannot list',
    );
    expect(as(rig, 'bob', { method: 'GET', path: PODS, impersonate })).toBe(
      '403 users "jane" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
    const whoami = ask(rig, {
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: {},
      impersonate,
    });
    expect(whoami.body).toMatchObject({
      status: { userInfo: { username: 'jane', groups: ['dev', 'system:authenticated'] } },
    });
  });
});

describe('impersonation of more than a name', () => {
  const whole = {
    user: 'jane',
    groups: ['dev'],
    uid: '17',
    extra: { scopes: ['view', 'edit'], 'acme.com/project': ['x'] },
  };
  const rules = (resources: readonly string[], group = '', resourceNames?: readonly string[]) => [
    {
      apiGroups: [group],
      resources,
      verbs: ['impersonate'],
      ...(resourceNames === undefined ? {} : { resourceNames }),
    },
  ];
  const answer = (rig: ApiServerRig, user: string, impersonate: object) => {
    const { code, body } = ask(rig, {
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      user,
      body: {},
      impersonate: impersonate as typeof whole,
    });
    return code === 201
      ? (body as { status: { userInfo: object } }).status.userInfo
      : `${code} ${(body as { message: string }).message}`;
  };

  test('all of it is seen by who is impersonated', () => {
    expect(answer(ready(), 'kubernetes-admin', whole)).toEqual({
      username: 'jane',
      uid: '17',
      groups: ['dev', 'system:authenticated'],
      extra: { scopes: ['view', 'edit'], 'acme.com/project': ['x'] },
    });
  });

  test('each part needs a right of its own', () => {
    const rig = ready();
    const group = 'authentication.k8s.io';
    const grants: readonly (readonly [string, readonly object[]])[] = [
      ['users', rules(['users'])],
      ['groups', rules(['groups'])],
      ['scopes', rules(['userextras/scopes'], group, ['view', 'edit'])],
      ['project', rules(['userextras/acme.com/project'], group)],
    ];
    const wanted = [
      'users "jane" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope',
      'groups "dev" is forbidden: User "bob" cannot impersonate resource "groups" in API group "" at the cluster scope',
      'userextras.authentication.k8s.io "view" is forbidden: User "bob" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
      'userextras.authentication.k8s.io "x" is forbidden: User "bob" cannot impersonate resource "userextras/acme.com/project" in API group "authentication.k8s.io" at the cluster scope',
      'uids.authentication.k8s.io "17" is forbidden: User "bob" cannot impersonate resource "uids" in API group "authentication.k8s.io" at the cluster scope',
    ];
    for (const [name, granted] of grants) {
      expect(answer(rig, 'bob', whole)).toBe(`403 ${wanted.shift() ?? ''}`);
      grantEverywhere(rig, 'bob', name, granted);
    }
    expect(answer(rig, 'bob', whole)).toBe(`403 ${wanted.shift() ?? ''}`);
    grantEverywhere(rig, 'bob', 'uids', rules(['uids'], group));
    expect(answer(rig, 'bob', whole)).toMatchObject({ uid: '17' });
  });

  test('nobody is half impersonated', () => {
    expect(answer(ready(), 'kubernetes-admin', { user: '', uid: '17' })).toBe(
      '400 requested [{UID  17  authentication.k8s.io/v1  }] without impersonating a user',
    );
  });
});

describe('reviews', () => {
  const access = (rig: ApiServerRig, user: string, resource: string) =>
    ask(rig, {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      user,
      body: { spec: { resourceAttributes: { verb: 'list', resource, namespace: 'default' } } },
    }).body;

  test('say what the asker may', () => {
    const rig = ready();
    grant(rig, 'jane', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    expect(access(rig, 'jane', 'pods')).toMatchObject({ status: { allowed: true } });
    expect(access(rig, 'jane', 'secrets')).toMatchObject({ status: { allowed: false } });
    const rules = ask(rig, {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      user: 'jane',
      body: { spec: { namespace: 'default' } },
    }).body as { status: { resourceRules: readonly object[] } };
    expect(rules.status.resourceRules).toContainEqual({
      apiGroups: [''],
      resources: ['pods'],
      verbs: ['list'],
    });
  });

  test('a token stands for its service account', () => {
    const rig = ready();
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    ask(rig, { method: 'POST', path: accounts, body: { metadata: { name: 'robot' } } });
    const made = ask(rig, { method: 'POST', path: `${accounts}/robot/token`, body: { spec: {} } });
    expect(made.code).toBe(201);
    const { token } = (made.body as { status: { token: string } }).status;
    const review = (text: string) =>
      ask(rig, {
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/tokenreviews',
        body: { spec: { token: text } },
      }).body;
    expect(review(token)).toMatchObject({
      status: {
        authenticated: true,
        user: {
          username: 'system:serviceaccount:default:robot',
          groups: [
            'system:serviceaccounts',
            'system:serviceaccounts:default',
            'system:authenticated',
          ],
        },
      },
    });
    expect(review(`${token}x`)).toMatchObject({ status: { error: 'invalid bearer token' } });
  });

  test('a token that is bound to a Pod ends with it', () => {
    const rig = ready();
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    const pods = '/api/v1/namespaces/default/pods';
    ask(rig, { method: 'POST', path: accounts, body: { metadata: { name: 'robot' } } });
    ask(rig, { method: 'POST', path: accounts, body: { metadata: { name: 'other' } } });
    run(rig);
    const body = {
      metadata: { name: 'p' },
      spec: {
        serviceAccountName: 'robot',
        nodeName: 'n',
        containers: [{ name: 'c', image: 'i' }],
      },
    };
    expect(ask(rig, { method: 'POST', path: pods, body }).code).toBe(201);
    run(rig);
    const request = (account: string, reference: object | undefined, user?: string) =>
      ask(rig, {
        method: 'POST',
        path: `${accounts}/${account}/token`,
        body: { spec: reference === undefined ? {} : { boundObjectRef: reference } },
        ...(user === undefined ? undefined : { user }),
      });
    const pod = { apiVersion: 'v1', kind: 'Pod', name: 'p' };
    const message = (answer: { readonly body: unknown }): string =>
      (answer.body as { readonly message: string }).message;
    expect(message(request('other', pod))).toBe(
      'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
    );
    expect(message(request('robot', { ...pod, name: 'q' }))).toBe('pods "q" not found');
    expect(message(request('robot', { ...pod, uid: 'x' }))).toContain(
      'the UID in the bound object reference (x) does not match the UID in record',
    );
    expect(
      message(request('robot', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' })),
    ).toBe('cannot bind token to object of type apps/v1, Kind=Deployment');
    expect(message(request('robot', undefined, 'system:node:n'))).toBe(
      'serviceaccounts "robot" is forbidden: node requested token not bound to a pod',
    );
    expect(request('other', pod, 'system:node:n').code).toBe(403);
    expect(request('robot', pod, 'system:node:m').code).toBe(403);
    const made = request('robot', pod, 'system:node:n');
    expect(made.code).toBe(201);
    const { token } = (made.body as { status: { token: string } }).status;
    const review = () =>
      ask(rig, {
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/tokenreviews',
        body: { spec: { token } },
      }).body;
    expect(review()).toMatchObject({
      status: {
        authenticated: true,
        user: { extra: { 'authentication.kubernetes.io/pod-name': ['p'] } },
      },
    });
    ask(rig, { method: 'DELETE', path: `${pods}/p?gracePeriodSeconds=0` });
    run(rig);
    expect(review()).toMatchObject({
      status: { error: '[invalid bearer token, service account token has been invalidated]' },
    });
  });
});
