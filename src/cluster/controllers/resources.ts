import type {
  ClusterRole,
  ConfigMap,
  ControllerRevision,
  CronJob,
  CustomResourceDefinition,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  HorizontalPodAutoscaler,
  Job,
  Lease,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PriorityClass,
  ReplicaSet,
  ReplicationController,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
  StorageClass,
  ValidatingAdmissionPolicy,
} from '../../api/generated/types.ts';
import { isEstablished } from '../../api/kinds/custom/registry.ts';
import { compareVersions } from '../../api/kinds/custom/versions.ts';
import { allKinds, apiVersionOf } from '../../api/kinds/index.ts';
import type { IndexValues, InformerSpec } from '../client/informer.ts';
import type { KubeObject } from '../client/kube-object.ts';

/** The kinds that controllers read by type, under their resource names. */
export interface Resources {
  readonly clusterroles: ClusterRole;
  readonly configmaps: ConfigMap;
  readonly controllerrevisions: ControllerRevision;
  readonly cronjobs: CronJob;
  readonly customresourcedefinitions: CustomResourceDefinition;
  readonly daemonsets: DaemonSet;
  readonly deployments: Deployment;
  readonly endpoints: Endpoints;
  readonly endpointslices: EndpointSlice;
  readonly horizontalpodautoscalers: HorizontalPodAutoscaler;
  readonly jobs: Job;
  readonly leases: Lease;
  readonly namespaces: Namespace;
  readonly nodes: Node;
  readonly persistentvolumeclaims: PersistentVolumeClaim;
  readonly persistentvolumes: PersistentVolume;
  readonly poddisruptionbudgets: PodDisruptionBudget;
  readonly pods: Pod;
  readonly priorityclasses: PriorityClass;
  readonly replicasets: ReplicaSet;
  readonly replicationcontrollers: ReplicationController;
  readonly resourcequotas: ResourceQuota;
  readonly secrets: Secret;
  readonly serviceaccounts: ServiceAccount;
  readonly services: Service;
  readonly statefulsets: StatefulSet;
  readonly storageclasses: StorageClass;
  readonly validatingadmissionpolicies: ValidatingAdmissionPolicy;
}

export type ResourceName = keyof Resources;

/** What a request and the garbage collector must know about a resource. */
export interface ResourceInfo {
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** `/api/v1` or `/apis/apps/v1`. */
  readonly root: string;
  /** Whether the process holds a copy of all of its objects. Events are too many and own nothing. */
  readonly mirrored: boolean;
}

/** Every served resource, in the order of discovery. */
export const resourceInfos: readonly ResourceInfo[] = allKinds
  // Some are second views of what is there already: of events, of autoscalers.
  .filter((each) => each.toStored === undefined)
  .map((each) => ({
    name: each.plural,
    apiVersion: apiVersionOf(each),
    kind: each.kind,
    namespaced: each.namespaced,
    root: each.group === '' ? `/api/${each.version}` : `/apis/${apiVersionOf(each)}`,
    mirrored: each.plural !== 'events',
  }));

const infoByName = new Map(resourceInfos.map((each) => [each.name, each]));
/** Kind → version → resource: most kinds have one. */
const infoByOwner = new Map<string, Map<string, ResourceInfo>>();
for (const each of resourceInfos) {
  const versions = infoByOwner.get(each.kind) ?? new Map<string, ResourceInfo>();
  infoByOwner.set(each.kind, versions.set(each.apiVersion, each));
}

/** What is known about a resource by its plural name. */
export function resourceInfo(name: string): ResourceInfo | undefined {
  return infoByName.get(name);
}

/** The resource an owner reference points into; undefined when its kind is not served. */
export function resourceOfKind(apiVersion: string, kind: string): ResourceInfo | undefined {
  return infoByOwner.get(kind)?.get(apiVersion);
}

const infoBySpec = new WeakMap<CustomResourceDefinition['spec'], ResourceInfo>();

/** The resource of a definition, under the path of its preferred version; undefined where it is not served. */
export function customResourceInfo(definition: CustomResourceDefinition): ResourceInfo | undefined {
  const { spec } = definition;
  if (!isEstablished(definition)) return undefined;
  const known = infoBySpec.get(spec);
  if (known !== undefined) return known;
  const [version] = spec.versions
    .filter(({ served }) => served)
    .map(({ name }) => name)
    .sort(compareVersions);
  if (version === undefined) return undefined;
  const root = `/apis/${spec.group}/${version}`;
  const info: ResourceInfo = {
    name: `${root}/${spec.names.plural}`,
    apiVersion: `${spec.group}/${version}`,
    kind: spec.names.kind,
    namespaced: spec.scope === 'Namespaced',
    root,
    mirrored: true,
  };
  infoBySpec.set(spec, info);
  return info;
}

/** What a process's copy of the definitions adds to the resources (upstream: discovery, asked every half minute). */
export function customResourceInfos(
  definitions: ReadonlyMap<string, CustomResourceDefinition>,
): readonly ResourceInfo[] {
  if (definitions.size === 0) return NO_INFOS;
  return [...definitions.values()].flatMap((each) => customResourceInfo(each) ?? []);
}

const NO_INFOS: readonly ResourceInfo[] = Object.freeze([]);

// One text for each collection: a text put together anew would be hashed anew at every request. A memo only:
// resource → namespace → path.
const collectionPaths = new Map<string, Map<string, string>>();
const NAMESPACES_MAX = 1000;

