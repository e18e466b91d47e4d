import type { NodeAffinity, NodeSelectorTerm, PodSpec } from '../generated/types.ts';

/** Labels of nodes that have others in their place (upstream: pkg/api/node). */
const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  [
    'failure-domain.beta.kubernetes.io/region',
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  ],
  [
    'failure-domain.beta.kubernetes.io/zone',
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  ],
  [
    'beta.kubernetes.io/instance-type',
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  ],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  [
    'scheduler.alpha.kubernetes.io/preferAvoidPods',
    'deprecated since v1.22; use Taints and Tolerations instead',
  ],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** Warnings on how a Pod chooses its node; `path` is that of its spec. */
export function addNodeLabelWarnings(spec: PodSpec, path: string, warnings: string[]): void {
  for (const key in spec.nodeSelector) {
    const message = DEPRECATED.get(key);
    if (message !== undefined) warnings.push(`${path}.nodeSelector[${key}]: ${message}`);
  }
  const affinity = spec.affinity?.nodeAffinity;
  if (affinity !== undefined) {
    addAffinityWarnings(affinity, `${path}.affinity.nodeAffinity`, warnings);
  }
  for (const [index, constraint] of (spec.topologySpreadConstraints ?? []).entries()) {
    const at = `${path}.topologySpreadConstraints[${index}]`;
    const message = DEPRECATED.get(constraint.topologyKey);
    if (message !== undefined) {
      warnings.push(`${at}.topologyKey: ${constraint.topologyKey} is ${message}`);
    }
    if (constraint.labelSelector === undefined) {
      warnings.push(`${at}.labelSelector: a null labelSelector results in matching no pod`);
    }
  }
}

function addAffinityWarnings(affinity: NodeAffinity, path: string, warnings: string[]): void {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const [index, term] of required.entries()) {
    const at = `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`;
    addNodeTermWarnings(term, at, warnings);
  }
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { preference }] of preferred.entries()) {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`;
    addNodeTermWarnings(preference, at, warnings);
  }
}

/** Warnings on one term of a node selector: of a Pod's affinity, or of a volume's. */
export function addNodeTermWarnings(
  term: NodeSelectorTerm,
  path: string,
  warnings: string[],
): void {
  for (const [index, { key }] of (term.matchExpressions ?? []).entries()) {
    const message = DEPRECATED.get(key);
    if (message !== undefined) {
      warnings.push(`${path}.matchExpressions[${index}].key: ${key} is ${message}`);
    }
  }
}
