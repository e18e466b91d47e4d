import { at, fieldsAt, isFields, listAt, textAt, type Fields } from '../objects.ts';
import { fail } from '../failure.ts';

/** What is explained, and how. */
export interface OldStyleRequest {
  readonly fields: readonly string[];
  readonly kind: string;
  readonly apiVersion: string;
  readonly isRecursive: boolean;
}

const WIDTH = 80;
const FIELD_INDENT = 3;
const DESCRIPTION_INDENT = 5;
const NESTED_INDENT = 3;
const REFERENCE = '#/definitions/';

/** What a schema of OpenAPI v2 is to kubectl: a reference comes before everything else. */
type Shape = 'reference' | 'kind' | 'map' | 'list' | 'arbitrary' | 'primitive';

function shapeOf(schema: unknown): Shape {
  if (textAt(schema, '$ref') !== '') return 'reference';
  const hasFields = isFields(at(schema, 'properties'));
  switch (textAt(schema, 'type')) {
    case '':
      return hasFields ? 'kind' : 'arbitrary';
    case 'object':
      return hasFields ? 'kind' : 'map';
    case 'array':
      return 'list';
    default:
      return 'primitive';
  }
}

/**
 * kubectl explain's older form, from the definitions of OpenAPI v2: fields three columns in, lines of a paragraph joined and
 * wrapped. (Upstream: pkg/explain of kubectl.)
 */
export function explainOldStyle(
  definitions: Fields,
  root: unknown,
  { fields, kind, apiVersion, isRecursive }: OldStyleRequest,
): string {
  /** What a reference, a list or a map holds. */
  function inner(schema: unknown): unknown {
    switch (shapeOf(schema)) {
      case 'reference':
        return definitions[textAt(schema, '$ref').slice(REFERENCE.length)];
      case 'list':
        return at(schema, 'items');
      default:
        return at(schema, 'additionalProperties') ?? {};
    }
  }

  function typeName(schema: unknown): string {
    switch (shapeOf(schema)) {
      case 'reference':
        return typeName(inner(schema));
      case 'list':
        return `[]${typeName(inner(schema))}`;
      case 'map':
        return `map[string]${typeName(inner(schema))}`;
      case 'kind':
        return 'Object';
      case 'primitive':
        return textAt(schema, 'type');
      case 'arbitrary':
        return '';
    }
  }

  function fieldAt(start: unknown, path: readonly string[]): unknown {
    const [field, ...rest] = path;
    const shape = shapeOf(start);
    if (field === undefined || shape === 'primitive' || shape === 'arbitrary') return start;
    if (shape !== 'kind') return fieldAt(inner(start), path);
    const own = fieldsAt(start, 'properties');
    if (!Object.hasOwn(own, field)) {
      return fail(`field ${JSON.stringify(field)} does not exist`);
    }
    return fieldAt(own[field], rest);
  }

  function fieldLines(schema: unknown): string {
    const shape = shapeOf(schema);
    if (shape === 'primitive' || shape === 'arbitrary') return '';
    if (shape !== 'kind') return fieldLines(inner(schema));
    const own = fieldsAt(schema, 'properties');
    const required = listAt(schema, 'required');
    return Object.keys(own)
      .sort()
      .map((name) => {
        const mark = required.includes(name) ? ' -required-' : '';
        const text = textAt(own[name], 'description');
        return `${lineAt(FIELD_INDENT, `${name}\t<${typeName(own[name])}>${mark}`)}${wrappedLines(text, FIELD_INDENT + 2)}\n`;
      })
      .join('');
  }

  function nestedLines(schema: unknown, indent: number, seen: ReadonlySet<string>): string {
    switch (shapeOf(schema)) {
      case 'primitive':
      case 'arbitrary':
        return '';
      case 'reference': {
        const name = textAt(schema, '$ref');
        if (seen.has(name)) return '';
        return nestedLines(inner(schema), indent, new Set([...seen, name]));
      }
      case 'kind': {
        const own = fieldsAt(schema, 'properties');
        return Object.keys(own)
          .sort()
          .map(
            (name) =>
              lineAt(indent, `${name}\t<${typeName(own[name])}>`) +
              nestedLines(own[name], indent + NESTED_INDENT, seen),
          )
          .join('');
      }
      default:
        return nestedLines(inner(schema), indent, seen);
    }
  }

  const name = fields[fields.length - 1] ?? '';
  const start = fieldAt(root, fields);
  const descriptions: string[] = [];
  let leaf = start;
  let shape = shapeOf(leaf);
  while (shape === 'reference' || shape === 'list' || shape === 'map') {
    descriptions.push(textAt(leaf, 'description'));
    leaf = inner(leaf);
    shape = shapeOf(leaf);
  }
  descriptions.push(textAt(leaf, 'description'));
  // A reference alone names no type: what it leads to does.
  let named = start;
  while (shapeOf(named) === 'reference') named = inner(named);
  const type = typeName(named);
  let text = `KIND:     ${kind}\nVERSION:  ${apiVersion}\n\n`;
  if (shape === 'primitive') text += `FIELD:    ${name} <${type}>\n\n`;
  else if (shape === 'kind' && name !== '') text += `RESOURCE: ${name} <${type}>\n\n`;
  text += describedBy(descriptions);
  if (shape !== 'kind') return text;
  const list = isRecursive ? nestedLines(leaf, FIELD_INDENT, new Set()) : fieldLines(leaf);
  return `${text}\nFIELDS:\n${list}`;
}

function describedBy(descriptions: readonly string[]): string {
  let text = 'DESCRIPTION:\n';
  let isEmpty = true;
  for (const [index, each] of descriptions.entries()) {
    if (each === '') continue;
    isEmpty = false;
    if (index > 0) text += '\n';
    text += wrappedLines(each, DESCRIPTION_INDENT);
  }
  return isEmpty ? text + wrappedLines('<empty>', DESCRIPTION_INDENT) : text;
}

/** An empty line is not indented. */
function lineAt(indent: number, text: string): string {
  return text === '' ? '\n' : `${' '.repeat(indent)}${text}\n`;
}

/** Whether a line of the text begins a new one: after a colon, an empty line, or what looks like an item of a list. */
function beginsAnew(lastWord: string, line: string): boolean {
  const trimmed = line.trim();
  return lastWord.endsWith(':') || trimmed === '' || /^(?:\d+\.?|-|\*)\s/.test(trimmed);
}

function wrappedLines(text: string, indent: number): string {
  const width = WIDTH - indent;
  const lines: string[] = [];
  let words: string[] = [];
  let length = 0;
  let lastWord = '';
  const flush = (): void => {
    if (words.length === 0) return;
    lines.push(words.join(' '));
    words = [];
    length = 0;
    lastWord = '';
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('    ')) {
      flush();
      lines.push(line);
      continue;
    }
    if (lines.length > 0 && line.trim() === '') {
      flush();
      lines.push('');
      continue;
    }
    if (beginsAnew(lastWord, line)) flush();
    for (const word of line.split(/\s+/).filter((each) => each !== '')) {
      lastWord = word;
      if (words.length > 0 && length + 1 + word.length > width) {
        flush();
      }
      length += (words.length > 0 ? 1 : 0) + word.length;
      words.push(word);
    }
  }
  flush();
  return lines.map((line) => lineAt(indent, line)).join('');
}
