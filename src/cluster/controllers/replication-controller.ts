import type { ReplicationController } from '../../api/generated/types.ts';
import { replicaController } from './replicaset.ts';
import { replicationControllerAsSet } from './replication-controller-set.ts';

/** Keeps a ReplicationController's pods as if it were a ReplicaSet. */
export const replicationController = replicaController({
  controller: 'replication-controller',
  kind: 'ReplicationController',
  resource: 'replicationcontrollers',
  asSet: (object) => replicationControllerAsSet(object as ReplicationController), // As its resource.
  countsTerminating: false,
});
