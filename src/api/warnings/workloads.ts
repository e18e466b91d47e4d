import type { KubernetesObject, ObjectMeta, PodTemplateSpec } from '../generated/types.ts';
import { dns1123LabelErrors } from '../names/dns.ts';
import { podWarnings } from './pod-spec.ts';

/** Warnings on what has a Pod template (upstream: `WarningsOnCreate` and `WarningsOnUpdate` of the registries' strategies). */
interface WithTemplate extends KubernetesObject {
  readonly spec: { readonly template?: PodTemplateSpec };
}

const noWarnings: readonly string[] = Object.freeze([]);

/** Of a workload whose name is the beginning of its Pods' names. */
export function namedWorkloadWarnings(
  object: WithTemplate,
  old: WithTemplate | undefined,
): readonly string[] {
  const own = workloadWarnings(object, old);
  if (old !== undefined) return own;
  const ofName = podNameWarnings(object.metadata);
  return ofName.length === 0 ? own : [...ofName, ...own];
}

/** Of a workload; an update that leaves its spec alone is not warned of again. */
export function workloadWarnings(
  object: WithTemplate,
  old: WithTemplate | undefined,
): readonly string[] {
  const { template } = object.spec;
  if (template === undefined || isUnchanged(object, old)) return noWarnings;
  return podWarnings(template.spec, template.metadata, 'spec.template.');
}

/** Whether an update keeps the generation: then upstream warns of nothing. */
export function isUnchanged(object: KubernetesObject, old: KubernetesObject | undefined): boolean {
  return old !== undefined && object.metadata.generation === old.metadata.generation;
}

/** Names that Pods begin with, and that are no DNS labels. */
export function podNameWarnings({ name = '' }: ObjectMeta): readonly string[] {
  return nameWarnings(name, 'this is used in Pod names and hostnames');
}

/** A Pod's own name is its hostname. */
export function podHostnameWarnings({ name = '' }: ObjectMeta): readonly string[] {
  return nameWarnings(name, "this is used in the Pod's hostname");
}

const LABEL_LENGTH_MAX = 63;

function nameWarnings(name: string, why: string): readonly string[] {
  // A name that was taken is a subdomain: it is a label as well unless it has dots or is long.
  if (name.length <= LABEL_LENGTH_MAX && !name.includes('.')) return noWarnings;
  const problems = dns1123LabelErrors(name).join(' ');
  return [
    `metadata.name: ${why}, which can result in surprising behavior; a DNS label is recommended: [${problems}]`,
  ];
}
