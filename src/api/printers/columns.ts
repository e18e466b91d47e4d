import type { TableColumn } from '../kinds/kind.ts';
import type { KubernetesObject } from '../generated/types.ts';
// Until the durations are there.
const humanDuration = (milliseconds: number): string => `${Math.trunc(milliseconds / 1000)}s`;

/** A column of text that always shows. */
export function textColumn(name: string, description: string): TableColumn {
  return { name, type: 'string', format: '', description, priority: 0 };
}

/** A column of whole numbers that always shows. */
export function numberColumn(name: string, description: string): TableColumn {
  return { name, type: 'integer', format: '', description, priority: 0 };
}

/** A column of text that shows with `-o wide` only. */
export function wideColumn(name: string, description: string): TableColumn {
  return { name, type: 'string', format: '', description, priority: 1 };
}

export const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name of the object, unique among those of its kind in its namespace.',
  priority: 0,
};

export const ageColumn: TableColumn = textColumn('Age', 'How long ago the object was created.');

/** How long ago the object was created, as kubectl prints it: `100s`, `3d4h`. */
export function ageOf(object: KubernetesObject, now: number): string {
  return timeSince(object.metadata.creationTimestamp, now);
}

/** The time since `timestamp` (RFC 3339) in kubectl's words; `<unknown>` when there is none. */
export function timeSince(timestamp: string | null | undefined, now: number): string {
  if (timestamp === undefined || timestamp === null || timestamp === '') return '<unknown>';
  const then = Date.parse(timestamp);
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now - then);
}
