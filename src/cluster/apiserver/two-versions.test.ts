import { describe, expect, test } from 'vitest';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerV1,
} from '../../api/generated/types.ts';
import { apiServerRig, ask, eventsOf, run, send, type ApiServerRig } from './testing.ts';

const path = (version: string, rest = ''): string =>
  `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers${rest}`;

const spec = {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  minReplicas: 1,
  maxReplicas: 3,
};
const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const autoscaler = (version: string, more: object) => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { ...spec, ...more },
});

function apply(rig: ApiServerRig, manager: string, version: string, more: object, force = false) {
  return ask(rig, {
    method: 'PATCH',
    path: path(version, `/web?fieldManager=${manager}&force=${String(force)}`),
    contentType: 'application/apply-patch+yaml',
    body: autoscaler(version, more),
  });
}

function managers(rig: ApiServerRig, version: string): unknown[] {
  const { body } = ask(rig, { method: 'GET', path: path(version, '/web') });
  return ((body as HorizontalPodAutoscaler).metadata.managedFields ?? []).map(
    ({ manager, apiVersion, fieldsV1 }) => [
      manager,
      apiVersion,
      Object.keys((fieldsV1 as Record<string, object>)['f:spec'] ?? {}).sort(),
    ],
  );
}

describe('autoscalers in two versions', () => {
  test('are stored once and watched in both', () => {
    const rig = apiServerRig();
    const older = send(rig, { method: 'GET', path: path('v1', '?watch=1') });
    const newer = send(rig, { method: 'GET', path: path('v2', '?watch=1') });
    run(rig);
    ask(rig, {
      method: 'POST',
      path: path('v1'),
      body: autoscaler('v1', { targetCPUUtilizationPercentage: 60 }),
    });
    run(rig);
    const [first] = eventsOf(rig, older);
    const [second] = eventsOf(rig, newer);
    expect(
      (first?.object as HorizontalPodAutoscalerV1 | undefined)?.spec.targetCPUUtilizationPercentage,
    ).toBe(60);
    expect((second?.object as HorizontalPodAutoscaler | undefined)?.spec.metrics).toEqual([
      cpu(60),
    ]);
    expect(first?.object).toMatchObject({ apiVersion: 'autoscaling/v1' });
    expect(second?.object).toMatchObject({ apiVersion: 'autoscaling/v2' });
  });

  test('each manager owns fields of the version in which he wrote', () => {
    const rig = apiServerRig();
    expect(apply(rig, 'old', 'v1', { targetCPUUtilizationPercentage: 60 }).code).toBe(201);
    expect(apply(rig, 'new', 'v2', {}).code).toBe(200);
    const want = [
      ['new', 'autoscaling/v2', ['f:maxReplicas', 'f:minReplicas', 'f:scaleTargetRef']],
      [
        'old',
        'autoscaling/v1',
        ['f:maxReplicas', 'f:minReplicas', 'f:scaleTargetRef', 'f:targetCPUUtilizationPercentage'],
      ],
    ];
    expect(managers(rig, 'v1')).toEqual(want);
    expect(managers(rig, 'v2')).toEqual(want);
  });

  test('a conflict is with the field as the other manager knows it', () => {
    const rig = apiServerRig();
    apply(rig, 'old', 'v1', { targetCPUUtilizationPercentage: 60 });
    const { code, body } = apply(rig, 'new', 'v2', { metrics: [cpu(70)] });
    expect(code).toBe(409);
    expect((body as { message: string }).message).toBe(
      'Apply failed with 1 conflict: conflict with "old": .spec.targetCPUUtilizationPercentage',
    );
    expect(apply(rig, 'new', 'v2', { metrics: [cpu(70)] }, true).code).toBe(200);
    expect(managers(rig, 'v2')).toEqual([
      [
        'new',
        'autoscaling/v2',
        ['f:maxReplicas', 'f:metrics', 'f:minReplicas', 'f:scaleTargetRef'],
      ],
      ['old', 'autoscaling/v1', ['f:maxReplicas', 'f:minReplicas', 'f:scaleTargetRef']],
    ]);
  });

  test('a plain update takes fields away from those who wrote in another version', () => {
    const rig = apiServerRig();
    apply(rig, 'old', 'v1', { targetCPUUtilizationPercentage: 60 });
    ask(rig, {
      method: 'PATCH',
      path: path('v2', '/web?fieldManager=editor'),
      contentType: 'application/merge-patch+json',
      body: { spec: { metrics: [cpu(90)] } },
    });
    expect(managers(rig, 'v1')).toEqual([
      ['old', 'autoscaling/v1', ['f:maxReplicas', 'f:minReplicas', 'f:scaleTargetRef']],
      ['editor', 'autoscaling/v2', ['f:metrics']],
    ]);
  });

  test('what an applier drops in the other version goes', () => {
    const rig = apiServerRig();
    apply(rig, 'me', 'v1', { targetCPUUtilizationPercentage: 60 });
    expect(apply(rig, 'me', 'v2', { metrics: [cpu(75)] }).code).toBe(200);
    const { body } = ask(rig, { method: 'GET', path: path('v1', '/web') });
    expect((body as HorizontalPodAutoscalerV1).spec.targetCPUUtilizationPercentage).toBe(75);
    expect(managers(rig, 'v1')).toEqual([
      ['me', 'autoscaling/v2', ['f:maxReplicas', 'f:metrics', 'f:minReplicas', 'f:scaleTargetRef']],
    ]);
  });
});
