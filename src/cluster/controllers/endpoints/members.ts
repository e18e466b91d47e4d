import type { Endpoint, EndpointSlice, Node, Pod, Service } from '../../../api/generated/types.ts';
import { podEndpoint, zoneLabel } from '../../../api/endpoint.ts';
import { isPodFinished } from '../../../api/pod-readiness.ts';
import { labelMapMatcher } from '../../../api/selectors/label-selector.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';
import { splitKey } from '../../client/kube-object.ts';
import type { ClusterView } from '../cluster-view.ts';
import { SERVICE_NAME_LABEL } from '../resources.ts';
import { podPorts, portsKey, type PodPorts } from './ports.ts';

/**
 * What the slices of each Service should say and what they say, kept up to date with every change. A look
 * at a Service of ten thousand pods, of which one has changed, then costs one step. By namespace, then by the Services'
 * keys: most namespaces have no Services that select.
 */
export type ServiceMembers = Map<string, Map<string, Members>>;

export interface Members {
  /** The Service they were worked out for; it may have changed in what pods do not depend on. */
  readonly service: Service;
  /** Pod key → what a slice should say of the pod. */
  readonly wanted: Map<string, Wanted>;
  /** Pod key → what a slice says, and which one. */
  readonly told: Map<string, Told>;
  /** Pods of which the slices do not say what they should. */
  readonly drift: Set<string>;
}

export interface Wanted extends PodPorts {
  readonly endpoint: Endpoint;
}

export interface Told {
  readonly slice: string;
  readonly endpoint: Endpoint;
  /** The slice's ports as text. */
  readonly ports: string;
}

export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslice-controller.k8s.io';

/** Whether pods are looked up for a Service: by its selector, unless it is another name for elsewhere. */
export function selectsPods({ spec }: Service): boolean {
  const { selector, type } = spec;
  return selector !== undefined && Object.keys(selector).length > 0 && type !== 'ExternalName';
}

