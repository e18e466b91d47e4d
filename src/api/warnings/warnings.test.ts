import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../generated/types.ts';
import { allKinds } from '../kinds/index.ts';
import { base64OfText } from '../base64.ts';
import { finalizerWarnings } from './objects.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What a new object of a kind, or a changed one, is warned of. */
function warningsOf(kind: string, object: Fields, old?: Fields): readonly string[] {
  const declaration = allKinds.find((each) => each.kind === kind && each.group !== 'extensions');
  if (declaration === undefined) throw new Error(`no kind ${kind}`);
  const made = (fields: Fields) =>
    declaration.defaults({ kind, metadata: { name: 'a' }, ...fields } as KubernetesObject);
  return declaration
    .warnings(made(object), old === undefined ? undefined : made(old))
    .filter((warning) => !warning.startsWith('Kubarium'));
}

const container = { name: 'a', image: 'b' };
const pod = (spec: Fields, annotations?: Fields): Fields => ({
  metadata: { name: 'a', ...(annotations === undefined ? {} : { annotations }) },
  spec: { containers: [container], ...spec },
});
const projected = (...sources: Fields[]): Fields =>
  pod({ volumes: [{ name: 'v', projected: { sources } }] });
const items = (...paths: string[]) => paths.map((path, index) => ({ key: `k${index}`, path }));
const term = { topologyKey: 'kubernetes.io/hostname' };
const NO_POD = 'a null labelSelector results in matching no pod';

describe('Pods', () => {
  test.each<readonly [what: string, fields: Fields, warnings: readonly string[]]>([
    ['nothing', pod({}), []],
    [
      'old labels of nodes',
      pod({
        nodeSelector: { 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                {
                  matchExpressions: [
                    { key: 'failure-domain.beta.kubernetes.io/zone', operator: 'Exists' },
                  ],
                },
              ],
            },
          },
        },
      }),
      [
        'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      ],
    ],
    [
      'terms without a selector',
      pod({
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [term],
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }],
          },
        },
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
        ],
      }),
      [
        `spec.topologySpreadConstraints[0].labelSelector: ${NO_POD}`,
        `spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: ${NO_POD}`,
        `spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector: ${NO_POD}`,
      ],
    ],
    [
      'annotations that became fields',
      pod(
        {},
        {
          'scheduler.alpha.kubernetes.io/critical-pod': '',
          'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
          'container.apparmor.security.beta.kubernetes.io/a': 'unconfined',
        },
      ),
      [
        'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
        'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
        'metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: deprecated since v1.30; use the "appArmorProfile" field instead',
      ],
    ],
    [
      'volumes of old kinds',
      pod({
        volumes: [
          { name: 'g', gitRepo: { repository: 'r' } },
          { name: 'r', rbd: {} },
        ],
      }),
      [
        'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
        'spec.volumes[1].rbd: deprecated in v1.28, non-functional in v1.31+',
      ],
    ],
    [
      'files that hide each other',
      projected(
        { configMap: { name: 'c', items: items('a', 'b/c') } },
        { secret: { name: 's', items: items('b') } },
      ),
      ['volume "v" (Projected Secret "s"): overlapping paths: "b/c" with "b"'],
    ],
    ['an empty source', projected({}), ['volume "v" (Projected) has no sources provided']],
    [
      'lists with the same twice',
      pod({
        hostAliases: [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }],
        imagePullSecrets: [{ name: 's' }, { name: 's' }, {}],
      }),
      [
        'spec.hostAliases[1].ip: duplicate ip "1.1.1.1"',
        'spec.imagePullSecrets[1].name: duplicate name "s"',
        'spec.imagePullSecrets[2].name: invalid empty name ""',
      ],
    ],
    [
      'ports in each other’s way',
      pod({
        containers: [
          { ...container, ports: [{ containerPort: 80 }, { containerPort: 80, hostPort: 80 }] },
          {
            ...container,
            name: 'c',
            ports: [{ containerPort: 80 }, { containerPort: 9, hostIP: '1.2.3.4' }],
          },
        ],
      }),
      [
        'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
        'spec.containers[1].ports[0]: duplicate port definition with spec.containers[0].ports[0]',
        'spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[1]',
        'spec.containers[1].ports[1]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:9 Protocol:TCP HostIP:1.2.3.4}',
      ],
    ],
    [
      'a name with dots',
      { metadata: { name: 'a.b' }, spec: { containers: [container] } },
      [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
      ],
    ],
  ])('%s', (_what, fields, warnings) => {
    expect(warningsOf('Pod', fields)).toEqual(warnings);
  });

  test('a changed Pod is not warned of', () => {
    const old = pod({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } });
    expect(warningsOf('Pod', old, old)).toEqual([]);
  });
});

