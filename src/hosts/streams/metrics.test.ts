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

  test('an autoscaler follows them: up at once, down after five minutes', () => {
    const driver = createDriver(createSession(createCluster(defaultSetUp({ nodes: 2 }))));
    expect(untilNodesReady(driver, 2)).toBe(true);
    const get = (path: string) => driver.request({ method: 'GET', path }).body;
    const apps = '/apis/apps/v1/namespaces/default/deployments';
    const autoscalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
    // It burns a core for five minutes, and no more than its limit.
    const script = 'stress --cpu 1 --timeout 300s; sleep infinity';
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'web',
                image: 'polinux/stress:1.0.4',
                command: ['sh', '-c', script],
                resources: { requests: { cpu: '200m' }, limits: { cpu: '300m' } },
              },
            ],
          },
        },
      },
    };
    const autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 5,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
    };
    driver.request({ method: 'POST', path: apps, body: deployment });
    driver.request({ method: 'POST', path: autoscalers, body: autoscaler });
    driver.run(20 * SECOND);
    expect(get(`${autoscalers}/web`)).toMatchObject({
      status: {
        conditions: [
          { type: 'AbleToScale', status: 'True', reason: 'SucceededGetScale' },
          {
            type: 'ScalingActive',
            status: 'False',
            reason: 'FailedGetResourceMetric',
            message:
              'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
          },
        ],
      },
    });
    installMetricsServer(driver);
    driver.run(130 * SECOND);
    expect(get(`${apps}/web`)).toMatchObject({ spec: { replicas: 5 } });
    expect(get(`${autoscalers}/web`)).toMatchObject({
      status: {
        currentReplicas: 5,
        currentMetrics: [{ resource: { name: 'cpu', current: { averageUtilization: 150 } } }],
        conditions: [
          { type: 'AbleToScale' },
          { type: 'ScalingActive', reason: 'ValidMetricFound' },
          { type: 'ScalingLimited', status: 'True', reason: 'TooManyReplicas' },
        ],
      },
    });
    expect(JSON.stringify(get('/api/v1/namespaces/default/events'))).toContain(
      'New size: 3; reason: cpu resource utilization (percentage of request) above target',
    );
    driver.run(300 * SECOND);
    expect(get(`${apps}/web`)).toMatchObject({ spec: { replicas: 5 } });
    driver.run(500 * SECOND);
    expect(get(`${apps}/web`)).toMatchObject({ spec: { replicas: 1 } });
  });
});
