import type { Deployment } from '../../api/generated/types.ts';
import type { Invariant } from './invariant.ts';
import { objectsOf } from './objects.ts';

/** What was asked for is there, where it can be. */
export const replicasReached: Invariant = {
  name: 'every Deployment has the ready replicas it asks for',
  kind: 'liveness',
  check(world) {
    for (const { metadata, spec, status } of objectsOf<Deployment>(world, 'Deployment')) {
      const wanted = spec?.replicas ?? 1;
      if ((status?.readyReplicas ?? 0) !== wanted || (status?.replicas ?? 0) !== wanted) {
        return `${metadata.name} has ${status?.readyReplicas ?? 0} ready of ${status?.replicas ?? 0}, wants ${wanted}`;
      }
    }
    return undefined;
  },
};
