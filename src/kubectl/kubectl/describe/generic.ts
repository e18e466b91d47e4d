import { goText } from '../../../api/jsonpath/values.ts';
import type { JsonValue } from '../../../api/generated/types.ts';
import { isFields, type Fields } from '../objects.ts';
import type { Describer } from './describer.ts';
import { writeEvents, writeHead, type DescribeWriter } from './writer.ts';

const skipped = new Set([
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
  '.metadata.managedFields',
]);

/** Any kind that has no description of its own, custom resources among them: its fields by name. */
export const describeAnything: Describer = async (object, context) => {
  const events = await context.events();
  return (writer) => {
    writeHead(writer, object);
    writeFields(writer, object, 0, '');
    writeEvents(writer, events);
  };
};

function writeFields(writer: DescribeWriter, content: Fields, level: number, path: string): void {
  for (const field of Object.keys(content).sort()) {
    const own = `${path}.${field}`;
    if (skipped.has(own)) continue;
    const value = content[field];
    const label = labelOf(field);
    if (isFields(value)) {
      writer.write(level, `${label}:\n`);
      writeFields(writer, value, level + 1, own);
    } else if (Array.isArray(value)) {
      writer.write(level, `${label}:\n`);
      for (const item of value as readonly unknown[]) {
        if (isFields(item)) writeFields(writer, item, level + 1, own);
        else writer.write(level + 1, `${goText(item as JsonValue)}\n`);
      }
    } else writer.field(level, label, goText(value as JsonValue));
  }
}

const acronyms = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** `lastTransitionTime` as `Last Transition Time`. */
export function labelOf(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  const parts = field.match(/\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+|-/gu) ?? [field];
  return parts
    .map((part) =>
      acronyms.has(part.toUpperCase())
        ? part.toUpperCase()
        : `${part.charAt(0).toUpperCase()}${part.slice(1).toLowerCase()}`,
    )
    .join(' ');
}
