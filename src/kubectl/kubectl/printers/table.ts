import type { JsonValue } from '../../../api/generated/types.ts';
import { humanDuration } from '../../../api/human-duration.ts';
import type { Resource } from '../discovery.ts';
import { at, isFields, listAt, textAt, type Fields } from '../objects.ts';
import type { TabWriter } from './tab-writer.ts';

/** A `meta.k8s.io/v1 Table`, as the server prints lists. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

export interface TableColumn {
  readonly name: string;
  readonly priority: number;
  readonly type: string;
}

export interface TableRow {
  readonly cells: readonly unknown[];
  readonly object: unknown;
}

export const TABLE_ACCEPT =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** Reads a Table; an object that is none becomes one of name and age. */
export function tableOf(body: unknown, nowMillis: number): Table {
  if (isFields(body) && body['kind'] === 'Table') {
    return {
      columns: listAt(body, 'columnDefinitions').map((each) => ({
        name: textAt(each, 'name'),
        priority: Number(at(each, 'priority') ?? 0),
        type: textAt(each, 'type'),
      })),
      rows: listAt(body, 'rows').map((each) => ({
        cells: listAt(each, 'cells'),
        object: at(each, 'object'),
      })),
    };
  }
  const items = Array.isArray(at(body, 'items')) ? listAt(body, 'items') : [body];
  return {
    columns: [
      { name: 'NAME', priority: 0, type: 'string' },
      { name: 'AGE', priority: 0, type: 'string' },
    ],
    rows: items.map((object) => ({
      cells: [textAt(object, 'metadata', 'name'), ageOf(object, nowMillis)],
      object,
    })),
  };
}

function ageOf(object: unknown, nowMillis: number): string {
  const created = textAt(object, 'metadata', 'creationTimestamp');
  return created === '' ? '<unknown>' : humanDuration(nowMillis - Date.parse(created));
}

export interface TablePrinterOptions {
  readonly wide: boolean;
  readonly noHeaders: boolean;
  readonly withNamespace: boolean;
  /** Names are printed with their type: `pod/web`. */
  readonly kindPrefix: string;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
  /** The type of the watch event before each row. */
  readonly eventType?: string;
}

/** Prints Tables of one kind into a writer; the headers come once. */
export interface TablePrinter {
  print(table: Table, eventType?: string): void;
}

export function createTablePrinter(
  writer: TabWriter,
  options: TablePrinterOptions,
  withEvents = false,
): TablePrinter {
  let columns: readonly TableColumn[] | undefined;
  return {
    print(table, eventType = '') {
      // The rows of a watch come without columns, which are then those before.
      const isFirst = columns === undefined;
      if (columns === undefined || table.columns.length > 0) columns = table.columns;
      const shown = columns
        .map((column, index) => ({ column, index }))
        .filter(({ column }) => options.wide || column.priority === 0);
      if (isFirst && !options.noHeaders) {
        const headers = shown.map(({ column }) => column.name.toUpperCase());
        if (options.withNamespace) headers.unshift('NAMESPACE');
        if (withEvents) headers.unshift('EVENT');
        for (const label of options.labelColumns) {
          headers.push(label.slice(label.lastIndexOf('/') + 1).toUpperCase());
        }
        if (options.showLabels) headers.push('LABELS');
        writer.write(`${headers.join('\t')}\n`);
      }
      for (const row of table.rows) {
        const cells = shown.map(({ index }) => cellText(row.cells[index]));
        // Events have another column first, and their names only in the wide form.
        const named = shown.findIndex(({ column }) => column.name.toLowerCase() === 'name');
        if (options.kindPrefix !== '' && named >= 0) {
          cells[named] = `${options.kindPrefix}/${cells[named] ?? ''}`;
        }
        if (options.withNamespace) {
          cells.unshift(textAt(row.object, 'metadata', 'namespace'));
        }
        if (withEvents) cells.unshift(eventType);
        const labels = at(row.object, 'metadata', 'labels');
        for (const label of options.labelColumns) {
          const value = textAt(labels, label);
          cells.push(value === '' ? '' : value);
        }
        if (options.showLabels) cells.push(labelsText(labels));
        writer.write(`${cells.join('\t')}\n`);
      }
    },
  };
}

export function labelsText(labels: unknown): string {
  if (!isFields(labels) || Object.keys(labels).length === 0) return '<none>';
  const map: Fields = labels;
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${String(map[key])}`)
    .join(',');
}

/** A cell as text: only its first line, and control characters escaped. */
function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  let text = typeof value === 'string' ? value : goValue(value as JsonValue);
  const end = text.search(/[\f\n\r]/);
  if (end >= 0) text = `${text.slice(0, end)}...`;
  return text.replaceAll('\u001b', '^[').replaceAll('\t', '\\t');
}

function goValue(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((each) => goValue(each as JsonValue)).join(' ')}]`;
  if (isFields(value)) {
    const parts = Object.keys(value)
      .sort()
      .map((key) => `${key}:${goValue(value[key] as JsonValue)}`);
    return `map[${parts.join(' ')}]`;
  }
  return value === null ? '<nil>' : String(value);
}

/** How a type stands before names: `deployment.apps`, `pod`. */
export function kindPrefixOf(resource: Resource): string {
  const kind = resource.kind.toLowerCase();
  return resource.group === '' ? kind : `${kind}.${resource.group}`;
}
