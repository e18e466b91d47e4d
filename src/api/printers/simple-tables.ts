import type {
  ConfigMap,
  Lease,
  Namespace,
  PodDisruptionBudget,
  PriorityClass,
  Secret,
  ServiceAccount,
} from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import {
  ageColumn,
  ageOf,
  booleanColumn,
  nameColumn,
  numberColumn,
  textColumn,
} from './columns.ts';

/** Tables that only read a field or count one. */

export const namespaceTable: KindTable<Namespace> = {
  columns: [
    nameColumn,
    textColumn('Status', 'Active, or Terminating while it is emptied.'),
    ageColumn,
  ],
  cells: (namespace, now) => [
    namespace.metadata.name ?? '',
    namespace.status?.phase ?? '',
    ageOf(namespace, now),
  ],
};

export const configMapTable: KindTable<ConfigMap> = {
  columns: [nameColumn, textColumn('Data', 'How many keys it has.'), ageColumn],
  cells: (map, now) => [
    map.metadata.name ?? '',
    Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length,
    ageOf(map, now),
  ],
};

export const secretTable: KindTable<Secret> = {
  columns: [
    nameColumn,
    textColumn('Type', 'What the secret is for.'),
    textColumn('Data', 'How many keys it has.'),
    ageColumn,
  ],
  cells: (secret, now) => [
    secret.metadata.name ?? '',
    secret.type ?? '',
    Object.keys(secret.data ?? {}).length,
    ageOf(secret, now),
  ],
};

export const serviceAccountTable: KindTable<ServiceAccount> = {
  columns: [nameColumn, textColumn('Secrets', 'How many secrets it lists.'), ageColumn],
  cells: (account, now) => [
    account.metadata.name ?? '',
    (account.secrets ?? []).length,
    ageOf(account, now),
  ],
};

export const leaseTable: KindTable<Lease> = {
  columns: [nameColumn, textColumn('Holder', 'Who holds it.'), ageColumn],
  cells: (lease, now) => [
    lease.metadata.name ?? '',
    lease.spec?.holderIdentity ?? '',
    ageOf(lease, now),
  ],
};

export const priorityClassTable: KindTable<PriorityClass> = {
  columns: [
    nameColumn,
    numberColumn('Value', 'The priority of pods of this class; the higher, the more they matter.'),
    booleanColumn('Global-Default', 'Whether pods without a class get this one.'),
    ageColumn,
  ],
  cells: (priorityClass, now) => [
    priorityClass.metadata.name ?? '',
    priorityClass.value ?? 0,
    priorityClass.globalDefault ?? false,
    ageOf(priorityClass, now),
  ],
};

export const podDisruptionBudgetTable: KindTable<PodDisruptionBudget> = {
  columns: [
    nameColumn,
    textColumn('Min Available', 'How many pods must stay.'),
    textColumn('Max Unavailable', 'How many pods may be gone.'),
    numberColumn('Allowed Disruptions', 'How many pods may be taken away now.'),
    ageColumn,
  ],
  cells: (budget, now) => [
    budget.metadata.name ?? '',
    budget.spec?.minAvailable === undefined ? 'N/A' : String(budget.spec.minAvailable),
    budget.spec?.maxUnavailable === undefined ? 'N/A' : String(budget.spec.maxUnavailable),
    budget.status?.disruptionsAllowed ?? 0,
    ageOf(budget, now),
  ],
};
