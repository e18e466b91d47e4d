import { compareKeys } from './key-order.ts';
import { scalarText } from './scalar-style.ts';

/**
 * A value as YAML in the style of `kubectl -o yaml`: keys in Go's natural order, two spaces a level, lists not
 * indented below their key, text quoted only where an unquoted word would mean something else, long text folded
 * after eighty columns, text with line breaks as a literal block. Undefined fields are left out.
 * `parseManifest` reads back what was written. (What sigs.k8s.io/yaml does to JSON.)
 */
export function stringifyYaml(value: unknown): string {
  const lines: string[] = [];
  if (isEmpty(value) || typeof value !== 'object' || value === null) {
    return `${scalarText(value, { indent: 0, column: 0, isKey: false })}\n`;
  }
  if (Array.isArray(value)) writeList(value, 0, '', lines);
  else writeMap(value as Readonly<Record<string, unknown>>, 0, '', lines);
  return `${lines.join('\n')}\n`;
}

/** Several values as one text of documents. */
export function stringifyYamlDocuments(values: readonly unknown[]): string {
  return values.map(stringifyYaml).join('---\n');
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object' || value === null) return false;
  return !Object.values(value).some((each) => each !== undefined);
}

/** `prefix` is what already stands on the first line: nothing, or the dashes of lists around. */
function writeMap(
  map: Readonly<Record<string, unknown>>,
  indent: number,
  prefix: string,
  lines: string[],
): void {
  let lead = prefix;
  for (const key of Object.keys(map).sort(compareKeys)) {
    const value = map[key];
    if (value === undefined) continue;
    const head = `${lead}${scalarText(key, { indent, column: lead.length, isKey: true })}:`;
    lead = ' '.repeat(indent);
    if (typeof value !== 'object' || value === null || isEmpty(value)) {
      lines.push(
        `${head} ${scalarText(value, { indent: indent + 2, column: head.length + 1, isKey: false })}`,
      );
    } else if (Array.isArray(value)) {
      lines.push(head);
      // A list is not indented below the key of its map.
      writeList(value, indent, lead, lines);
    } else {
      lines.push(head);
      writeMap(
        value as Readonly<Record<string, unknown>>,
        indent + 2,
        ' '.repeat(indent + 2),
        lines,
      );
    }
  }
}

function writeList(
  list: readonly unknown[],
  indent: number,
  prefix: string,
  lines: string[],
): void {
  let lead = prefix;
  for (const item of list) {
    const head = `${lead}- `;
    lead = ' '.repeat(indent);
    if (typeof item !== 'object' || item === null || isEmpty(item)) {
      lines.push(
        `${head}${scalarText(item, { indent: indent + 2, column: head.length, isKey: false })}`,
      );
    } else if (Array.isArray(item)) {
      writeList(item, indent + 2, head, lines);
    } else {
      writeMap(item as Readonly<Record<string, unknown>>, indent + 2, head, lines);
    }
  }
}
