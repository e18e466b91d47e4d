import { describe, expect, test } from 'vitest';
import { type FieldError, fieldErrorMessage } from '../field-errors.ts';
import type {
  CronJob,
  DaemonSet,
  HorizontalPodAutoscaler,
  Job,
  JobSpec,
  LimitRange,
  PersistentVolumeClaim,
  PodTemplateSpec,
  StatefulSet,
} from '../generated/types.ts';
import { cronJobKind } from './cron-job.ts';
import { daemonSetKind } from './daemon-set.ts';
import { horizontalPodAutoscalerKind } from './horizontal-pod-autoscaler.ts';
import { jobKind } from './job.ts';
import { limitRangeKind } from './limit-range.ts';
import { persistentVolumeClaimKind } from './persistent-volume-claim.ts';
import { statefulSetKind } from './stateful-set.ts';

const messages = (errors: readonly FieldError[]): string[] => errors.map(fieldErrorMessage);
const metadata = { name: 'x', namespace: 'default', uid: 'u-1', resourceVersion: '1' };
const template: PodTemplateSpec = {
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'app', image: 'nginx' }] },
};
const selector = { matchLabels: { app: 'x' } };

describe('jobs', () => {
  const jobOf = (spec: Partial<JobSpec> = {}): Job =>
    jobKind.prepareForCreate(
      jobKind.defaults({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata,
        spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } }, ...spec },
      }),
    );
  const changed = (job: Job, spec: Partial<JobSpec>): Job =>
    jobKind.prepareForUpdate({ ...job, spec: { ...job.spec, ...spec } }, job);

  test('the selector is made of the uid, and its labels are on the pods', () => {
    const job = jobOf();
    expect(job.spec.selector).toEqual({
      matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' },
    });
    expect(job.spec.template.metadata?.labels).toMatchObject({
      'job-name': 'x',
      'batch.kubernetes.io/job-name': 'x',
    });
    expect(jobKind.validate(job)).toEqual([]);
  });

  test('a job without labels has those of its template, also the generated ones', () => {
    expect(jobOf().metadata.labels).toEqual({
      'batch.kubernetes.io/controller-uid': 'u-1',
      'controller-uid': 'u-1',
      'batch.kubernetes.io/job-name': 'x',
      'job-name': 'x',
    });
    const own = { template: { ...template, metadata: { labels: { a: 'b' } } } };
    expect(jobOf(own).metadata.labels).toEqual({ a: 'b' });
  });

  test('one completion unless said otherwise; a queue has none', () => {
    expect(jobOf().spec).toMatchObject({ completions: 1, parallelism: 1, backoffLimit: 6 });
    const queue = jobOf({ parallelism: 3 });
    expect(queue.spec.completions).toBeUndefined();
    expect(queue.spec.parallelism).toBe(3);
  });

  test('completions are fixed, unless an indexed job grows as a whole', () => {
    const plain = jobOf({ completions: 2 });
    expect(messages(jobKind.validateUpdate(changed(plain, { completions: 3 }), plain))).toEqual([
      'spec.completions: Invalid value: 3: field is immutable',
    ]);
    const indexed = jobOf({ completionMode: 'Indexed', completions: 2, parallelism: 2 });
    const grown = changed(indexed, { completions: 3, parallelism: 3 });
    expect(jobKind.validateUpdate(grown, indexed)).toEqual([]);
    const uneven = changed(indexed, { completions: 3 });
    expect(messages(jobKind.validateUpdate(uneven, indexed))).toEqual([
      'spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism',
    ]);
  });

  test('the template is fixed; where its pods may run is open until a suspended job starts', () => {
    const placed = (job: Job): Partial<JobSpec> => ({
      template: {
        ...job.spec.template,
        spec: { ...job.spec.template.spec, nodeSelector: { disk: 'ssd' } },
      },
    });
    const running = jobOf();
    expect(
      jobKind.validateUpdate(changed(running, placed(running)), running).map((each) => each.field),
    ).toEqual(['spec.template']);
    const suspended = jobOf({ suspend: true });
    expect(jobKind.validateUpdate(changed(suspended, placed(suspended)), suspended)).toEqual([]);
    const image = {
      template: {
        ...suspended.spec.template,
        spec: { ...suspended.spec.template.spec, containers: [{ name: 'app', image: 'other' }] },
      },
    };
    expect(jobKind.validateUpdate(changed(suspended, image), suspended)).not.toEqual([]);
  });
});

describe('cron jobs', () => {
  const cronJobOf = (spec: Partial<CronJob['spec']>): CronJob =>
    cronJobKind.defaults({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: '*/5 * * * *',
        jobTemplate: {
          spec: { template: { spec: { ...template.spec, restartPolicy: 'OnFailure' } } },
        },
        ...spec,
      },
    });

  test('defaults reach down to the containers', () => {
    const { spec } = cronJobOf({});
    expect(spec).toMatchObject({ concurrencyPolicy: 'Allow', successfulJobsHistoryLimit: 3 });
    expect(spec.jobTemplate.spec.backoffLimit).toBe(6);
    expect(spec.jobTemplate.spec.template.spec.containers[0]).toMatchObject({
      imagePullPolicy: 'Always',
    });
    expect(cronJobKind.validate(cronJobOf({}))).toEqual([]);
  });

  test.each([
    ['a time zone in the schedule', { schedule: 'TZ=UTC 0 * * * *' }, 'spec.schedule'],
    ['four fields', { schedule: '* * * *' }, 'spec.schedule'],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }, 'spec.timeZone'],
    ['the local time zone', { timeZone: 'Local' }, 'spec.timeZone'],
  ])('%s is refused', (_, spec, field) => {
    expect(cronJobKind.validate(cronJobOf(spec)).map((each) => each.field)).toContain(field);
  });
});

