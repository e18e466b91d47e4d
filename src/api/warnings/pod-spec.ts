import type { Container, ObjectMeta, PodSpec } from '../generated/types.ts';
import { addNodeLabelWarnings } from './node-labels.ts';
import { addPortWarnings } from './ports.ts';
import { addVolumeWarnings } from './volumes.ts';

/** What the API server warns of in Pods and templates without refusing them (upstream: pkg/api/pod/warnings.go). */

type Annotations = ObjectMeta['annotations'];

// A template's spec is asked again at every update of its Deployment, and its Pods share it.
const warningsBySpec = new WeakMap<PodSpec, Map<string, readonly string[]>>();
const noWarnings: readonly string[] = Object.freeze([]);

/** Warnings on a Pod (`prefix` is empty) or on a template (`prefix` is `spec.template.`). */
export function podWarnings(
  spec: PodSpec,
  metadata: ObjectMeta | undefined,
  prefix: string,
): readonly string[] {
  const annotations = metadata?.annotations;
  if (annotations !== undefined && hasDeprecated(annotations)) {
    return found(spec, annotations, prefix);
  }
  const known = warningsBySpec.get(spec)?.get(prefix);
  if (known !== undefined) return known;
  const warnings = found(spec, undefined, prefix);
  const byPrefix = warningsBySpec.get(spec) ?? new Map<string, readonly string[]>();
  warningsBySpec.set(spec, byPrefix.set(prefix, warnings));
  return warnings;
}

const SECCOMP_OF_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_OF_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const USE_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const USE_APP_ARMOR = 'deprecated since v1.30; use the "appArmorProfile" field instead';

const DEPRECATED_ANNOTATIONS: readonly (readonly [key: string, message: string])[] = [
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  [
    'security.alpha.kubernetes.io/sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
];

/** Whether any annotation is one of those that are warned of. */
function hasDeprecated(annotations: NonNullable<Annotations>): boolean {
  for (const key in annotations) {
    if (
      key.startsWith(APP_ARMOR) ||
      key.startsWith(SECCOMP_OF_CONTAINER) ||
      key === SECCOMP_OF_POD ||
      DEPRECATED_ANNOTATIONS.some(([deprecated]) => deprecated === key)
    )
      return true;
  }
  return false;
}

function found(spec: PodSpec, annotations: Annotations, prefix: string): readonly string[] {
  const warnings: string[] = [];
  const path = `${prefix}spec`;
  const warnOfAnnotation = (key: string, message: string) => {
    if (annotations !== undefined && Object.hasOwn(annotations, key)) {
      warnings.push(`${prefix}metadata.annotations[${key}]: ${message}`);
    }
  };
  addNodeLabelWarnings(spec, path, warnings);
  for (const [key, message] of DEPRECATED_ANNOTATIONS) warnOfAnnotation(key, message);
  addVolumeWarnings(spec.volumes ?? [], path, warnings);
  addListWarnings(spec, path, warnings);
  addFractions(spec.overhead, `${path}.overhead`, warnings);
  const { securityContext } = spec;
  if (securityContext?.seccompProfile === undefined) warnOfAnnotation(SECCOMP_OF_POD, USE_SECCOMP);
  const containers = containersOf(spec, path);
  for (const [container, at] of containers) {
    const own = container.securityContext;
    if (own?.seccompProfile === undefined) {
      warnOfAnnotation(SECCOMP_OF_CONTAINER + container.name, USE_SECCOMP);
    }
    if (own?.appArmorProfile === undefined && securityContext?.appArmorProfile === undefined) {
      warnOfAnnotation(APP_ARMOR + container.name, USE_APP_ARMOR);
    }
    addContainerWarnings(container, at, warnings);
  }
  addPortWarnings(containers, warnings);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(
      `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  addAffinityWarnings(spec, path, warnings);
  return warnings.length === 0 ? noWarnings : warnings;
}

/** All containers with their paths, in the order in which upstream visits them. */
function containersOf(
  spec: PodSpec,
  path: string,
): readonly (readonly [container: Container, path: string])[] {
  const of = (field: 'initContainers' | 'containers' | 'ephemeralContainers') =>
    (spec[field] ?? []).map(
      (container, index) => [container as Container, `${path}.${field}[${index}]`] as const,
    );
  return [...of('initContainers'), ...of('containers'), ...of('ephemeralContainers')];
}

function addListWarnings(spec: PodSpec, path: string, warnings: string[]): void {
  const addresses = new Set<string>();
  for (const [index, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (addresses.has(ip)) warnings.push(`${path}.hostAliases[${index}].ip: duplicate ip "${ip}"`);
    addresses.add(ip);
  }
  const names = new Set<string>();
  const secrets = spec.imagePullSecrets ?? [];
  const at = (index: number) => `${path}.imagePullSecrets[${index}].name`;
  for (const [index, { name = '' }] of secrets.entries()) {
    if (names.has(name)) warnings.push(`${at(index)}: duplicate name "${name}"`);
    names.add(name);
  }
  for (const [index, { name = '' }] of secrets.entries()) {
    if (name === '') warnings.push(`${at(index)}: invalid empty name ""`);
  }
}

function addFractions(
  amounts: Readonly<Record<string, string>> | undefined,
  path: string,
  warnings: string[],
): void {
  if (amounts === undefined) return;
  for (const name of ['memory', 'ephemeral-storage']) {
    const amount = amounts[name];
    if (amount === undefined || !amount.endsWith('m')) continue;
    warnings.push(
      `${path}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`,
    );
  }
}

function addContainerWarnings(container: Container, path: string, warnings: string[]): void {
  for (const kind of ['limits', 'requests'] as const) {
    addFractions(container.resources?.[kind], `${path}.resources.${kind}`, warnings);
  }
  const names = new Set<string>();
  for (const [index, { name, value = '', valueFrom }] of (container.env ?? []).entries()) {
    const reference = `$(${name})`;
    // A variable that builds on the earlier one of its name does not simply hide it.
    const builds = valueFrom === undefined && value !== reference && value.includes(reference);
    if (names.has(name) && !builds) {
      warnings.push(
        `${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`,
      );
    }
    names.add(name);
  }
}

/** Terms without a selector fit no Pod at all. */
function addAffinityWarnings(spec: PodSpec, path: string, warnings: string[]): void {
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const affinity = spec.affinity?.[kind];
    const at = `${path}.affinity.${kind}`;
    const warn = (where: string) =>
      warnings.push(`${where}.labelSelector: a null labelSelector results in matching no pod`);
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [index, { labelSelector }] of required.entries()) {
      if (labelSelector === undefined)
        warn(`${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`);
    }
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [index, { podAffinityTerm }] of preferred.entries()) {
      if (podAffinityTerm.labelSelector === undefined)
        warn(`${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm`);
    }
  }
}
