import { describe, expect, test } from 'vitest';
import { apiServerRig, ask, configBody, run } from '../testing.ts';

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';
const WHERE = 'https://svc.default.svc:443';

type Fields = Readonly<Record<string, unknown>>;

const webhook = (change: Fields): Fields => ({
  name: 'guard.example.com',
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { namespace: 'default', name: 'svc', path: '/check' } },
  rules: [
    {
      operations: ['CREATE'],
      apiGroups: [''],
      apiVersions: ['v1'],
      resources: ['configmaps'],
    },
  ],
  ...change,
});

const service = {
  metadata: { name: 'svc' },
  spec: { selector: { app: 'guard' }, ports: [{ name: 'https', port: 443, targetPort: 10250 }] },
};

function pod(image: string, containerPort: number): Fields {
  return {
    metadata: { name: 'guard', labels: { app: 'guard' } },
    spec: { containers: [{ name: 'main', image, ports: [{ containerPort }] }] },
  };
}

const slice = (isReady: boolean): Fields => ({
  metadata: { name: 'svc-1', labels: { 'kubernetes.io/service-name': 'svc' } },
  addressType: 'IPv4',
  ports: [{ name: 'https', port: 10250 }],
  endpoints: [
    {
      addresses: ['10.244.1.9'],
      conditions: { ready: isReady },
      targetRef: { kind: 'Pod', namespace: 'default', name: 'guard' },
    },
  ],
});

interface Case {
  readonly what: string;
  readonly webhook?: Fields;
  readonly service?: Fields;
  readonly pod?: Fields;
  readonly slice?: Fields;
  /** Why the ConfigMap is refused; undefined for 201. */
  readonly reason?: string;
}

function refusalIn(which: 'mutating' | 'validating', given: Case): string | undefined {
  const rig = apiServerRig();
  run(rig, 3_000_000);
  const post = (path: string, body: unknown): void => {
    const answer = ask(rig, { method: 'POST', path, body });
    expect(answer.body).not.toMatchObject({ status: 'Failure' });
  };
  if (given.service !== undefined) post('/api/v1/namespaces/default/services', given.service);
  if (given.pod !== undefined) {
    post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    run(rig);
    post('/api/v1/namespaces/default/pods', given.pod);
  }
  if (given.slice !== undefined) {
    post('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', given.slice);
  }
  const body = { metadata: { name: 'guards' }, webhooks: [webhook(given.webhook ?? {})] };
  post(`${ROOT}/${which}webhookconfigurations`, body);
  run(rig);
  const answer = ask(rig, { method: 'POST', path: MAPS, body: configBody('c', { a: '1' }) });
  if (answer.code === 201) return undefined;
  expect([answer.code, answer.body]).toMatchObject([500, { reason: 'InternalError' }]);
  const { message } = answer.body as { readonly message: string };
  const head =
    'Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: ';
  expect(message.startsWith(head)).toBe(true);
  return message.slice(head.length);
}

const at = (path: string, why: string): string => `Post "${WHERE}${path}": ${why}`;

