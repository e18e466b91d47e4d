import type { Deployment, ReplicaSet } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { formatLabelSelector } from '../selectors/label-selector.ts';
import {
  ageColumn,
  ageOf,
  containerCells,
  containerColumns,
  nameColumn,
  numberColumn,
  textColumn,
} from './columns.ts';

export const deploymentTable: KindTable<Deployment> = {
  columns: [
    nameColumn,
    textColumn('Ready', 'How many of the wanted pods are ready.'),
    textColumn('Up-to-date', 'How many pods are of the newest template.'),
    textColumn('Available', 'How many pods have been ready long enough.'),
    ageColumn,
    ...containerColumns,
  ],
  cells: ({ metadata, spec, status, ...rest }, now) => [
    metadata.name ?? '',
    `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    ageOf({ metadata, ...rest }, now),
    ...containerCells(spec.template?.spec, formatLabelSelector(spec.selector)),
  ],
};

export const replicaSetTable: KindTable<ReplicaSet> = {
  columns: [
    nameColumn,
    numberColumn('Desired', 'How many pods are wanted.'),
    numberColumn('Current', 'How many pods there are.'),
    numberColumn('Ready', 'How many of them are ready.'),
    ageColumn,
    ...containerColumns,
  ],
  cells: ({ metadata, spec, status, ...rest }, now) => [
    metadata.name ?? '',
    spec.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageOf({ metadata, ...rest }, now),
    ...containerCells(spec.template?.spec, formatLabelSelector(spec.selector)),
  ],
};
