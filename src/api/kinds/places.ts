/**
 * Where objects of the built-in kinds are: what a kind is called in paths, and below which key etcd keeps it. The
 * declarations say the same (a test compares them); this table is for whoever must know it before they are loaded.
 *
 * A kind a line: its name, its plural, and its key where that is not the plural.
 */
const PLACES: Readonly<Record<string, string>> = {
  v1: `ConfigMap configmaps
Endpoints endpoints services/endpoints
Event events
LimitRange limitranges
Namespace namespaces
Node nodes minions
PersistentVolumeClaim persistentvolumeclaims
PersistentVolume persistentvolumes
Pod pods
ReplicationController replicationcontrollers controllers
ResourceQuota resourcequotas
Secret secrets
ServiceAccount serviceaccounts
Service services services/specs
PodTemplate podtemplates`,
  'admissionregistration.k8s.io/v1': `ValidatingAdmissionPolicy validatingadmissionpolicies
ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings
MutatingWebhookConfiguration mutatingwebhookconfigurations
ValidatingWebhookConfiguration validatingwebhookconfigurations`,
  'apiextensions.k8s.io/v1':
    'CustomResourceDefinition customresourcedefinitions apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/v1': 'APIService apiservices',
  'apps/v1': `ControllerRevision controllerrevisions
DaemonSet daemonsets
Deployment deployments
ReplicaSet replicasets
StatefulSet statefulsets`,
  'autoscaling/v2': 'HorizontalPodAutoscaler horizontalpodautoscalers',
  'autoscaling/v1': 'HorizontalPodAutoscaler horizontalpodautoscalers',
  'batch/v1': `CronJob cronjobs
Job jobs`,
  'certificates.k8s.io/v1': 'CertificateSigningRequest certificatesigningrequests',
  'coordination.k8s.io/v1': 'Lease leases',
  'discovery.k8s.io/v1': 'EndpointSlice endpointslices',
  'events.k8s.io/v1': 'Event events',
  'flowcontrol.apiserver.k8s.io/v1': `FlowSchema flowschemas
PriorityLevelConfiguration prioritylevelconfigurations`,
  'networking.k8s.io/v1': `Ingress ingresses ingress
NetworkPolicy networkpolicies
IngressClass ingressclasses
IPAddress ipaddresses
ServiceCIDR servicecidrs`,
  'node.k8s.io/v1': 'RuntimeClass runtimeclasses',
  'policy/v1': 'PodDisruptionBudget poddisruptionbudgets',
  'rbac.authorization.k8s.io/v1': `ClusterRole clusterroles
ClusterRoleBinding clusterrolebindings
Role roles
RoleBinding rolebindings`,
  'resource.k8s.io/v1': `DeviceClass deviceclasses
ResourceClaim resourceclaims
ResourceClaimTemplate resourceclaimtemplates
ResourceSlice resourceslices`,
  'scheduling.k8s.io/v1': 'PriorityClass priorityclasses',
  'storage.k8s.io/v1': `StorageClass storageclasses
CSIDriver csidrivers
CSINode csinodes
CSIStorageCapacity csistoragecapacities
VolumeAttachment volumeattachments
VolumeAttributesClass volumeattributesclasses`,
};

/** Where objects of one kind are. */
export interface KindPlace {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** Below `/registry/`. */
  readonly storage: string;
}

/** Every built-in kind's. */
export const kindPlaces: readonly KindPlace[] = Object.entries(PLACES).flatMap(
  ([apiVersion, lines]) =>
    lines.split('\n').map((line): KindPlace => {
      const [kind = '', plural = '', storage = plural] = line.split(' ');
      return { apiVersion, kind, plural, storage };
    }),
);

const byKind = new Map(kindPlaces.map((each) => [`${each.apiVersion} ${each.kind}`, each]));
const byPlural = new Map(kindPlaces.map((each) => [`${each.apiVersion} ${each.plural}`, each]));

/** By what an object carries. O(1). */
export function placeOfKind(apiVersion: string, kind: string): KindPlace | undefined {
  return byKind.get(`${apiVersion} ${kind}`);
}

/** By what stands in a path. O(1). */
export function placeOfPlural(apiVersion: string, plural: string): KindPlace | undefined {
  return byPlural.get(`${apiVersion} ${plural}`);
}
