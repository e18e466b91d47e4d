import type { Container, PodSpec, PodTemplateSpec } from '../generated/types.ts';

/** What the API server warns of in pods and templates without refusing them. */

// A template's spec is asked again at every update of its Deployment.
const warningsBySpec = new WeakMap<PodSpec, Map<string, readonly string[]>>();
const noWarnings: readonly string[] = Object.freeze([]);

/** Warnings on the spec of a pod; `path` is `spec` or `spec.template.spec`. */
export function podSpecWarnings(spec: PodSpec, path: string): readonly string[] {
  const known = warningsBySpec.get(spec)?.get(path);
  if (known !== undefined) return known;
  const found: string[] = [];
  addSpecWarnings(spec, path, found);
  const warnings = found.length === 0 ? noWarnings : found;
  const byPath = warningsBySpec.get(spec) ?? new Map<string, readonly string[]>();
  warningsBySpec.set(spec, byPath.set(path, warnings));
  return warnings;
}

/** Warnings on a template at `spec.template`. */
export function podTemplateWarnings(template: PodTemplateSpec | undefined): readonly string[] {
  return template === undefined ? noWarnings : podSpecWarnings(template.spec, 'spec.template.spec');
}

function addSpecWarnings(spec: PodSpec, path: string, warnings: string[]): void {
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    if (volume.gitRepo === undefined) continue;
    warnings.push(
      `${path}.volumes[${index}].gitRepo: deprecated in v1.11, and disabled by default in v1.33+`,
    );
  }
  const names = new Set<string>();
  for (const [index, { name = '' }] of (spec.imagePullSecrets ?? []).entries()) {
    const at = `${path}.imagePullSecrets[${index}].name`;
    if (name === '') warnings.push(`${at}: invalid empty name ""`);
    else if (names.has(name)) warnings.push(`${at}: duplicate name "${name}"`);
    names.add(name);
  }
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(
      `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[field] ?? []).entries()) {
      addContainerWarnings(container, `${path}.${field}[${index}]`, warnings);
    }
  }
}

function addContainerWarnings(container: Container, path: string, warnings: string[]): void {
  for (const kind of ['limits', 'requests'] as const) {
    for (const name of ['memory', 'ephemeral-storage']) {
      const amount = container.resources?.[kind]?.[name];
      if (amount === undefined || !amount.endsWith('m')) continue;
      warnings.push(
        `${path}.resources.${kind}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`,
      );
    }
  }
  const variables = new Map<string, number>();
  for (const [index, { name, value = '' }] of (container.env ?? []).entries()) {
    // A variable that builds on the earlier one of its name does not simply hide it.
    if (variables.has(name) && !value.includes(`$(${name})`)) {
      warnings.push(
        `${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`,
      );
    }
    variables.set(name, index);
  }
  const ports = new Map<string, number>();
  for (const [index, port] of (container.ports ?? []).entries()) {
    const key = `${port.protocol}/${port.containerPort}/${port.hostPort ?? 0}/${port.hostIP ?? ''}`;
    const first = ports.get(key);
    if (first !== undefined) {
      warnings.push(
        `${path}.ports[${index}]: duplicate port definition with ${path}.ports[${first}]`,
      );
    } else ports.set(key, index);
  }
}
