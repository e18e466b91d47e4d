import { policyStatusController } from './admission-policy/policy-status.ts';
import { clusterRoleAggregationController } from './cluster-role-aggregation.ts';
import type { Controller } from './controller.ts';
import { cronJobController } from './cronjob/cronjob.ts';
import { daemonSetController } from './daemon/daemonset.ts';
import { deploymentController } from './deployment/deployment.ts';
import { disruptionController } from './disruption/disruption.ts';
import { endpointsController } from './endpoints/endpoints.ts';
import { endpointSliceController } from './endpoints/endpointslice.ts';
import { endpointSliceMirroringController } from './endpoints/mirroring.ts';
import { garbageCollector } from './garbage/garbage-collector.ts';
import { horizontalController } from './horizontal/horizontal.ts';
import { jobController } from './job/job.ts';
import { ttlAfterFinishedController } from './job/ttl-after-finished.ts';
import { namespaceController } from './namespace/namespace.ts';
import { nodeIpamController } from './node/node-ipam.ts';
import { nodeLifecycleController } from './node/node-lifecycle.ts';
import { taintEvictionController } from './node/taint-eviction.ts';
import { podGcController } from './pod-gc.ts';
import { resourceQuotaController } from './quota/resource-quota.ts';
import { replicaSetController } from './replicaset.ts';
import { replicationController } from './replication-controller.ts';
import { rootCaController } from './root-ca.ts';
import { controllerManager } from './runtime.ts';
import { serviceAccountController } from './serviceaccount.ts';
import { statefulSetController } from './stateful/statefulset.ts';
import { ephemeralVolumeController } from './volume/ephemeral.ts';
import { persistentVolumeBinder } from './volume/persistent-volume-binder.ts';
import { claimProtection, volumeProtection } from './volume/protection.ts';
import { volumeProvisioner } from './volume/provisioner.ts';

/** Every control loop of kube-controller-manager, one a line. */
export const controllers: readonly Controller[] = [
  deploymentController,
  replicaSetController,
  replicationController,
  daemonSetController,
  statefulSetController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  endpointSliceController,
  endpointsController,
  endpointSliceMirroringController,
  namespaceController,
  serviceAccountController,
  rootCaController,
  nodeIpamController,
  nodeLifecycleController,
  taintEvictionController,
  podGcController,
  garbageCollector,
  disruptionController,
  persistentVolumeBinder,
  volumeProvisioner,
  claimProtection,
  volumeProtection,
  ephemeralVolumeController,
  resourceQuotaController,
  clusterRoleAggregationController,
  horizontalController,
  policyStatusController,
];

/** The behaviour of processes of kind `kube-controller-manager`; their config is a ControllerManagerConfig. */
export const controllerManagerBehaviour = controllerManager(controllers);
