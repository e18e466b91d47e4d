import type { KubernetesObject } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { horizontalPodAutoscalerTable } from './autoscaling.ts';
import { deploymentTable, replicaSetTable } from './deployment.ts';
import { endpointSliceTable, endpointsTable } from './endpoints.ts';
import { eventTable } from './event.ts';
import { ingressClassTable, ingressTable, networkPolicyTable } from './networking.ts';
import { nodeTable } from './node.ts';
import { podTable } from './pod.ts';
import {
  certificateSigningRequestTable,
  limitRangeTable,
  resourceQuotaTable,
  roleBindingTable,
  runtimeClassTable,
} from './policy.ts';
import { serviceTable } from './service.ts';
import {
  configMapTable,
  leaseTable,
  namespaceTable,
  podDisruptionBudgetTable,
  priorityClassTable,
  secretTable,
  serviceAccountTable,
} from './simple-tables.ts';
import { persistentVolumeClaimTable, persistentVolumeTable, storageClassTable } from './storage.ts';
import {
  controllerRevisionTable,
  cronJobTable,
  daemonSetTable,
  jobTable,
  podTemplateTable,
  replicationControllerTable,
  statefulSetTable,
} from './workloads.ts';

/** Every table by the kind it shows, one a line. Kinds that are served name theirs in their declaration. */
const tables = new Map<string, KindTable<KubernetesObject>>(
  Object.entries({
    CertificateSigningRequest: certificateSigningRequestTable,
    ClusterRoleBinding: roleBindingTable,
    ConfigMap: configMapTable,
    ControllerRevision: controllerRevisionTable,
    CronJob: cronJobTable,
    DaemonSet: daemonSetTable,
    Deployment: deploymentTable,
    Endpoints: endpointsTable,
    EndpointSlice: endpointSliceTable,
    Event: eventTable,
    HorizontalPodAutoscaler: horizontalPodAutoscalerTable,
    Ingress: ingressTable,
    IngressClass: ingressClassTable,
    Job: jobTable,
    Lease: leaseTable,
    LimitRange: limitRangeTable,
    Namespace: namespaceTable,
    NetworkPolicy: networkPolicyTable,
    Node: nodeTable,
    PersistentVolume: persistentVolumeTable,
    PersistentVolumeClaim: persistentVolumeClaimTable,
    Pod: podTable,
    PodDisruptionBudget: podDisruptionBudgetTable,
    PodTemplate: podTemplateTable,
    PriorityClass: priorityClassTable,
    ReplicaSet: replicaSetTable,
    ReplicationController: replicationControllerTable,
    ResourceQuota: resourceQuotaTable,
    RoleBinding: roleBindingTable,
    RuntimeClass: runtimeClassTable,
    Secret: secretTable,
    Service: serviceTable,
    ServiceAccount: serviceAccountTable,
    StatefulSet: statefulSetTable,
    StorageClass: storageClassTable,
  }),
);

/** The table of a kind, or undefined for kinds that have none of their own. */
export function tableByKind(kind: string): KindTable<KubernetesObject> | undefined {
  return tables.get(kind);
}
