/**
 * Merge behaviour that the 1.27 document does not tell, because the field is newer or its markers were added later.
 * Facts of Kubernetes v1.35: struct tags (patchStrategy, patchMergeKey) and markers (listType, listMapKey, mapType).
 * `list`: 'atomic' | 'set' | [map keys]; `merge`: the key of strategic merge patch, '' for a list of primitives.
 */
export const fieldAnnotations = {
  'Container.resizePolicy': { list: 'atomic' },
  'ContainerStatus.allocatedResourcesStatus': { list: ['name'], merge: 'name' },
  'ContainerStatus.volumeMounts': { list: ['mountPath'], merge: 'mountPath' },
  'ResourceStatus.resources': { list: ['resourceID'] },
  'PodSpec.hostAliases': { list: ['ip'], merge: 'ip' },
  'PodSpec.resourceClaims': { list: ['name'], merge: 'name', retainKeys: true },
  'PodSpec.schedulingGates': { list: ['name'], merge: 'name' },
  'PodSpec.imagePullSecrets': { list: ['name'], merge: 'name' },
  'PodStatus.hostIPs': { list: 'atomic', merge: 'ip' },
  'PodStatus.podIPs': { list: ['ip'], merge: 'ip' },
  'PodStatus.resourceClaimStatuses': { list: ['name'], merge: 'name', retainKeys: true },
  'NodeSpec.podCIDRs': { list: 'set', merge: '' },
  'NodeStatus.addresses': { list: ['type'], merge: 'type' },
  'ServiceAccount.secrets': { list: ['name'], merge: 'name' },
  'ServiceAccount.imagePullSecrets': { list: 'atomic' },
  'ServiceStatus.conditions': { list: ['type'], merge: 'type' },
  'DeploymentSpec.strategy': { retainKeys: true },
  'CSINodeSpec.drivers': { list: ['name'], merge: 'name' },
  'ValidatingAdmissionPolicySpec.matchConditions': { list: ['name'], merge: 'name' },
  'ValidatingAdmissionPolicySpec.variables': { list: ['name'], merge: 'name' },
  'ValidatingAdmissionPolicySpec.validations': { list: 'atomic' },
  'ValidatingAdmissionPolicySpec.auditAnnotations': { list: 'atomic' },
  'ValidatingAdmissionPolicyStatus.conditions': { list: ['type'] },
  'MutatingAdmissionPolicySpec.matchConditions': { list: ['name'], merge: 'name' },
  'MutatingAdmissionPolicySpec.variables': { list: 'atomic' },
  'MutatingAdmissionPolicySpec.mutations': { list: 'atomic' },
  'ServiceCIDRStatus.conditions': { list: ['type'], merge: 'type' },
  'FlowSchemaStatus.conditions': { list: ['type'], merge: 'type' },
  'PriorityLevelConfigurationStatus.conditions': { list: ['type'], merge: 'type' },
  'JobStatus.conditions': { list: 'atomic', merge: 'type' },
  'SuccessPolicy.rules': { list: 'atomic' },
  'NodeSystemInfo.swap': {},
};

/** Structs that server-side apply treats as one value. */
export const atomicStructs = new Set([
  'NodeSelector',
  'NodeSelectorTerm',
  'LabelSelector',
  'ConfigMapKeySelector',
  'SecretKeySelector',
  'LocalObjectReference',
  'ObjectReference',
  'ObjectFieldSelector',
  'ResourceFieldSelector',
  'SecretReference',
  'TypedLocalObjectReference',
  'OwnerReference',
  'RoleRef',
  'Subject',
  'EndpointAddress',
  'EndpointPort',
  'DiscoveryV1EndpointPort',
  'ScopeSelector',
  'ScopedResourceSelectorRequirement',
  'TopologySelectorTerm',
  'LoadBalancerIngress',
  'FileKeySelector',
  'MatchResources',
  'NamedRuleWithOperations',
  'ParamRef',
  'ParamKind',
]);

/** Maps that server-side apply treats as one value, `Struct.field`. */
export const atomicMaps = new Set([
  'PodSpec.nodeSelector',
  'ReplicationControllerSpec.selector',
  'ServiceSpec.selector',
]);

/** Defaults that list-map keys rely on: an entry without the key means this one. */
export const fieldDefaults = { 'ContainerPort.protocol': 'TCP', 'ServicePort.protocol': 'TCP' };

/**
 * Required references that are pointers in the API server. When missing they stay missing (a validation error), while a
 * required struct by value is present with zero values.
 */
export const pointerStructs = new Set(['LabelSelector', 'NodeSelector']);

/** Struct fields that the API server always sends although the schema calls them optional: structs by value. */
export const alwaysPresent = new Set(['PodTemplateSpec.spec', 'JobTemplateSpec.spec']);

/** Names of Go's string types, as they appear in the API server's decoding errors; other strings are `string`. */
export const goStringTypes = {
  'Container.imagePullPolicy': 'PullPolicy',
  'EphemeralContainer.imagePullPolicy': 'PullPolicy',
  'PodSpec.restartPolicy': 'RestartPolicy',
  'PodSpec.dnsPolicy': 'DNSPolicy',
  'ContainerPort.protocol': 'Protocol',
  'ServicePort.protocol': 'Protocol',
  'ServiceSpec.type': 'ServiceType',
  'DeploymentStrategy.type': 'DeploymentStrategyType',
  'Toleration.operator': 'TolerationOperator',
  'Toleration.effect': 'TaintEffect',
  'Taint.effect': 'TaintEffect',
};

/** Fields that hold base64. */
export const byteFields = new Set([
  'Secret.data',
  'ConfigMap.binaryData',
  'WebhookClientConfig.caBundle',
  'ApiextensionsV1WebhookClientConfig.caBundle',
  'CertificateSigningRequestSpec.request',
  'CertificateSigningRequestStatus.certificate',
  'APIServiceSpec.caBundle',
]);

/** Fields of the package's Kubernetes v1.36 that v1.35 does not have. */
export const newerFields = new Set([
  'PodSpec.schedulingGroup',
  'PodStatus.nodeAllocatableResourceClaimStatuses',
  'ListMeta.shardInfo',
]);
