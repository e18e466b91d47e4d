import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../api/manifest/parse.ts';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { SECOND } from '../../kernel/time.ts';
import { createDriver, untilNodesReady, type Driver } from '../headless/drive.ts';
import { createSession } from '../session.ts';

/** metrics-server from its own manifests: the resource metrics API behind the API server, with what kubelets measure. */
const folder = new URL(
  '../../../../shared/manifests/metrics-server/manifests/base/',
  import.meta.url,
);

interface Sketch {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const PLURALS: Readonly<Record<string, string>> = {
  APIService: 'apiservices',
  Deployment: 'deployments',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  RoleBinding: 'rolebindings',
};

function installMetricsServer(driver: Driver): void {
  for (const file of ['rbac', 'service', 'deployment', 'apiservice']) {
    const text = readFileSync(new URL(`${file}.yaml`, folder), 'utf8');
    for (const { value } of parseManifest(text).documents) {
      const given = value as Sketch | undefined;
      if (given === undefined) continue;
      // The kustomization gives everything this label.
      const labels = { 'k8s-app': 'metrics-server' };
      const object = labelled(given, labels);
      const { apiVersion, kind, metadata } = given;
      const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const where = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
      const path = `${root}${where}/${PLURALS[kind] ?? ''}`;
      const { code, body } = driver.request({ method: 'POST', path, body: object });
      expect(code, `${path} ${JSON.stringify(body)}`).toBe(201);
    }
  }
}

function labelled(given: Sketch, labels: object): unknown {
  const object = structuredClone(given) as unknown as {
    kind: string;
    metadata: { labels?: object };
    spec: { selector?: unknown; template: { metadata?: object } };
  };
  object.metadata.labels = labels;
  if (object.kind === 'Deployment') {
    object.spec.selector = { matchLabels: labels };
    object.spec.template.metadata = { labels };
  } else if (object.kind === 'Service') object.spec.selector = labels;
  return object;
}

describe.skipIf(!existsSync(folder))('metrics-server', () => {
  test('without it the group is not there; with it nodes and Pods have figures', () => {
    const driver = createDriver(createSession(createCluster(defaultSetUp({ nodes: 2 }))));
    expect(untilNodesReady(driver, 2)).toBe(true);
    const get = (path: string) => driver.request({ method: 'GET', path });
    const groups = (): string => JSON.stringify(get('/apis').body);
    const nodes = '/apis/metrics.k8s.io/v1beta1/nodes';
    expect(groups()).not.toContain('metrics.k8s.io');
    expect(get(nodes).code).toBe(404);
    installMetricsServer(driver);
    driver.run(SECOND);
    const service = '/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io';
    expect(get(service).body).toMatchObject({
      status: {
        conditions: [
          {
            type: 'Available',
            status: 'False',
            reason: 'MissingEndpoints',
            message:
              'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"',
          },
        ],
      },
    });
    expect(get(nodes)).toMatchObject({ code: 503, body: { message: 'service unavailable' } });
    driver.run(90 * SECOND);
    expect(get(service).body).toMatchObject({
      status: { conditions: [{ type: 'Available', status: 'True', message: 'all checks passed' }] },
    });
    expect(groups()).toContain('metrics.k8s.io');
    expect(get(nodes).body).toMatchObject({
      kind: 'NodeMetricsList',
      items: [
        { metadata: { name: 'cp-1' }, window: '15.000s' },
        { metadata: { name: 'node-1' }, usage: { cpu: expect.stringMatching(/^\d+n$/) as string } },
        { metadata: { name: 'node-2' } },
      ],
    });
    const pods = '/apis/metrics.k8s.io/v1beta1/namespaces/kube-system/pods';
    const { items } = get(`${pods}?labelSelector=component%3Detcd`).body as {
      items: readonly unknown[];
    };
    expect(items).toMatchObject([
      { metadata: { name: 'etcd-cp-1' }, containers: [{ name: 'etcd' }] },
    ]);
    expect(get(`${pods}/nothere`).code).toBe(404);
  });
});
