import { describeBinding, describeRole, describeSigningRequest } from './access.ts';
import { describeIpAddress, describeServiceCidr } from './addresses.ts';
import { describeAutoscaler } from './autoscaler.ts';
import {
  describeConfigMap,
  describeLimitRange,
  describeNamespace,
  describePriorityClass,
  describeResourceQuota,
  describeSecret,
  describeServiceAccount,
} from './config.ts';
import { describeCsiNode } from './csi-node.ts';
import type { Describer } from './describer.ts';
import { describeAnything } from './generic.ts';
import { describeNode } from './node.ts';
import { describePod } from './pod.ts';
import {
  describeEndpoints,
  describeEndpointSlice,
  describeIngress,
  describeIngressClass,
  describeNetworkPolicy,
  describeService,
} from './services.ts';
import { describeStorageClass, describeVolumeAttributesClass } from './storage-class.ts';
import { describeClaim, describeVolume } from './storage.ts';
import {
  describeBudget,
  describeCronJob,
  describeDaemonSet,
  describeDeployment,
  describeJob,
  describeReplicaSet,
  describeStatefulSet,
} from './workloads.ts';

/** Kinds with a description of their own, by group and kind. */
const describers: ReadonlyMap<string, Describer> = new Map([
  ['/ConfigMap', describeConfigMap],
  ['/Endpoints', describeEndpoints],
  ['/LimitRange', describeLimitRange],
  ['/Namespace', describeNamespace],
  ['/Node', describeNode],
  ['/PersistentVolume', describeVolume],
  ['/PersistentVolumeClaim', describeClaim],
  ['/Pod', describePod],
  ['/ReplicationController', describeReplicaSet],
  ['/ResourceQuota', describeResourceQuota],
  ['/Secret', describeSecret],
  ['/Service', describeService],
  ['/ServiceAccount', describeServiceAccount],
  ['apps/DaemonSet', describeDaemonSet],
  ['apps/Deployment', describeDeployment],
  ['apps/ReplicaSet', describeReplicaSet],
  ['apps/StatefulSet', describeStatefulSet],
  ['autoscaling/HorizontalPodAutoscaler', describeAutoscaler],
  ['batch/CronJob', describeCronJob],
  ['batch/Job', describeJob],
  ['certificates.k8s.io/CertificateSigningRequest', describeSigningRequest],
  ['discovery.k8s.io/EndpointSlice', describeEndpointSlice],
  ['networking.k8s.io/IPAddress', describeIpAddress],
  ['networking.k8s.io/Ingress', describeIngress],
  ['networking.k8s.io/IngressClass', describeIngressClass],
  ['networking.k8s.io/NetworkPolicy', describeNetworkPolicy],
  ['networking.k8s.io/ServiceCIDR', describeServiceCidr],
  ['policy/PodDisruptionBudget', describeBudget],
  ['rbac.authorization.k8s.io/ClusterRole', describeRole],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', describeBinding],
  ['rbac.authorization.k8s.io/Role', describeRole],
  ['rbac.authorization.k8s.io/RoleBinding', describeBinding],
  ['scheduling.k8s.io/PriorityClass', describePriorityClass],
  ['storage.k8s.io/CSINode', describeCsiNode],
  ['storage.k8s.io/StorageClass', describeStorageClass],
  ['storage.k8s.io/VolumeAttributesClass', describeVolumeAttributesClass],
]);

export function describerFor(group: string, kind: string): Describer {
  return describers.get(`${group}/${kind}`) ?? describeAnything;
}
