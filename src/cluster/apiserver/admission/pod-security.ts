import type {
  CronJob,
  Deployment,
  KubernetesObject,
  Pod,
  PodSpec,
} from '../../../api/generated/types.ts';
import { securityLevel, securityViolations } from '../../../api/pod-security/violations.ts';
import type { StatusError } from '../../../api/status-error.ts';
import type { VerbCall } from '../verb.ts';
import { namespaceNamed } from './cached.ts';
import { forbid } from './plugin.ts';

/** What the plugin says of a new object. */
export interface SecurityAnswer {
  readonly refused: StatusError | undefined;
  readonly warnings: readonly string[];
}

/** Nothing is wrong. */
export const SILENT: SecurityAnswer = Object.freeze({
  refused: undefined,
  warnings: Object.freeze([]),
});

/** Whether objects of a kind are Pods or have Pods made: whether there is anything to ask. */
export function concernsPods(kind: string): boolean {
  return kind === 'Pod' || kind === 'CronJob' || templateKinds.has(kind);
}

const templateKinds = new Set([
  'DaemonSet',
  'Deployment',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
]);

/**
 * Holds Pods to their namespace's Pod Security level (upstream's plugin PodSecurity): new ones, and those that
 * get other images or containers. What makes Pods is stored all the same, with a warning.
 */
export function podSecurity(
  call: VerbCall,
  object: KubernetesObject,
  old?: KubernetesObject,
): SecurityAnswer {
  const { namespace, subresource } = call.target;
  // A container for debugging is held to the level as a new Pod is.
  if (namespace === '' || (subresource !== '' && subresource !== 'ephemeralcontainers'))
    return SILENT;
  // What makes Pods says so in its spec; a kind of the user's may have none.
  if ((object as { readonly spec?: unknown }).spec === undefined) return SILENT;
  const isPod = object.kind === 'Pod';
  // Both are of one kind.
  if (isPod && old !== undefined && !isSignificant((object as Pod).spec, (old as Pod).spec))
    return SILENT;
  const spec = isPod ? (object as Pod).spec : templateSpec(object);
  if (spec === undefined) return SILENT;
  const labels = namespaceNamed(call.server, namespace)?.metadata.labels;
  if (labels === undefined) return SILENT;
  const { enforced, warned } = levelsOf(labels);
  if (enforced.level === 'privileged' && warned.level === 'privileged') return SILENT;
  if (isPod) {
    const { level, version } = enforced;
    const found = securityViolations(spec, level);
    if (found.length > 0) {
      const why = `violates PodSecurity "${level}:${version}": ${found.join(', ')}`;
      const { status } = forbid(call, { next: object, old }, why);
      return { refused: status, warnings: SILENT.warnings };
    }
  }
  const { level, version } = warned;
  const found = securityViolations(spec, level);
  if (found.length === 0) return SILENT;
  const warning = `would violate PodSecurity "${level}:${version}": ${found.join(', ')}`;
  return { refused: undefined, warnings: [warning] };
}

interface Levels {
  readonly enforced: ReturnType<typeof securityLevel>;
  readonly warned: ReturnType<typeof securityLevel>;
}

// Most Pods are made in the namespace of the one before. A memo only.
let lastLabels: Readonly<Record<string, string>> | undefined;
let lastLevels: Levels | undefined;

function levelsOf(labels: Readonly<Record<string, string>>): Levels {
  if (lastLevels === undefined || labels !== lastLabels) {
    lastLevels = {
      enforced: securityLevel(labels, 'enforce'),
      warned: securityLevel(labels, 'warn'),
    };
    lastLabels = labels;
  }
  return lastLevels;
}

/** Whether a change of a Pod is one that the levels look at. */
function isSignificant(next: PodSpec, old: PodSpec): boolean {
  return (
    differs(next.containers, old.containers) ||
    differs(next.initContainers, old.initContainers) ||
    differs(next.ephemeralContainers, old.ephemeralContainers)
  );
}

type Images = readonly { readonly image?: string }[];

function differs(next: Images = [], old: Images = []): boolean {
  if (next === old) return false;
  return next.length !== old.length || next.some(({ image }, i) => image !== old[i]?.image);
}

/** The Pods that an object will have made. */
function templateSpec(object: KubernetesObject): PodSpec | undefined {
  // The kinds tell where the template is.
  if (object.kind === 'CronJob') return (object as CronJob).spec.jobTemplate.spec.template.spec;
  return templateKinds.has(object.kind) ? (object as Deployment).spec.template?.spec : undefined;
}
