import type { CustomResourceDefinitionVersion, KubernetesObject } from '../../generated/types.ts';
import { printValue } from '../../jsonpath/values.ts';
import { ageColumn, nameColumn, timeSince } from '../../printers/columns.ts';
import type { KindTable, TableCell, TableColumn } from '../kind.ts';
import { valueAtPath } from './json-path.ts';

/** The columns of a custom resource (upstream: apiextensions' tableconvertor): its name, then what the version says. */
export function customTable({
  additionalPrinterColumns = [],
}: CustomResourceDefinitionVersion): KindTable<KubernetesObject> {
  const columns = additionalPrinterColumns.length === 0 ? ageOnly : additionalPrinterColumns;
  const readers = columns.map(({ jsonPath, type }) => ({ read: valueAtPath(jsonPath), type }));
  return {
    columns: [
      nameColumn,
      ...columns.map(
        ({ name, type, format = '', description, priority = 0, jsonPath }): TableColumn => ({
          name,
          // What a stored definition says has been checked.
          type: type as TableColumn['type'],
          format,
          description:
            description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
          priority,
        }),
      ),
    ],
    cells: (object, now) => [
      object.metadata.name ?? '',
      ...readers.map(({ read, type }) => cellOf(read(object), type, now)),
    ],
  };
}

const ageOnly: NonNullable<CustomResourceDefinitionVersion['additionalPrinterColumns']> = [
  {
    name: 'Age',
    type: 'date',
    description: ageColumn.description,
    jsonPath: '.metadata.creationTimestamp',
  },
];

/** A value as its column's type has it; null where it does not fit. */
function cellOf(
  value: ReturnType<ReturnType<typeof valueAtPath>>,
  type: string,
  now: number,
): TableCell {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return printValue(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date': {
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : timeSince(value, now);
    }
    default:
      return null;
  }
}
