import type { TableColumn } from '../kinds/kind.ts';
import type { KubernetesObject, PodSpec } from '../generated/types.ts';
import { humanDuration } from '../human-duration.ts';

/** A column of text that always shows. */
export function textColumn(name: string, description: string): TableColumn {
  return { name, type: 'string', format: '', description, priority: 0 };
}

/** A column of whole numbers that always shows. */
export function numberColumn(name: string, description: string): TableColumn {
  return { name, type: 'integer', format: '', description, priority: 0 };
}

/** A column of true or false that always shows. */
export function booleanColumn(name: string, description: string): TableColumn {
  return { name, type: 'boolean', format: '', description, priority: 0 };
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

/** Names and images of the containers of a template, and the selector: the wide columns of all controllers. */
export const containerColumns: readonly TableColumn[] = [
  wideColumn('Containers', 'The names of the containers in the template.'),
  wideColumn('Images', 'The images of the containers in the template.'),
  wideColumn('Selector', 'The selector of the pods.'),
];

/** The cells of `containerColumns`, the selector as text. */
export function containerCells(
  spec: PodSpec | undefined,
  selector: string,
): readonly [string, string, string] {
  const containers = spec?.containers ?? [];
  return [
    containers.map((each) => each.name).join(','),
    containers.map((each) => each.image ?? '').join(','),
    selector,
  ];
}

/** Labels as `a=b,c=d` in order of the keys, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key]}`).join(',');
}

/** The first few of a list, and how many more there are. */
export function firstFew(items: readonly string[], max: number): string {
  if (items.length <= max) return items.join(',');
  return `${items.slice(0, max).join(',')} + ${items.length - max} more...`;
}
