/** What the generator covers: the kinds of Kubernetes v1.35 that Kubarium knows, by the folder that declares them. */

/** `[apiVersion, kinds that are stored or posted]`; the types they use follow by themselves. */
export const kinds = [
  [
    'v1',
    [
      'Namespace',
      'Node',
      'Pod',
      'PodTemplate',
      'Binding',
      'ReplicationController',
      'Service',
      'Endpoints',
      'ConfigMap',
      'Secret',
      'ServiceAccount',
      'Event',
      'LimitRange',
      'ResourceQuota',
      'PersistentVolume',
      'PersistentVolumeClaim',
      'ComponentStatus',
    ],
  ],
  ['apps/v1', ['ReplicaSet', 'Deployment', 'StatefulSet', 'DaemonSet', 'ControllerRevision']],
  ['autoscaling/v1', ['Scale', 'HorizontalPodAutoscaler']],
  ['autoscaling/v2', ['HorizontalPodAutoscaler']],
  ['batch/v1', ['Job', 'CronJob']],
  ['policy/v1', ['PodDisruptionBudget', 'Eviction']],
  ['discovery.k8s.io/v1', ['EndpointSlice']],
  ['events.k8s.io/v1', ['Event']],
  ['coordination.k8s.io/v1', ['Lease']],
  ['scheduling.k8s.io/v1', ['PriorityClass']],
  ['node.k8s.io/v1', ['RuntimeClass']],
  [
    'storage.k8s.io/v1',
    [
      'StorageClass',
      'CSINode',
      'CSIDriver',
      'CSIStorageCapacity',
      'VolumeAttachment',
      'VolumeAttributesClass',
    ],
  ],
  [
    'networking.k8s.io/v1',
    ['Ingress', 'IngressClass', 'NetworkPolicy', 'ServiceCIDR', 'IPAddress'],
  ],
  ['rbac.authorization.k8s.io/v1', ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']],
  ['authentication.k8s.io/v1', ['TokenRequest', 'TokenReview', 'SelfSubjectReview']],
  [
    'authorization.k8s.io/v1',
    [
      'SelfSubjectAccessReview',
      'SubjectAccessReview',
      'LocalSubjectAccessReview',
      'SelfSubjectRulesReview',
    ],
  ],
  ['certificates.k8s.io/v1', ['CertificateSigningRequest']],
  [
    'admissionregistration.k8s.io/v1',
    [
      'ValidatingWebhookConfiguration',
      'MutatingWebhookConfiguration',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
    ],
  ],
  ['apiextensions.k8s.io/v1', ['CustomResourceDefinition']],
  ['apiregistration.k8s.io/v1', ['APIService']],
  ['flowcontrol.apiserver.k8s.io/v1', ['FlowSchema', 'PriorityLevelConfiguration']],
  [
    'resource.k8s.io/v1',
    ['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice'],
  ],
];

/** Types of meta/v1 that no kind refers to but every server and client needs. */
export const metaTypes = [
  'ObjectMeta',
  'ListMeta',
  'Status',
  'LabelSelector',
  'DeleteOptions',
  'Condition',
  'OwnerReference',
  'APIGroup',
  'APIGroupList',
  'APIResource',
  'APIResourceList',
  'APIVersions',
];

/** Further types of a group that are wanted by name, `[apiVersion, type]`. */
export const extraTypes = [['v1', 'ObjectReference']];

/** Kinds that are posted to a subresource or answered at once, never stored: their metadata stays optional. */
export const notStored = new Set([
  'Binding',
  'Eviction',
  'TokenRequest',
  'TokenReview',
  'SelfSubjectReview',
  'SelfSubjectAccessReview',
  'SubjectAccessReview',
  'LocalSubjectAccessReview',
  'SelfSubjectRulesReview',
  'Scale',
]);

/**
 * Two groups may use one type name. The first in this list keeps it, the others are called after their group, for a
 * reader of the types must be able to tell them apart.
 */
export const renamed = {
  IoK8sApiAutoscalingV1HorizontalPodAutoscaler: 'HorizontalPodAutoscalerV1',
  IoK8sApiAutoscalingV1HorizontalPodAutoscalerSpec: 'HorizontalPodAutoscalerV1Spec',
  IoK8sApiAutoscalingV1HorizontalPodAutoscalerStatus: 'HorizontalPodAutoscalerV1Status',
  IoK8sApiAutoscalingV1CrossVersionObjectReference: 'CrossVersionObjectReferenceV1',
  IoK8sApiEventsV1Event: 'EventsV1Event',
  IoK8sApiEventsV1EventSeries: 'EventsV1EventSeries',
  IoK8sApiDiscoveryV1EndpointPort: 'DiscoveryV1EndpointPort',
  IoK8sApiStorageV1TokenRequest: 'CSIServiceAccountTokenRequest',
  IoK8sApiFlowcontrolV1Subject: 'FlowcontrolV1Subject',
  IoK8sApiApiextensionsApiserverPkgApisApiextensionsV1ServiceReference:
    'ApiextensionsV1ServiceReference',
  IoK8sApiextensionsApiserverPkgApisApiextensionsV1ServiceReference:
    'ApiextensionsV1ServiceReference',
  IoK8sApiextensionsApiserverPkgApisApiextensionsV1WebhookClientConfig:
    'ApiextensionsV1WebhookClientConfig',
  IoK8sKubeAggregatorPkgApisApiregistrationV1ServiceReference: 'ApiregistrationV1ServiceReference',
  IoK8sApiAuthenticationV1UserInfo: 'UserInfo',
  IoK8sApiCoreV1ResourceClaim: 'ContainerResourceClaim',
};
