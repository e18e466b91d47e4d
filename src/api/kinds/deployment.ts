import type { Deployment } from '../generated/types.ts';
import { defineKind, scaleSubresource, statusOf } from './define-kind.ts';

/** Rolls a pod template out, one ReplicaSet a version. */
export const deploymentKind = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: { scale: scaleSubresource, status: statusOf('Deployment') },
  scale: {
    specReplicas: (deployment) => deployment.spec.replicas ?? 1,
    statusReplicas: (deployment) => deployment.status?.replicas ?? 0,
    selector: () => '',
    withReplicas: (deployment, replicas) => ({
      ...deployment,
      spec: { ...deployment.spec, replicas },
    }),
  },
  namespaced: true,
});
