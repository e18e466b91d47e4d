import { describe, expect, test } from 'vitest';
import type {
  Deployment,
  KubernetesObject,
  Lease,
  ManagedFieldsEntry,
  Pod,
  Service,
} from '../generated/types.ts';
import { structSchema } from '../schema/lookup.ts';
import { type FieldWriter, trackCreate, trackUpdate } from './track.ts';

function writer(manager: string, apiVersion: string, time = 0, subresource = ''): FieldWriter {
  return {
    manager,
    apiVersion,
    subresource,
    now: `2026-01-01T00:00:${String(time).padStart(2, '0')}Z`,
  };
}

function entriesOf(object: KubernetesObject): readonly ManagedFieldsEntry[] {
  return object.metadata.managedFields ?? [];
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  return value;
}

const deploymentSchema = structSchema('Deployment');
const deployment: Deployment = frozen({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'nginx', namespace: 'default', labels: { app: 'nginx' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'nginx' } },
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: {
      metadata: { labels: { app: 'nginx' } },
      spec: {
        containers: [
          {
            name: 'nginx',
            image: 'nginx',
            imagePullPolicy: 'Always',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
          },
        ],
        dnsPolicy: 'ClusterFirst',
        restartPolicy: 'Always',
        schedulerName: 'default-scheduler',
        securityContext: {},
        terminationGracePeriodSeconds: 30,
      },
    },
  },
  status: {},
});

describe('create', () => {
  test('a Deployment’s fields are listed as a real API server lists them', () => {
    const created = trackCreate(deployment, deploymentSchema, writer('kubectl-create', 'apps/v1'));
    expect(entriesOf(created)).toEqual([
      {
        manager: 'kubectl-create',
        operation: 'Update',
        apiVersion: 'apps/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:progressDeadlineSeconds': {},
            'f:replicas': {},
            'f:revisionHistoryLimit': {},
            'f:selector': {},
            'f:strategy': {
              'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} },
              'f:type': {},
            },
            'f:template': {
              'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
              'f:spec': {
                'f:containers': {
                  'k:{"name":"nginx"}': {
                    '.': {},
                    'f:image': {},
                    'f:imagePullPolicy': {},
                    'f:name': {},
                    'f:resources': {},
                    'f:terminationMessagePath': {},
                    'f:terminationMessagePolicy': {},
                  },
                },
                'f:dnsPolicy': {},
                'f:restartPolicy': {},
                'f:schedulerName': {},
                'f:securityContext': {},
                'f:terminationGracePeriodSeconds': {},
              },
            },
          },
        },
      },
    ]);
  });

  test('list-map keys with a default, and atomic maps', () => {
    const service: Service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's' },
      spec: { selector: { a: 'b' }, ports: [{ port: 80, targetPort: 'http' }], type: 'ClusterIP' },
    };
    const created = trackCreate(service, structSchema('Service'), writer('', 'v1'));
    expect(entriesOf(created)).toMatchObject([
      {
        manager: 'unknown',
        fieldsV1: {
          'f:spec': {
            'f:ports': {
              '.': {},
              'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:targetPort': {} },
            },
            'f:selector': {},
            'f:type': {},
          },
        },
      },
    ]);
  });

  test('pods from one template share their field sets', () => {
    const pod = (name: string): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: name } },
      spec: deployment.spec.template.spec,
    });
    const [a, b] = ['a', 'b'].map((name) =>
      trackCreate(pod(name), structSchema('Pod'), writer('kube-controller-manager', 'v1')),
    );
    expect(entriesOf(a as Pod)[0]?.fieldsV1).toBe(entriesOf(b as Pod)[0]?.fieldsV1);
  });
});

