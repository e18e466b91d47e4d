/**
 * What the control loops are called, in the order of `controllers/index.ts` (a test compares them): for whoever looks at
 * a controller manager without running one.
 */
export const LOOP_NAMES: readonly string[] = [
  'deployment-controller',
  'replicaset-controller',
  'replication-controller',
  'daemonset-controller',
  'statefulset-controller',
  'job-controller',
  'cronjob-controller',
  'ttl-after-finished-controller',
  'endpointslice-controller',
  'endpoints-controller',
  'endpointslice-mirroring-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'node-ipam-controller',
  'node-lifecycle-controller',
  'taint-eviction-controller',
  'pod-garbage-collector-controller',
  'garbage-collector-controller',
  'disruption-controller',
  'persistentvolume-controller',
  'kubarium-provisioner',
  'persistentvolumeclaim-protection-controller',
  'persistentvolume-protection-controller',
  'ephemeral-volume-controller',
  'resourcequota-controller',
  'clusterrole-aggregation-controller',
  'horizontal-pod-autoscaler',
];
