import { at, fieldsAt, isFields, listAt, textAt, type Fields } from '../objects.ts';
import { fail } from '../failure.ts';
import { wordWrapped } from './word-wrap.ts';

/** Explains a type, or the field of it at a path. */
export type Explainer = (root: unknown, path: readonly string[]) => string;

/** kubectl explain's form of today, from the schemas of OpenAPI v3. (Upstream: plaintext.tmpl of kubectl's explain.) */
export function createExplainer(schemas: Fields, isRecursive: boolean): Explainer {
  const resolved = (schema: unknown): unknown => {
    const reference = textAt(schema, '$ref');
    if (reference !== '') return schemas[reference.slice('#/components/schemas/'.length)];
    const all = listAt(schema, 'allOf');
    if (all.length === 1 && at(schema, 'properties') === undefined) return resolved(all[0]);
    return schema;
  };

  /** What holds the fields of a schema: through lists, maps and references. */
  const structOf = (schema: unknown): unknown => {
    const own = resolved(schema);
    if (at(own, 'items') !== undefined) return structOf(at(own, 'items'));
    const more = at(own, 'additionalProperties');
    if (isFields(more)) return structOf(more);
    return own;
  };

  const typeOf = (schema: unknown): string => {
    if (at(schema, 'items') !== undefined) return `[]${typeOf(at(schema, 'items'))}`;
    const more = at(schema, 'additionalProperties');
    if (isFields(more)) return `map[string]${typeOf(more)}`;
    const all = listAt(schema, 'allOf');
    if (all.length === 1 && at(schema, 'properties') === undefined) return typeOf(all[0]);
    const reference = textAt(schema, '$ref');
    if (reference !== '') {
      const type = textAt(resolved(schema), 'type');
      return type !== '' && type !== 'object'
        ? type
        : reference.slice(reference.lastIndexOf('.') + 1);
    }
    const type = textAt(schema, 'type');
    return type === '' || type === 'object' ? 'Object' : type;
  };

  const descriptionsOf = (schema: unknown): string[] => {
    const own = textAt(schema, 'description');
    const reference = textAt(schema, '$ref');
    const inner =
      reference !== ''
        ? descriptionsOf(schemas[reference.slice('#/components/schemas/'.length)])
        : [
            ...listAt(schema, 'allOf').flatMap(descriptionsOf),
            ...(at(schema, 'items') === undefined ? [] : descriptionsOf(at(schema, 'items'))),
            ...(isFields(at(schema, 'additionalProperties'))
              ? descriptionsOf(at(schema, 'additionalProperties'))
              : []),
          ];
    return own === '' ? inner : [own, ...inner];
  };

  function description(schema: unknown): string {
    const texts = descriptionsOf(schema);
    if (texts.length === 0) return 'DESCRIPTION:\n    <empty>\n';
    return `DESCRIPTION:\n${texts.map((each) => `${indented(each)}\n`).join('')}    \n`;
  }

  function enumOf(schema: unknown): readonly string[] {
    return listAt(resolved(schema), 'enum').map(String);
  }

  function fieldLines(struct: unknown, level: number, seen: readonly unknown[]): string {
    const required = listAt(struct, 'required').map(String);
    const properties = fieldsAt(struct, 'properties');
    const pad = '  '.repeat(level);
    return Object.keys(properties)
      .sort()
      .map((name) => {
        const schema = properties[name];
        let text = `${pad}${name}\t<${typeOf(schema)}>${required.includes(name) ? ' -required-' : ''}\n`;
        const values = enumOf(schema);
        if (values.length > 0) text += `${pad}enum: ${enumText(values)}\n`;
        if (!isRecursive) {
          const own = textAt(schema, 'description');
          return `${text}${indented(own === '' ? '<no description>' : own)}\n\n`;
        }
        const next = structOf(schema);
        if (seen.includes(next)) return text;
        return text + fieldLines(next, level + 1, [...seen, next]);
      })
      .join('');
  }

  return (root, path) => {
    let schema: unknown = root;
    for (const field of path) {
      const found = at(fieldsAt(structOf(schema), 'properties'), field);
      if (found === undefined) {
        return fail(`field ${JSON.stringify(path[path.length - 1] ?? '')} does not exist`);
      }
      schema = found;
    }
    const name = path[path.length - 1];
    let text = '';
    if (name !== undefined) {
      text += `FIELD: ${name} <${typeOf(schema)}>\n`;
      const values = enumOf(schema);
      if (values.length > 0) text += `ENUM:\n${values.map((each) => `    ${each}\n`).join('')}`;
      text += values.length > 0 ? '\n' : '\n\n';
    }
    text += description(schema);
    const struct = structOf(schema);
    if (Object.keys(fieldsAt(struct, 'properties')).length > 0) {
      text += `FIELDS:\n${fieldLines(struct, 1, [struct])}`;
    }
    return `${text}\n`;
  };
}

const ENUM_MAX = 4;

function enumText(values: readonly string[]): string {
  const shown = values
    .slice(0, ENUM_MAX)
    .map((each) => (each === '' ? '""' : each))
    .join(', ');
  return values.length > ENUM_MAX ? `${shown}, ....` : shown;
}

const WIDTH = 76;

/** Wrapped, four columns in. */
function indented(text: string): string {
  return wordWrapped(text, WIDTH)
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
