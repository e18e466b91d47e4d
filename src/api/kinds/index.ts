import { compareStrings } from '../../base/compare.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { admissionKinds } from './admission-kinds.ts';
import { configMapKind } from './config-map.ts';
import { controllerRevisionKind } from './controller-revision.ts';
import { cronJobKind } from './cron-job.ts';
import { customResourceDefinitionKind } from './custom-resource-definition.ts';
import { daemonSetKind } from './daemon-set.ts';
import { deploymentKind } from './deployment.ts';
import { deviceKinds } from './device-kinds.ts';
import { endpointSliceKind } from './endpoint-slice.ts';
import { endpointsKind } from './endpoints.ts';
import { eventKind } from './event.ts';
import { eventsEventKind } from './events-event.ts';
import { horizontalPodAutoscalerV1Kind } from './horizontal-pod-autoscaler-v1.ts';
import { horizontalPodAutoscalerKind } from './horizontal-pod-autoscaler.ts';
import { ingressKind } from './ingress.ts';
import { limitRangeKind } from './limit-range.ts';
import { networkPolicyKind } from './network-policy.ts';
import { persistentVolumeKind } from './persistent-volume.ts';
import { resourceQuotaKind } from './resource-quota.ts';
import { storageClassKind } from './storage-class.ts';
import { storageKinds } from './storage-kinds.ts';
import { storedKinds, storedOnly } from './stored-kinds.ts';
import { jobKind } from './job.ts';
import type { KindDeclaration } from './kind.ts';
import { leaseKind } from './lease.ts';
import { machineryKinds } from './machinery-kinds.ts';
import { namespaceKind } from './namespace.ts';
import { nodeKind } from './node.ts';
import { persistentVolumeClaimKind } from './persistent-volume-claim.ts';
import { podDisruptionBudgetKind } from './pod-disruption-budget.ts';
import { podKind } from './pod.ts';
import { priorityClassKind } from './priority-class.ts';
import { replicaSetKind } from './replica-set.ts';
import { replicationControllerKind } from './replication-controller.ts';
import { secretKind } from './secret.ts';
import { serviceAccountKind } from './service-account.ts';
import { serviceKind } from './service.ts';
import { statefulSetKind } from './stateful-set.ts';

/** Every kind the cluster serves, one a line. `kind.ts` tells how the API server uses a declaration. */
const declaredKinds: readonly KindDeclaration[] = [
  configMapKind,
  endpointsKind,
  eventKind,
  limitRangeKind,
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  replicationControllerKind,
  resourceQuotaKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  controllerRevisionKind,
  daemonSetKind,
  deploymentKind,
  replicaSetKind,
  statefulSetKind,
  horizontalPodAutoscalerKind,
  horizontalPodAutoscalerV1Kind,
  cronJobKind,
  jobKind,
  leaseKind,
  endpointSliceKind,
  eventsEventKind,
  storedOnly(ingressKind),
  storedOnly(networkPolicyKind),
  podDisruptionBudgetKind,
  priorityClassKind,
  storageClassKind,
  customResourceDefinitionKind,
  ...admissionKinds,
  ...storedKinds,
  ...machineryKinds,
  ...storageKinds,
  ...deviceKinds,
];

/** The kinds in the order of discovery: core first, then the groups by name. */
export const allKinds: readonly KindDeclaration[] = declaredKinds.toSorted((a, b) =>
  compareStrings(a.group, b.group),
);

const byGvk = new Map(allKinds.map((each) => [gvkKey(each.group, each.version, each.kind), each]));
const byResource = new Map(
  allKinds.map((each) => [gvkKey(each.group, each.version, each.plural), each]),
);
const byApiVersion = new Map(
  allKinds.map((each) => [gvkKey(apiVersionOf(each), '', each.kind), each]),
);
const byAnyName = indexByNames();
const byCategory = indexByCategory();

function gvkKey(group: string, version: string, name: string): string {
  return `${group}/${version}/${name}`;
}

/** The `apiVersion` that objects of this kind carry: `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The declaration of a kind by group, version and kind, or undefined when it is not served. O(1). */
export function kindByGvk(
  group: string,
  version: string,
  kind: string,
): KindDeclaration | undefined {
  return byGvk.get(gvkKey(group, version, kind));
}

/** The same by the `apiVersion` and `kind` that an object carries. O(1). */
export function kindByApiVersion(apiVersion: string, kind: string): KindDeclaration | undefined {
  return byApiVersion.get(gvkKey(apiVersion, '', kind));
}

/** The declaration of an object's kind. O(1). */
export function kindOf(
  object: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
): KindDeclaration | undefined {
  return kindByApiVersion(object.apiVersion, object.kind);
}

/**
 * Whether a component of the cluster acts on objects of a kind, for pages that must say where nothing will follow. False
 * too for kinds that are not built in: an operator's Pod runs here, and does not do an operator's work.
 */
export function isActedOn({
  apiVersion,
  kind,
}: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  const declaration = kindByApiVersion(apiVersion, kind);
  return declaration !== undefined && declaration.nothingActs !== true;
}

/** The declaration by the place in a request's path: group, version and plural. O(1). */
export function kindByResource(
  group: string,
  version: string,
  plural: string,
): KindDeclaration | undefined {
  return byResource.get(gvkKey(group, version, plural));
}

/**
 * The declaration a person means by `po`, `pod`, `pods`, `Pod`, `deployments.apps` or `deployments.v1.apps`.
 * Where two groups have the same name (events), the core group wins, as it does for kubectl. O(1).
 */
export function kindByName(name: string): KindDeclaration | undefined {
  return byAnyName.get(name.toLowerCase());
}

/** The kinds of a category such as `all`, in kubectl's order; empty for an unknown one. O(1). */
export function kindsOfCategory(category: string): readonly KindDeclaration[] {
  return byCategory.get(category) ?? [];
}

/** Groups and their versions, core first, the others by name. */
export function servedGroups(): readonly {
  readonly group: string;
  readonly versions: readonly string[];
}[] {
  const versions = new Map<string, Set<string>>();
  for (const each of allKinds) {
    const known = versions.get(each.group) ?? new Set<string>();
    versions.set(each.group, known.add(each.version));
  }
  return [...versions.keys()]
    .sort(compareStrings)
    .map((group) => ({ group, versions: [...(versions.get(group) ?? [])] }));
}

function indexByNames(): Map<string, KindDeclaration> {
  const index = new Map<string, KindDeclaration>();
  const add = (name: string, kind: KindDeclaration): void => {
    if (!index.has(name)) index.set(name, kind);
  };
  for (const each of allKinds) {
    for (const name of [each.plural, each.singular, each.kind.toLowerCase(), ...each.shortNames]) {
      add(name, each);
      add(`${name}.${each.group}`, each);
      add(`${name}.${each.version}.${each.group}`, each);
    }
  }
  return index;
}

function indexByCategory(): Map<string, KindDeclaration[]> {
  const index = new Map<string, KindDeclaration[]>();
  for (const each of allKinds) {
    for (const category of each.categories) {
      const known = index.get(category) ?? [];
      known.push(each);
      index.set(category, known);
    }
  }
  return index;
}