describe('update', () => {
  const created = frozen(
    trackCreate(deployment, deploymentSchema, writer('kubectl-create', 'apps/v1')),
  );
  const scaled = (object: Deployment, replicas: number): Deployment => ({
    ...object,
    spec: { ...object.spec, replicas },
  });

  test('the writer takes over what it changed', () => {
    const next = frozen(
      trackUpdate(
        created,
        scaled(created, 3),
        deploymentSchema,
        writer('kubectl-scale', 'apps/v1', 5),
      ),
    );
    const [first, second] = entriesOf(next);
    expect(first?.fieldsV1).not.toHaveProperty(['f:spec', 'f:replicas']);
    expect(first).toMatchObject({ manager: 'kubectl-create', time: '2026-01-01T00:00:00Z' });
    expect(second).toMatchObject({
      manager: 'kubectl-scale',
      time: '2026-01-01T00:00:05Z',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    });
  });

  test('a change of one’s own fields changes the time alone', () => {
    const next = trackUpdate(
      created,
      scaled(created, 3),
      deploymentSchema,
      writer('kubectl-create', 'apps/v1', 5),
    );
    expect(entriesOf(next)).toHaveLength(1);
    expect(entriesOf(next)[0]?.fieldsV1).toBe(entriesOf(created)[0]?.fieldsV1);
    expect(entriesOf(next)[0]?.time).toBe('2026-01-01T00:00:05Z');
    const again = trackUpdate(
      next,
      scaled(next, 4),
      deploymentSchema,
      writer('kubectl-create', 'apps/v1', 5),
    );
    expect(entriesOf(again)[0]).toBe(entriesOf(next)[0]);
  });

  test('nothing changed, nothing written', () => {
    const same = { ...created, metadata: { ...created.metadata, resourceVersion: '7' } };
    expect(trackUpdate(created, same, deploymentSchema, writer('x', 'apps/v1', 5))).toBe(same);
  });

  test('removed fields lose all their owners, and an owner of nothing is gone', () => {
    const labelled = {
      ...created,
      metadata: { ...created.metadata, labels: { app: 'nginx', x: 'y' } },
    };
    const first = frozen(
      trackUpdate(created, labelled, deploymentSchema, writer('kubectl-label', 'apps/v1', 1)),
    );
    expect(entriesOf(first).map((entry) => entry.manager)).toEqual([
      'kubectl-create',
      'kubectl-label',
    ]);
    const bare = { ...first, metadata: { ...first.metadata, labels: { app: 'nginx' } } };
    const second = trackUpdate(
      first,
      bare,
      deploymentSchema,
      writer('kubectl-label', 'apps/v1', 2),
    );
    expect(entriesOf(second).map((entry) => entry.manager)).toEqual(['kubectl-create']);
  });

  test('the status is another entry, with its subresource', () => {
    const status = {
      observedGeneration: 1,
      replicas: 1,
      conditions: [{ type: 'Available', status: 'True' }],
    };
    const next = frozen(
      trackUpdate(
        created,
        { ...created, status },
        deploymentSchema,
        writer('kube-controller-manager', 'apps/v1', 1, 'status'),
      ),
    );
    expect(entriesOf(next)[1]).toMatchObject({
      manager: 'kube-controller-manager',
      subresource: 'status',
      fieldsV1: {
        'f:status': {
          'f:conditions': {
            '.': {},
            'k:{"type":"Available"}': { '.': {}, 'f:status': {}, 'f:type': {} },
          },
          'f:observedGeneration': {},
          'f:replicas': {},
        },
      },
    });
    // A status sent to the object itself is not written there, so nobody comes to own it.
    const sent = trackUpdate(
      next,
      { ...next, status: { replicas: 9 } },
      deploymentSchema,
      writer('x', 'apps/v1', 2),
    );
    expect(entriesOf(sent)).toEqual(entriesOf(next));
  });

  test('a client that forgets managedFields deletes nothing; an empty list does', () => {
    const { managedFields: _, ...metadata } = created.metadata;
    const forgetful = trackUpdate(
      created,
      { ...created, metadata },
      deploymentSchema,
      writer('x', 'apps/v1'),
    );
    expect(entriesOf(forgetful)).toEqual(entriesOf(created));
    const reset = { ...created, metadata: { ...metadata, managedFields: [] } };
    expect(
      trackUpdate(created, reset, deploymentSchema, writer('x', 'apps/v1')).metadata.managedFields,
    ).toBeUndefined();
    const broken = {
      ...created,
      metadata: {
        ...metadata,
        managedFields: [{ manager: 'm', operation: 'Update', fieldsV1: { a: 1 } }],
      },
    };
    expect(
      entriesOf(trackUpdate(created, broken, deploymentSchema, writer('x', 'apps/v1'))),
    ).toEqual(entriesOf(created));
  });

  test('an object without managers is not tracked', () => {
    const next = scaled(deployment, 2);
    expect(trackUpdate(deployment, next, deploymentSchema, writer('x', 'apps/v1'))).toBe(next);
  });

  test('more than ten updaters: the oldest are joined', () => {
    let object: Deployment = created;
    for (let i = 0; i < 14; i += 1) {
      const labels = { ...object.metadata.labels, [`l${i}`]: 'x' };
      const next = { ...object, metadata: { ...object.metadata, labels } };
      object = trackUpdate(object, next, deploymentSchema, writer(`m${i}`, 'apps/v1', i + 1));
    }
    const managers = entriesOf(object).map((entry) => entry.manager);
    expect(managers).toHaveLength(10);
    expect(managers[0]).toBe('ancient-changes');
  });
});

describe('the frequent writes', () => {
  test('a lease renewal keeps the set and shares it', () => {
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'n' },
      spec: {
        holderIdentity: 'n',
        leaseDurationSeconds: 40,
        renewTime: '2026-01-01T00:00:00.000000Z',
      },
    };
    const schema = structSchema('Lease');
    const kubelet = (time: number): FieldWriter =>
      writer('kubelet', 'coordination.k8s.io/v1', time);
    const created = frozen(trackCreate(lease, schema, kubelet(0)));
    const renewed = {
      ...created,
      spec: { ...created.spec, renewTime: '2026-01-01T00:00:10.000000Z' },
    };
    const next = trackUpdate(created, renewed, schema, kubelet(10));
    expect(entriesOf(next)).toEqual([{ ...entriesOf(created)[0], time: '2026-01-01T00:00:10Z' }]);
    expect(entriesOf(next)[0]?.fieldsV1).toBe(entriesOf(created)[0]?.fieldsV1);
  });
});
