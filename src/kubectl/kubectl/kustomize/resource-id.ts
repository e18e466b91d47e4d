import { kindByApiVersion } from '../../../api/kinds/index.ts';

export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What tells one resource from another. `namespace` is as written: empty where the file has none. */
export interface ResourceId extends Gvk {
  readonly name: string;
  readonly namespace: string;
  readonly isClusterScoped: boolean;
}

/** Stands for the namespace of what has none. */
export const NO_NAMESPACE = '_non_namespaceable_';

export function gvkOf(apiVersion: string, kind: string): Gvk {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion, kind }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1), kind };
}

export function apiVersionOf({ group, version }: Gvk): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Kinds outside namespaces that kustomize knows beside those that are served today. */
const formerClusterScoped = new Set([
  'policy/v1beta1 PodSecurityPolicy',
  'v1 ComponentStatus',
  'admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/v1beta1 CustomResourceDefinition',
  'apiregistration.k8s.io/v1beta1 APIService',
  'certificates.k8s.io/v1beta1 CertificateSigningRequest',
  'flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema',
  'flowcontrol.apiserver.k8s.io/v1beta1 PriorityLevelConfiguration',
  'networking.k8s.io/v1beta1 IngressClass',
  'node.k8s.io/v1beta1 RuntimeClass',
  'rbac.authorization.k8s.io/v1beta1 ClusterRole',
  'rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding',
  'scheduling.k8s.io/v1beta1 PriorityClass',
  'storage.k8s.io/v1beta1 CSIDriver',
  'storage.k8s.io/v1beta1 CSINode',
  'storage.k8s.io/v1beta1 StorageClass',
  'storage.k8s.io/v1beta1 VolumeAttachment',
]);

/** Kinds outside namespaces that came after the API that kustomize knows (1.21): it takes them for namespaced. */
const unknownToKustomize = new Set([
  'admissionregistration.k8s.io MutatingAdmissionPolicy',
  'admissionregistration.k8s.io MutatingAdmissionPolicyBinding',
  'certificates.k8s.io ClusterTrustBundle',
  'flowcontrol.apiserver.k8s.io FlowSchema',
  'flowcontrol.apiserver.k8s.io PriorityLevelConfiguration',
  'networking.k8s.io IPAddress',
  'networking.k8s.io ServiceCIDR',
  'resource.k8s.io DeviceClass',
  'resource.k8s.io ResourceSlice',
  'storage.k8s.io VolumeAttributesClass',
]);

/** Whether kustomize knows for certain that a kind stands outside namespaces. */
export function isClusterScoped(gvk: Gvk): boolean {
  const apiVersion = apiVersionOf(gvk);
  if (formerClusterScoped.has(`${apiVersion} ${gvk.kind}`)) return true;
  if (unknownToKustomize.has(`${gvk.group} ${gvk.kind}`)) return false;
  return kindByApiVersion(apiVersion, gvk.kind)?.namespaced === false;
}

export function effectiveNamespace(id: ResourceId): string {
  if (id.isClusterScoped) return NO_NAMESPACE;
  return id.namespace === '' ? 'default' : id.namespace;
}

export function sameNamespace(a: ResourceId, b: ResourceId): boolean {
  return effectiveNamespace(a) === effectiveNamespace(b);
}

export function sameKindAndName(a: ResourceId, b: ResourceId): boolean {
  return a.name === b.name && a.group === b.group && a.version === b.version && a.kind === b.kind;
}

export function sameId(a: ResourceId, b: ResourceId): boolean {
  return sameNamespace(a, b) && sameKindAndName(a, b);
}

/** Whether a group, version and kind fit others, of which empty ones fit everything. */
export function isSelected(gvk: Gvk, selector: Partial<Gvk>): boolean {
  return (
    ((selector.group ?? '') === '' || gvk.group === selector.group) &&
    ((selector.version ?? '') === '' || gvk.version === selector.version) &&
    ((selector.kind ?? '') === '' || gvk.kind === selector.kind)
  );
}

/** `Deployment.v1.apps`, with `[noGrp]` and the like for what is empty. */
export function gvkText({ group, version, kind }: Partial<Gvk>): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}`;
}

/** `Deployment.v1.apps/web.[noNs]`. */
export function idText(id: Partial<ResourceId>): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}

/** An id as Go prints the struct with `%#v`. */
export function idGoSyntax({
  group,
  version,
  kind,
  isClusterScoped: scoped,
  name,
  namespace,
}: ResourceId): string {
  const q = JSON.stringify;
  return `resid.ResId{Gvk:resid.Gvk{Group:${q(group)}, Version:${q(version)}, Kind:${q(kind)}, isClusterScoped:${String(scoped)}}, Name:${q(name)}, Namespace:${q(namespace)}}`;
}