/** The Service whose slice this is; undefined for slices of others. */
export function serviceOfSlice(slice: EndpointSlice | undefined): string | undefined {
  const labels = slice?.metadata.labels;
  if (labels === undefined || labels[MANAGED_BY_LABEL] !== MANAGER) return undefined;
  const name = labels[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice?.metadata.namespace ?? ''}/${name}`;
}

/** A Service's members from scratch. */
export function membersOf(key: string, service: Service, cluster: ClusterView): Members {
  const members: Members = {
    service,
    wanted: new Map(),
    told: new Map(),
    drift: new Set(),
  };
  const { namespace = '' } = service.metadata;
  for (const [podKey, pod] of cluster.filed('pods', 'namespace', namespace)) {
    want(members, podKey, pod, cluster);
  }
  for (const [sliceKey, slice] of cluster.filed('endpointslices', 'service', key)) {
    if (serviceOfSlice(slice) === key) hear(members, sliceKey, undefined, slice);
  }
  return members;
}

/** The members of a Service that selects. */
export function membersAt(all: ServiceMembers, key: string): Members | undefined {
  return all.get(splitKey(key).namespace)?.get(key);
}

/** Takes a changed Service in. */
export function noteService(
  all: ServiceMembers,
  change: { readonly key: string; readonly next: Service | undefined },
  cluster: ClusterView,
): void {
  const { key, next } = change;
  const { namespace } = splitKey(key);
  let near = all.get(namespace);
  if (next === undefined || !selectsPods(next)) {
    near?.delete(key);
    if (near?.size === 0) all.delete(namespace);
    return;
  }
  const known = near?.get(key);
  if (known !== undefined && semanticEqual(known.service.spec, next.spec)) return;
  if (near === undefined) {
    near = new Map();
    all.set(namespace, near);
  }
  near.set(key, membersOf(key, next, cluster));
}

/** Takes a changed pod in; tells the Services whose slices should now say something else of it. */
export function notePod(
  all: ServiceMembers,
  stirred: Set<string>,
  change: { readonly key: string; readonly next: Pod | undefined; readonly old: Pod | undefined },
  cluster: ClusterView,
): void {
  const { key, next, old } = change;
  const near = all.get((next ?? old)?.metadata.namespace ?? '');
  if (near !== undefined) wantOfAll(near, stirred, key, next, cluster);
}

function wantOfAll(
  near: ReadonlyMap<string, Members>,
  stirred: Set<string>,
  key: string,
  pod: Pod | undefined,
  cluster: ClusterView,
): void {
  for (const [serviceKey, members] of near) {
    if (want(members, key, pod, cluster)) stirred.add(serviceKey);
  }
}

/** Takes a changed node in: pods of unknown nodes are no endpoints, and endpoints know their zone. */
export function noteNode(
  all: ServiceMembers,
  stirred: Set<string>,
  change: { readonly key: string; readonly old: Node | undefined; readonly next: Node | undefined },
  cluster: ClusterView,
): void {
  const { key, old, next } = change;
  if (isSamePlace(old, next)) return;
  for (const [podKey, pod] of cluster.filed('pods', 'node', key)) {
    notePod(all, stirred, { key: podKey, old: pod, next: pod }, cluster);
  }
}

/** Takes a changed slice in. */
export function noteSlice(
  all: ServiceMembers,
  change: {
    readonly key: string;
    readonly old: EndpointSlice | undefined;
    readonly next: EndpointSlice | undefined;
  },
): void {
  const { key, old, next } = change;
  const before = serviceOfSlice(old);
  const after = serviceOfSlice(next);
  if (before !== undefined && before !== after) {
    const left = membersAt(all, before);
    if (left !== undefined) hear(left, key, old, undefined);
  }
  const members = after === undefined ? undefined : membersAt(all, after);
  if (members !== undefined) hear(members, key, before === after ? old : undefined, next);
}

/** Works out anew what is to be said of a pod. True when that is something else than before. */
function want(members: Members, key: string, pod: Pod | undefined, cluster: ClusterView): boolean {
  const next = pod === undefined ? undefined : wantedOf(pod, members.service, cluster);
  const before = members.wanted.get(key);
  if (next === undefined) {
    if (before === undefined) return false;
    members.wanted.delete(key);
  } else {
    if (before?.key === next.key && semanticEqual(before.endpoint, next.endpoint)) return false;
    members.wanted.set(key, next);
  }
  judge(members, key);
  return true;
}

/** What a slice should say of a pod; undefined when it is no endpoint of the Service. */
function wantedOf(pod: Pod, service: Service, cluster: ClusterView): Wanted | undefined {
  if (!labelMapMatcher(service.spec.selector)(pod.metadata.labels)) return undefined;
  if ((pod.status?.podIP ?? '') === '' || isPodFinished(pod)) return undefined;
  const node = cluster.get('nodes', pod.spec.nodeName ?? '');
  if (node === undefined) return undefined;
  const endpoint = podEndpoint(pod, node, service, addressType(service));
  if (endpoint.addresses.length === 0) return undefined;
  const { ports, key } = podPorts(service, pod);
  return Object.freeze({ endpoint: Object.freeze(endpoint), ports, key });
}

/** The family of a Service's endpoints: the first of its own. */
export function addressType(service: Service): 'IPv4' | 'IPv6' {
  return service.spec.ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4';
}

/** Takes in what a slice says now and said before. */
function hear(
  members: Members,
  slice: string,
  old: EndpointSlice | undefined,
  next: EndpointSlice | undefined,
): void {
  const before = old?.endpoints ?? [];
  const after = next?.endpoints ?? [];
  const ports = portsKey(next?.ports);
  // Most of a slice is what it was, often the very same objects in the same places.
  const isSame = portsKey(old?.ports) === ports;
  const { told } = members;
  for (let index = 0; index < before.length; index++) {
    if (isSame && before[index] === after[index]) continue;
    const key = podOf(before[index]);
    if (key === undefined || told.get(key)?.slice !== slice) continue;
    told.delete(key);
    judge(members, key);
  }
  for (let index = 0; index < after.length; index++) {
    const endpoint = after[index];
    const key = podOf(endpoint);
    if (endpoint === undefined || key === undefined) continue;
    if (isSame && before[index] === endpoint && told.get(key)?.slice === slice) continue;
    told.set(key, Object.freeze({ slice, endpoint, ports }));
    judge(members, key);
  }
}

function judge(members: Members, key: string): void {
  const wanted = members.wanted.get(key);
  const told = members.told.get(key);
  const agrees =
    wanted === undefined || told === undefined
      ? wanted === told
      : wanted.key === told.ports && semanticEqual(wanted.endpoint, told.endpoint);
  if (agrees) members.drift.delete(key);
  else members.drift.add(key);
}

function podOf(endpoint: Endpoint | undefined): string | undefined {
  const target = endpoint?.targetRef;
  return target?.kind === 'Pod' ? `${target.namespace ?? ''}/${target.name ?? ''}` : undefined;
}

/** Whether a changed node is there as before, in the zone it was in. */
export function isSamePlace(old: Node | undefined, next: Node | undefined): boolean {
  if (old === undefined || next === undefined) return false;
  return old.metadata.labels?.[zoneLabel] === next.metadata.labels?.[zoneLabel];
}
