import type { KindTable } from '../kinds/kind.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { nameColumn, ageColumn, ageOf } from './columns.ts';

/** Name and age: how kinds without a printer of their own are shown. */
export const metadataTable: KindTable<KubernetesObject> = {
  columns: [nameColumn, ageColumn],
  cells: (object, now) => [object.metadata.name ?? '', ageOf(object, now)],
};
