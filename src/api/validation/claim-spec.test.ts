import { describe, expect, test } from 'vitest';
import { fieldErrorMessage } from '../field-errors.ts';
import type {
  ObjectMeta,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  Pod,
  PodTemplateSpec,
} from '../generated/types.ts';
import { deploymentKind } from '../kinds/deployment.ts';
import { persistentVolumeClaimKind } from '../kinds/persistent-volume-claim.ts';
import { podKind } from '../kinds/pod.ts';

const spec: PersistentVolumeClaimSpec = {
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
};

function specWith(template: PersistentVolumeClaimTemplate | undefined): Pod['spec'] {
  const ephemeral = template === undefined ? {} : { volumeClaimTemplate: template };
  return { containers: [{ name: 'a', image: 'b' }], volumes: [{ name: 'scratch', ephemeral }] };
}

function podWith(template: PersistentVolumeClaimTemplate | undefined, name = 'web'): Pod {
  return podKind.defaults({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: specWith(template),
  });
}

const problems = (pod: Pod): readonly string[] => podKind.validate(pod).map(fieldErrorMessage);

const TEMPLATE = 'spec.volumes[0].ephemeral.volumeClaimTemplate';

describe('the template of an ephemeral volume', () => {
  test('is a template of a file system, where nothing else is said', () => {
    const [volume] = podWith({ spec }).spec.volumes ?? [];
    expect(volume?.ephemeral?.volumeClaimTemplate?.spec.volumeMode).toBe('Filesystem');
  });

  const long = `a${'b'.repeat(62)}`;
  test.each<[string, PersistentVolumeClaimTemplate | undefined, readonly string[]]>([
    ['is enough', { spec }, []],
    [
      'may have labels and annotations',
      { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec },
      [],
    ],
    ['must be there', undefined, [`${TEMPLATE}: Required value`]],
    [
      'must have a specification',
      {} as PersistentVolumeClaimTemplate, // As a reader lets it through.
      [
        `${TEMPLATE}.spec.accessModes: Required value: at least 1 access mode is required`,
        `${TEMPLATE}.spec.resources[storage]: Required value`,
      ],
    ],
    [
      'has no other metadata',
      { metadata: { name: 'x', uid: 'y', finalizers: [], labels: { a: '!' } } as ObjectMeta, spec },
      [
        `${TEMPLATE}.metadata.labels: Invalid value: "!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
        `${TEMPLATE}.metadata.name: Forbidden: cannot be set`,
        `${TEMPLATE}.metadata.uID: Forbidden: cannot be set`,
        `${TEMPLATE}.metadata.finalizers: Forbidden: cannot be set`,
      ],
    ],
    [
      'names a class as classes are named',
      { spec: { ...spec, storageClassName: long.repeat(5) } },
      [
        `${TEMPLATE}.spec.storageClassName: Invalid value: "${long.repeat(5)}": must be no more than 253 characters`,
      ],
    ],
  ])('%s', (_, template, expected) => {
    expect(problems(podWith(template))).toEqual(expected);
  });

  test('names of Pod and volume make a name for the claim: asked of each Pod, not of templates', () => {
    const name = 'p'.repeat(250);
    const pod = podWith({ spec }, name);
    expect(problems(podWith({ spec }))).toEqual([]);
    // The very same specification that was found valid before.
    const renamed = { ...podWith({ spec }), metadata: { ...pod.metadata, name } };
    const refusal = `spec.volumes[0].name: Invalid value: "scratch": PVC name "${name}-scratch": must be no more than 253 characters`;
    expect(problems(pod)).toEqual([refusal]);
    expect(problems(renamed)).toEqual([refusal]);
    const template: PodTemplateSpec = {
      metadata: { labels: { a: 'b' } },
      spec: specWith({ spec }),
    };
    const deployment = deploymentKind.defaults({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd'.repeat(250), namespace: 'default' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    expect(deploymentKind.validate(deployment)).toEqual([]);
  });
});

describe('what fills the volume of a claim', () => {
  const claim = { kind: 'PersistentVolumeClaim', name: 'other' };
  const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
  test.each<[string, Partial<PersistentVolumeClaimSpec>, readonly string[]]>([
    ['another claim', { dataSource: claim }, []],
    ['a snapshot, said twice', { dataSource: snapshot, dataSourceRef: snapshot }, []],
    [
      'something of no group',
      { dataSource: { kind: 'Secret', name: '' } },
      [
        'spec.dataSource.name: Required value',
        `spec.dataSource: Invalid value: "Secret": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
      ],
    ],
    [
      'two things',
      { dataSource: claim, dataSourceRef: snapshot },
      ['spec: Invalid value: {}: must match dataSourceRef'],
    ],
    [
      'something elsewhere, and here',
      { dataSource: claim, dataSourceRef: { ...claim, namespace: 'x' } },
      ['spec: Invalid value: {}: may not be specified when dataSourceRef.namespace is specified'],
    ],
  ])('%s', (_, more, expected) => {
    const errors = persistentVolumeClaimKind.validate({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c', namespace: 'default' },
      spec: { ...spec, ...more },
    });
    expect(errors.map(fieldErrorMessage)).toEqual(expected);
  });
});
