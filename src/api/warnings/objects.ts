import type {
  Ingress,
  NetworkPolicy,
  ObjectMeta,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
  Secret,
  Service,
  StatefulSet,
} from '../generated/types.ts';
import { addCidrWarnings } from './addresses.ts';
import { addNodeTermWarnings } from './node-labels.ts';
import { tlsPairProblem } from './tls-pair.ts';
import { addClaimSpecWarnings } from './volumes.ts';
import { workloadWarnings } from './workloads.ts';

/** What the API server warns of in objects that are no Pods (upstream: the registries' strategies and pkg/api). */

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const STORAGE_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const HINTS_ANNOTATION = 'service.kubernetes.io/topology-aware-hints';

function hasAnnotation({ annotations }: ObjectMeta, key: string): boolean {
  return annotations !== undefined && Object.hasOwn(annotations, key);
}

/** Only a new Ingress is warned of. */
export function ingressWarnings(
  { metadata, spec }: Ingress,
  old: Ingress | undefined,
): readonly string[] {
  const isOld =
    old !== undefined ||
    spec?.ingressClassName !== undefined ||
    !hasAnnotation(metadata, CLASS_ANNOTATION);
  return isOld
    ? []
    : [
        `annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`,
      ];
}

export function serviceWarnings({ metadata, spec }: Service): readonly string[] {
  const warnings: string[] = [];
  if (hasAnnotation(metadata, HINTS_ANNOTATION)) {
    warnings.push(
      `annotation ${HINTS_ANNOTATION} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  }
  const { type, clusterIP, externalName = '', externalIPs = [], sessionAffinity } = spec ?? {};
  if (type === 'ClusterIP' && clusterIP === 'None') {
    if ((spec?.loadBalancerIP ?? '') !== '') {
      warnings.push('spec.loadBalancerIP is ignored for headless services');
    }
    if (externalIPs.length > 0) {
      warnings.push('spec.externalIPs is ignored for headless services');
    }
    if (sessionAffinity !== 'None') {
      warnings.push('spec.SessionAffinity is ignored for headless services');
    }
  }
  for (const [index, cidr] of (spec?.loadBalancerSourceRanges ?? []).entries()) {
    addCidrWarnings(cidr, `spec.loadBalancerSourceRanges[${index}]`, warnings);
  }
  const isName = type === 'ExternalName';
  if (isName && externalIPs.length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (!isName && externalName !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec?.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}

/** Of a claim by itself, and of the templates of a StatefulSet. */
export function claimWarnings({ metadata, spec }: PersistentVolumeClaim): readonly string[] {
  const warnings = classAnnotationWarnings(metadata);
  if (spec !== undefined) addClaimSpecWarnings(spec, 'spec', warnings);
  return warnings;
}

function classAnnotationWarnings(metadata: ObjectMeta): string[] {
  return hasAnnotation(metadata, STORAGE_CLASS_ANNOTATION)
    ? [
        `metadata.annotations[${STORAGE_CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`,
      ]
    : [];
}

const VOLUME_KINDS: readonly (readonly [field: keyof PersistentVolumeSpec, message: string])[] = [
  [
    'photonPersistentDisk',
    'spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+',
  ],
  ['scaleIO', 'spec.scaleIO: deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'spec.storageOS: deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'spec.quobyte: deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+'],
  ['flocker', 'spec.flocker: deprecated in v1.22, non-functional in v1.25+'],
  ['cephfs', 'spec.cephfs: deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'spec.rbd: deprecated in v1.28, non-functional in v1.31+'],
];

export function volumeWarnings({ metadata, spec }: PersistentVolume): readonly string[] {
  const warnings = classAnnotationWarnings(metadata);
  if (spec?.persistentVolumeReclaimPolicy === 'Recycle') {
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  }
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  for (const [index, term] of terms.entries()) {
    const path = `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`;
    addNodeTermWarnings(term, path, warnings);
  }
  for (const [field, message] of VOLUME_KINDS) {
    if (spec?.[field] !== undefined) warnings.push(message);
  }
  return warnings;
}

export function statefulSetWarnings(
  set: StatefulSet,
  old: StatefulSet | undefined,
): readonly string[] {
  const warnings = [...workloadWarnings(set, old)];
  for (const [index, { spec }] of (set.spec.volumeClaimTemplates ?? []).entries()) {
    if (spec === undefined) continue;
    addClaimSpecWarnings(spec, `spec.volumeClaimTemplates[${index}].Spec`, warnings);
  }
  if ((set.spec.revisionHistoryLimit ?? 0) < 0) {
    warnings.push(
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    );
  }
  return warnings;
}

export function networkPolicyWarnings({ spec }: NetworkPolicy): readonly string[] {
  const warnings: string[] = [];
  const sides = [
    ['ingress', 'from', (spec?.ingress ?? []).map(({ from = [] }) => from)],
    ['egress', 'to', (spec?.egress ?? []).map(({ to = [] }) => to)],
  ] as const;
  for (const [side, direction, rules] of sides) {
    for (const [rule, peers] of rules.entries()) {
      for (const [peer, { ipBlock }] of peers.entries()) {
        if (ipBlock === undefined) continue;
        const path = `spec.${side}[${rule}].${direction}[${peer}].ipBlock`;
        addCidrWarnings(ipBlock.cidr, `${path}.cidr`, warnings);
        for (const [index, cidr] of (ipBlock.except ?? []).entries()) {
          addCidrWarnings(cidr, `${path}.except[${index}]`, warnings);
        }
      }
    }
  }
  return warnings;
}

/** Of a Secret that is to hold a certificate with its key. */
export function secretWarnings({ type, data = {} }: Secret): readonly string[] {
  if (type !== 'kubernetes.io/tls') return [];
  const problem = tlsPairProblem(data['tls.crt'] ?? '', data['tls.key'] ?? '');
  return problem === undefined ? [] : [problem];
}

/** Finalizers of custom objects that are new, and that others may call theirs as well. */
export function finalizerWarnings(
  metadata: ObjectMeta,
  old: ObjectMeta | undefined,
): readonly string[] {
  const { finalizers } = metadata;
  if (finalizers === undefined || finalizers === old?.finalizers) return [];
  const before = new Set(old?.finalizers);
  return [...new Set(finalizers)]
    .filter((name) => !before.has(name) && !name.includes('/') && !STANDARD.has(name))
    .sort()
    .map(
      (name) =>
        `metadata.finalizers: "${name}": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    );
}

const STANDARD: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
