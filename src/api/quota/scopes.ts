import type {
  KubernetesObject,
  Pod,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
} from '../generated/types.ts';
import { qosClass } from '../qos.ts';

/**
 * Whether a quota is about an object: those with scopes are about Pods of a certain sort only (Kubernetes
 * documentation: "Resource Quotas", quota scopes).
 */
export function isInScope({ spec }: ResourceQuota, object: KubernetesObject): boolean {
  const requirements: ScopedResourceSelectorRequirement[] = [
    ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' as const })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  if (object.kind !== 'Pod') return false;
  return requirements.every((each) => podMatches(object as Pod, each));
}

function podMatches(
  pod: Pod,
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
): boolean {
  const { activeDeadlineSeconds, priorityClassName = '' } = pod.spec;
  switch (scopeName) {
    case 'Terminating':
      return activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return qosClass(pod.spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(pod.spec) !== 'BestEffort';
    case 'CrossNamespacePodAffinity':
      return hasForeignAffinity(pod);
    case 'PriorityClass':
      switch (operator) {
        case 'Exists':
          return priorityClassName !== '';
        case 'DoesNotExist':
          return priorityClassName === '';
        case 'In':
          return values.includes(priorityClassName);
        case 'NotIn':
          return priorityClassName !== '' && !values.includes(priorityClassName);
        default:
          return false;
      }
    case 'VolumeAttributesClass':
      return false;
    default:
      return false;
  }
}

function hasForeignAffinity({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return [podAffinity, podAntiAffinity].some((each) => {
    const terms = [
      ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(each?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
        (weighted) => weighted.podAffinityTerm,
      ),
    ];
    return terms.some(
      ({ namespaces = [], namespaceSelector }) =>
        namespaces.length > 0 || namespaceSelector !== undefined,
    );
  });
}