/** The path of a collection; without a namespace that of the whole cluster. */
export function collectionPath(resource: string, namespace: string): string {
  let paths = collectionPaths.get(resource);
  if (paths === undefined) {
    paths = new Map();
    collectionPaths.set(resource, paths);
  }
  let path = paths.get(namespace);
  if (path === undefined) {
    if (paths.size >= NAMESPACES_MAX) paths.clear();
    path = pathOf(resource, namespace);
    paths.set(namespace, path);
  }
  return path;
}

function pathOf(resource: string, namespace: string): string {
  // The resources of definitions are known by their path.
  if (resource.startsWith('/')) {
    if (namespace === '') return resource;
    const last = resource.lastIndexOf('/');
    return `${resource.slice(0, last)}/namespaces/${namespace}${resource.slice(last)}`;
  }
  const info = infoByName.get(resource);
  const root = info === undefined ? '/api/v1' : info.root;
  return namespace === '' ? `${root}/${resource}` : `${root}/namespaces/${namespace}/${resource}`;
}

/** The path of one object by its cache key (`namespace/name` or `name`). */
export function objectPath(resource: string, key: string): string {
  const slash = key.indexOf('/');
  if (slash < 0) return `${collectionPath(resource, '')}/${key}`;
  return `${collectionPath(resource, key.slice(0, slash))}/${key.slice(slash + 1)}`;
}

/** The namespace that kubelets renew their leases in: those of leader elections are nobody's concern here. */
const NODE_LEASES = 'kube-node-lease';
const NONE: readonly string[] = Object.freeze([]);

/** The label under which a slice names its Service. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

function ownerUids(object: KubeObject): IndexValues {
  const owners = object.metadata.ownerReferences;
  if (owners === undefined) return NONE;
  return owners.length === 1 ? (owners[0]?.uid ?? '') : owners.map((owner) => owner.uid);
}

function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? '';
}

/** Objects without a controller, by namespace: what a selector may adopt. */
function orphanOf(object: KubeObject): IndexValues {
  const owners = object.metadata.ownerReferences;
  const owned = owners?.some((owner) => owner.controller === true) === true;
  return owned ? NONE : namespaceOf(object);
}

function nodeOf(object: KubeObject): IndexValues {
  const name = (object as Pod).spec.nodeName;
  return name === undefined || name === '' ? NONE : name;
}

/** Pods that have ended, under one value: podgc counts them. */
function ended(object: KubeObject): readonly string[] {
  const phase = (object as Pod).status?.phase;
  return phase === 'Failed' || phase === 'Succeeded' ? ENDED : NONE;
}
const ENDED: readonly string[] = Object.freeze(['ended']);

function serviceOf(object: KubeObject): IndexValues {
  const name = object.metadata.labels?.[SERVICE_NAME_LABEL];
  return name === undefined ? NONE : `${object.metadata.namespace ?? ''}/${name}`;
}

type IndexTable = NonNullable<InformerSpec['indexes']>;

type RefiledBy = NonNullable<InformerSpec['refiledBy']>;

/** Every index but the namespace's, which is part of the key; one that a resource does not have is passed over. */
const OWN_INDEXES: readonly string[] = Object.freeze([
  'owner',
  'orphan',
  'node',
  'ended',
  'service',
]);
const POD_INDEXES: readonly string[] = Object.freeze(['node', 'ended']);

function hasSameOwners(old: KubeObject, next: KubeObject): boolean {
  return old.metadata.ownerReferences === next.metadata.ownerReferences;
}

const byOwners: RefiledBy = (old, next) => (hasSameOwners(old, next) ? NONE : OWN_INDEXES);

/** What the functions above look at, of two versions at once. */
const refiledBy: Readonly<Partial<Record<string, RefiledBy>>> = {
  pods(old, next) {
    if (old.metadata.ownerReferences !== next.metadata.ownerReferences) return OWN_INDEXES;
    const isAlike =
      (old as Pod).spec.nodeName === (next as Pod).spec.nodeName &&
      ((old as Pod).status?.phase === (next as Pod).status?.phase || ended(old) === ended(next));
    return isAlike ? NONE : POD_INDEXES;
  },
  endpointslices: (old, next) =>
    hasSameOwners(old, next) && old.metadata.labels === next.metadata.labels ? NONE : OWN_INDEXES,
};

const ownIndexes: Readonly<Partial<Record<string, IndexTable>>> = {
  pods: { node: nodeOf, orphan: orphanOf, ended },
  replicasets: { orphan: orphanOf },
  controllerrevisions: { orphan: orphanOf },
  endpointslices: { service: serviceOf },
};

/**
 * The process's one shared copy of every mirrored resource. All are filed by the uids of their owners
 * (`owner`) and, where they have one, by `namespace`.
 */
export const informerSpecs: readonly InformerSpec[] = resourceInfos
  .filter((each) => each.mirrored)
  .map((each) => ({
    name: each.name,
    path: collectionPath(each.name, each.name === 'leases' ? NODE_LEASES : ''),
    indexes: {
      owner: ownerUids,
      ...(each.namespaced ? { namespace: namespaceOf } : undefined),
      ...ownIndexes[each.name],
    },
    refiledBy: refiledBy[each.name] ?? byOwners,
  }));

const customIndexes: IndexTable = { owner: ownerUids, namespace: namespaceOf };
const customSpecs = new Map<string, InformerSpec>();

/** The copy of a definition's resource, by the resource's name, which is its path. */
export function customInformerSpec(name: string): InformerSpec {
  let spec = customSpecs.get(name);
  if (spec === undefined) {
    spec = { name, path: name, indexes: customIndexes, refiledBy: byOwners };
    customSpecs.set(name, spec);
  }
  return spec;
}
