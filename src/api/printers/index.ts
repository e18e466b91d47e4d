import type { KubernetesObject } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { deploymentTable, replicaSetTable } from './deployment.ts';
import { endpointSliceTable, endpointsTable } from './endpoints.ts';
import { eventTable } from './event.ts';
import { nodeTable } from './node.ts';
import { podTable } from './pod.ts';
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

/** Every table by the kind it shows, one a line. Kinds that are served name theirs in their declaration. */
const tables = new Map<string, KindTable<KubernetesObject>>(
  Object.entries({
    ConfigMap: configMapTable,
    Deployment: deploymentTable,
    Endpoints: endpointsTable,
    EndpointSlice: endpointSliceTable,
    Event: eventTable,
    Lease: leaseTable,
    Namespace: namespaceTable,
    Node: nodeTable,
    Pod: podTable,
    PodDisruptionBudget: podDisruptionBudgetTable,
    PriorityClass: priorityClassTable,
    ReplicaSet: replicaSetTable,
    Secret: secretTable,
    Service: serviceTable,
    ServiceAccount: serviceAccountTable,
  }),
);

/** The table of a kind, or undefined for kinds that have none of their own. */
export function tableByKind(kind: string): KindTable<KubernetesObject> | undefined {
  return tables.get(kind);
}