describe('workloads', () => {
  const template = {
    metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/a': 'x' } },
    spec: { containers: [container], nodeSelector: { 'beta.kubernetes.io/arch': 'arm' } },
  };
  const spec = { selector: { matchLabels: { a: 'b' } }, template };
  const [ofLabel, ofAnnotation] = [
    'spec.nodeSelector[beta.kubernetes.io/arch]: deprecated since v1.14; use "kubernetes.io/arch" instead',
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/a]: deprecated since v1.30; use the "appArmorProfile" field instead',
  ];
  const inTemplate = [`spec.template.${ofLabel}`, `spec.template.${ofAnnotation}`];

  test.each(['Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet', 'Job'])('%s', (kind) => {
    expect(warningsOf(kind, { spec })).toEqual(inTemplate);
  });

  test('CronJob', () => {
    const cron = { spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } };
    expect(warningsOf('CronJob', cron)).toEqual(
      inTemplate.map((each) => each.replace('spec.', 'spec.jobTemplate.spec.')),
    );
  });

  test('only a change of the spec is warned of again', () => {
    const at = (generation: number) => ({ metadata: { name: 'a', generation }, spec });
    expect(warningsOf('Deployment', at(1), at(1))).toEqual([]);
    expect(warningsOf('Deployment', at(2), at(1))).toEqual(inTemplate);
  });

  test.each(['Deployment', 'ReplicaSet', 'Job'])(
    'the name of a %s begins those of Pods',
    (kind) => {
      const named = {
        metadata: { name: 'v1.2' },
        spec: { ...spec, template: { spec: { containers: [container] } } },
      };
      expect(warningsOf(kind, named)).toEqual([
        'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]',
      ]);
    },
  );

  test('claims of a StatefulSet, and a negative history', () => {
    const claim = {
      metadata: { name: 'c' },
      spec: { resources: { requests: { storage: '100m' } } },
    };
    const set = {
      spec: {
        selector: {},
        template: { spec: { containers: [container] } },
        volumeClaimTemplates: [claim],
        revisionHistoryLimit: -1,
      },
    };
    expect(warningsOf('StatefulSet', set)).toEqual([
      'spec.volumeClaimTemplates[0].Spec.resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer',
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    ]);
  });
});

describe('other objects', () => {
  const PEM = (type: string) =>
    base64OfText(`-----BEGIN ${type}-----\nAAAA\n-----END ${type}-----\n`);
  const tls = (crt: string, key: string): Fields => ({
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': crt, 'tls.key': key },
  });

  test.each<readonly [kind: string, fields: Fields, warnings: readonly string[]]>([
    [
      'Ingress',
      {
        metadata: { name: 'a', annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
        spec: {},
      },
      [
        `annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`,
      ],
    ],
    [
      'Service',
      { spec: { clusterIP: 'None', sessionAffinity: 'ClientIP', externalIPs: ['1.1.1.1'] } },
      [
        'spec.externalIPs is ignored for headless services',
        'spec.SessionAffinity is ignored for headless services',
      ],
    ],
    [
      'Service',
      { spec: { type: 'ExternalName', externalName: 'a.b', externalIPs: ['1.1.1.1'] } },
      ['spec.externalIPs is ignored when spec.type is "ExternalName"'],
    ],
    [
      'Service',
      { spec: { externalName: 'a.b', loadBalancerSourceRanges: ['10.0.0.0/8', '10.1.0.0/8'] } },
      [
        'spec.loadBalancerSourceRanges[1]: CIDR value "10.1.0.0/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.0.0/32"?)',
        'spec.externalName is ignored when spec.type is not "ExternalName"',
      ],
    ],
    [
      'PersistentVolumeClaim',
      {
        metadata: { name: 'a', annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } },
        spec: { resources: { requests: { storage: '1500m' } } },
      },
      [
        'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
        'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
      ],
    ],
    [
      'PersistentVolume',
      {
        spec: {
          persistentVolumeReclaimPolicy: 'Recycle',
          glusterfs: { endpoints: 'e', path: 'p' },
        },
      },
      [
        'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+',
      ],
    ],
    [
      'NetworkPolicy',
      {
        spec: {
          podSelector: {},
          egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.2.3/24'] } }] }],
        },
      },
      [
        'spec.egress[0].to[0].ipBlock.except[0]: CIDR value "10.1.2.3/24" is ambiguous in this context (should be "10.1.2.0/24" or "10.1.2.3/32"?)',
      ],
    ],
    ['Secret', tls(PEM('CERTIFICATE'), PEM('EC PRIVATE KEY')), []],
    [
      'Secret',
      tls(base64OfText('x'), ''),
      ['tls: failed to find any PEM data in certificate input'],
    ],
    [
      'Secret',
      tls(PEM('CERTIFICATE'), base64OfText('x')),
      ['tls: failed to find any PEM data in key input'],
    ],
    [
      'Secret',
      tls(PEM('RSA PRIVATE KEY'), PEM('CERTIFICATE')),
      [
        'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
      ],
    ],
  ])('%s', (kind, fields, warnings) => {
    expect(warningsOf(kind, fields)).toEqual(warnings);
  });

  test('finalizers of custom objects', () => {
    const named = (...finalizers: string[]) => ({ name: 'a', finalizers });
    expect(finalizerWarnings(named('x', 'a.b/c', 'orphan'), undefined)).toEqual([
      'metadata.finalizers: "x": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers',
    ]);
    expect(finalizerWarnings(named('x', 'y'), named('x'))).toHaveLength(1);
  });
});