describe('webhooks', () => {
  test.each<Case>([
    { what: 'no Service', reason: at('/check?timeout=10s', 'service "svc" not found') },
    {
      what: 'no endpoints',
      service,
      reason: at('/check?timeout=10s', 'no endpoints available for service "svc"'),
    },
    {
      what: 'none that is ready',
      service,
      slice: slice(false),
      webhook: {
        timeoutSeconds: 5,
        clientConfig: { service: { namespace: 'default', name: 'svc' } },
      },
      reason: at('/?timeout=5s', 'no endpoints available for service "svc"'),
    },
    { what: 'failures ignored', service, webhook: { failurePolicy: 'Ignore' } },
    {
      what: 'another port',
      service: { ...service, spec: { ...service.spec, ports: [{ port: 80 }] } },
      reason: at('/check?timeout=10s', 'no service port 443 found for service "svc"'),
    },
    {
      what: 'nobody listens there',
      service,
      slice: slice(true),
      pod: pod('acme/guard', 9443),
      reason: at('/check?timeout=10s', 'dial tcp 10.244.1.9:10250: connect: connection refused'),
    },
    {
      what: 'no TLS',
      service,
      slice: slice(true),
      pod: pod('nginx:1.27', 10250),
      reason: at('/check?timeout=10s', 'http: server gave HTTP response to HTTPS client'),
    },
    {
      what: 'it allows',
      service,
      slice: slice(true),
      pod: pod('quay.io/jetstack/cert-manager-webhook:v1.16.0', 10250),
    },
    {
      what: 'outside of the cluster',
      webhook: { clientConfig: { url: 'https://hooks.acme.io/a' } },
      reason:
        'Post "https://hooks.acme.io/a?timeout=10s": dial tcp: lookup hooks.acme.io: no such host',
    },
    {
      what: 'another operation',
      webhook: {
        rules: [
          {
            operations: ['DELETE'],
            apiGroups: [''],
            apiVersions: ['v1'],
            resources: ['configmaps'],
          },
        ],
      },
    },
    {
      what: 'another namespace',
      webhook: { namespaceSelector: { matchLabels: { guarded: 'yes' } } },
    },
    { what: 'another object', webhook: { objectSelector: { matchLabels: { guarded: 'yes' } } } },
    {
      what: 'a condition that is not met',
      webhook: { matchConditions: [{ name: 'a', expression: "object.metadata.name != 'c'" }] },
    },
    {
      what: 'a condition that is met',
      webhook: { matchConditions: [{ name: 'a', expression: "object.metadata.name == 'c'" }] },
      reason: at('/check?timeout=10s', 'service "svc" not found'),
    },
  ])('$what', (given) => {
    expect(refusalIn('validating', given)).toBe(given.reason);
    expect(refusalIn('mutating', given)).toBe(given.reason);
  });

  test('deletions are seen, and the configuration itself can always be taken away', () => {
    const rig = apiServerRig();
    run(rig, 3_000_000);
    const rules = [
      { operations: ['DELETE'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] },
    ];
    ask(rig, { method: 'POST', path: MAPS, body: configBody('c', { a: '1' }) });
    const path = `${ROOT}/validatingwebhookconfigurations`;
    const body = { metadata: { name: 'guards' }, webhooks: [webhook({ rules })] };
    expect(ask(rig, { method: 'POST', path, body }).code).toBe(201);
    run(rig);
    expect(ask(rig, { method: 'DELETE', path: `${MAPS}/c` }).code).toBe(500);
    expect(ask(rig, { method: 'DELETE', path: `${path}/guards` }).code).toBe(200);
    run(rig);
    expect(ask(rig, { method: 'DELETE', path: `${MAPS}/c` }).code).toBe(200);
  });

  test('a rule for one version of a kind is met by another', () => {
    const rules = [
      {
        operations: ['CREATE'],
        apiGroups: ['events.k8s.io'],
        apiVersions: ['v1'],
        resources: ['events'],
      },
    ];
    const rig = apiServerRig();
    run(rig, 3_000_000);
    const path = `${ROOT}/validatingwebhookconfigurations`;
    const event = (name: string): Fields => ({
      metadata: { name },
      involvedObject: { namespace: 'default' },
      reason: 'Test',
      type: 'Normal',
    });
    const events = '/api/v1/namespaces/default/events';
    for (const matchPolicy of ['Exact', 'Equivalent']) {
      const body = {
        metadata: { name: matchPolicy.toLowerCase() },
        webhooks: [webhook({ rules, matchPolicy })],
      };
      expect(ask(rig, { method: 'POST', path, body }).code).toBe(201);
      run(rig);
      const name = matchPolicy.toLowerCase();
      const answer = ask(rig, { method: 'POST', path: events, body: event(name) });
      expect(answer.code).toBe(matchPolicy === 'Exact' ? 201 : 500);
    }
  });
});
