import type { KubernetesObject } from '../../../../api/generated/types.ts';
import type { KindTable } from '../../../../api/kinds/kind.ts';
import { tableByKind } from '../../../../api/printers/index.ts';
import { allOf, type ConformanceArea, expectEqual, passed, skipped } from '../area.ts';

/** The columns of tables and the cells of their rows, narrow and wide. */
export const tablePrinters: ConformanceArea = {
  name: 'table-printers',
  run(testCase, file) {
    const kind = String(testCase['kind']);
    const table = tableByKind(kind);
    if (table === undefined) return skipped(`no printer for ${kind}`);
    const object = withoutNulls(testCase['object']) as KubernetesObject;
    const now = Date.parse(String(testCase['now']));
    const wide = table.cells(object, now);
    const expected = testCase['cells'] as readonly unknown[];
    // Those of volumes and claims were recorded with their one wide cell.
    const isWhole = expected.length === table.columns.length;
    const narrow = table
      .cells(object, now, false)
      .filter((_, index) => isWhole || table.columns[index]?.priority === 0);
    return allOf(
      expectEqual(columnsIn(file, kind), columnsOf(table), 'columns'),
      expectEqual(expected, narrow, 'cells'),
      testCase['wideCells'] === undefined
        ? passed
        : expectEqual(testCase['wideCells'], wide, 'wide cells'),
      expectEqual(
        testCase['rowConditions'] ?? [],
        table.rowConditions?.(object) ?? [],
        'conditions',
      ),
    );
  },
};

function columnsOf(table: KindTable<KubernetesObject>): unknown[] {
  return table.columns.map(({ name, type, format, priority }) => [name, type, format, priority]);
}

function columnsIn(file: Record<string, unknown>, kind: string): unknown[] {
  const columns = (file['columns'] as Record<string, Record<string, unknown>[]>)[kind] ?? [];
  return columns.map((each) => [
    each['name'],
    each['type'],
    each['format'] ?? '',
    each['priority'] ?? 0,
  ]);
}

/** The vectors print what Go has no value for as null, as clients may; decoding drops it. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each)]));
}