describe('stateful sets', () => {
  const setOf = (spec: Partial<StatefulSet['spec']> = {}): StatefulSet =>
    statefulSetKind.prepareForCreate(
      statefulSetKind.defaults({
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata,
        spec: { selector, serviceName: 'x', template, ...spec },
      }),
    );

  test('defaults', () => {
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: {} } as const;
    const set = setOf({ volumeClaimTemplates: [{ ...claim, metadata: { name: 'data' } }] });
    expect(set.spec).toMatchObject({
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    });
    expect(set.spec.volumeClaimTemplates?.[0]).toMatchObject({
      spec: { volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    });
    expect(statefulSetKind.validate(set)).toEqual([]);
  });

  test('the template may change and the service may not', () => {
    const set = setOf();
    const after = (spec: Partial<StatefulSet['spec']>): string[] =>
      messages(statefulSetKind.validateUpdate({ ...set, spec: { ...set.spec, ...spec } }, set));
    expect(after({ replicas: 3, minReadySeconds: 5 })).toEqual([]);
    expect(after({ serviceName: 'y' })).toEqual([
      expect.stringContaining('spec: Forbidden: updates to statefulset spec for fields other than'),
    ]);
  });
});

describe('daemon sets', () => {
  const setOf = (rollingUpdate: object): DaemonSet =>
    daemonSetKind.defaults({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: { selector, template, updateStrategy: { rollingUpdate } },
    });

  test.each([
    ['one at a time', {}, []],
    [
      'neither fewer nor more',
      { maxUnavailable: 0 },
      [
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
      ],
    ],
    [
      'fewer and more',
      { maxSurge: '10%' },
      [
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: "10%": may not be set when maxUnavailable is non-zero',
      ],
    ],
  ])('a rolling update of %s', (_, rollingUpdate, expected) => {
    expect(messages(daemonSetKind.validate(setOf(rollingUpdate)))).toEqual(expected);
  });
});

describe('limit ranges', () => {
  const rangeOf = (item: Omit<LimitRange['spec']['limits'][number], 'type'>): LimitRange =>
    limitRangeKind.defaults({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata,
      spec: { limits: [{ type: 'Container', ...item }] },
    });

  test('the default request is the default limit, which is the maximum', () => {
    expect(rangeOf({ max: { cpu: '2' } }).spec.limits[0]).toMatchObject({
      default: { cpu: '2' },
      defaultRequest: { cpu: '2' },
    });
  });

  test('a minimum above the maximum is refused', () => {
    const errors = limitRangeKind.validate(rangeOf({ min: { cpu: '3' }, max: { cpu: '2' } }));
    expect(messages(errors).join()).toContain('min value 3 is greater than max value 2');
  });
});

describe('claims', () => {
  const claimOf = (storage: string): PersistentVolumeClaim =>
    persistentVolumeClaimKind.defaults({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata,
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
  const bound = (claim: PersistentVolumeClaim): PersistentVolumeClaim => ({
    ...claim,
    status: { phase: 'Bound', capacity: { storage: '1Gi' } },
  });

  test('a bound claim may grow, and not shrink below what it has', () => {
    const claim = bound(claimOf('1Gi'));
    const resized = (storage: string) =>
      persistentVolumeClaimKind.validateUpdate(bound(claimOf(storage)), claim);
    expect(resized('2Gi')).toEqual([]);
    expect(messages(resized('512Mi'))).toEqual([
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ]);
  });

  test('a claim that waits is fixed', () => {
    const errors = persistentVolumeClaimKind.validateUpdate(claimOf('2Gi'), claimOf('1Gi'));
    expect(messages(errors)[0]).toContain('spec: Forbidden: spec is immutable after creation');
  });
});

describe('autoscalers', () => {
  const autoscalerOf = (spec: Partial<HorizontalPodAutoscaler['spec']>): HorizontalPodAutoscaler =>
    horizontalPodAutoscalerKind.defaults({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: { maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'web' }, ...spec },
    });

  test('without metrics, cpu at eighty percent', () => {
    const autoscaler = autoscalerOf({});
    expect(autoscaler.spec.minReplicas).toBe(1);
    expect(autoscaler.spec.metrics?.[0]?.resource).toEqual({
      name: 'cpu',
      target: { type: 'Utilization', averageUtilization: 80 },
    });
    expect(horizontalPodAutoscalerKind.validate(autoscaler)).toEqual([]);
  });

  test('a minimum above the maximum is refused', () => {
    expect(
      messages(horizontalPodAutoscalerKind.validate(autoscalerOf({ minReplicas: 9 }))),
    ).toEqual([
      'spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`',
    ]);
  });
});
