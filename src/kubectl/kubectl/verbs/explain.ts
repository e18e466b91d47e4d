import {
  descriptionLoaders,
  type StructDescription,
} from '../../../api/generated/descriptions/load.ts';
import { openApiDocument } from '../../../api/openapi/document.ts';
import { findResource, groupVersionOf, resourceByKind, type Resource } from '../discovery.ts';
import { asFailure, fail, failVerbatim } from '../failure.ts';
import { at, fieldsAt, isFields, listAt, textAt, type Fields } from '../objects.ts';
import type { Session } from '../session.ts';

/** kubectl explain: what a type and its fields are for, from the server's OpenAPI documents. */
export async function explain(session: Session): Promise<void> {
  const { args, flags } = session;
  const [path] = args;
  if (args.length > 1) fail('We accept only this format: explain RESOURCE');
  const output = flags.text('output');
  if (!['plaintext', 'plaintext-openapiv2'].includes(output))
    fail(`unrecognized format: ${output}`);
  if (path === undefined) {
    fail(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  }
  const { resource, fields } = await targetOf(session, path);
  if (
    output === 'plaintext-openapiv2' &&
    resource.group.includes('.') &&
    !resource.group.endsWith('.k8s.io')
  ) {
    // That document holds no custom resources.
    fail(`couldn't find resource for "${groupVersionOf(resource)}, Kind=${resource.kind}"`);
  }
  const document = await documentOf(session, resource);
  const schemas = fieldsAt(document, 'components', 'schemas');
  const root = Object.values(schemas).find((schema) =>
    listAt(schema, 'x-kubernetes-group-version-kind').some(
      (each) =>
        textAt(each, 'kind') === resource.kind &&
        textAt(each, 'group') === resource.group &&
        textAt(each, 'version') === resource.version,
    ),
  );
  if (root === undefined)
    fail(`couldn't find resource for "${groupVersionOf(resource)}, Kind=${resource.kind}"`);
  if (resource.group !== '') session.out(`GROUP:      ${resource.group}\n`);
  session.out(`KIND:       ${resource.kind}\nVERSION:    ${resource.version}\n\n`);
  const explainer = createExplainer(schemas, flags.bool('recursive'));
  session.out(explainer(root, fields));
}

async function targetOf(
  session: Session,
  path: string,
): Promise<{ resource: Resource; fields: readonly string[] }> {
  const discovery = await session.discovery();
  const parts = path.replace(/\.$/, '').split('.');
  const [type = ''] = parts;
  const version = session.flags.text('api-version');
  // `deployments.apps.spec` would name the group; the longest name that is a type wins.
  for (let length = parts.length; length >= 1; length -= 1) {
    const found = findResource(discovery, parts.slice(0, length).join('.'));
    if (found === undefined || (length > 1 && !isGroupQualified(found, parts.slice(1, length))))
      continue;
    const fields = parts.slice(length);
    if (version === '') return { resource: found, fields };
    const exact = resourceByKind(discovery, version, found.kind);
    if (exact === undefined) {
      fail(`couldn't find resource for "${version}, Resource=${found.name}"`);
    }
    return { resource: exact, fields };
  }
  return failVerbatim(`the server doesn't have a resource type ${JSON.stringify(type)}`);
}

function isGroupQualified({ group, version }: Resource, parts: readonly string[]): boolean {
  const text = parts.join('.');
  return text === group || text === `${version}.${group}`;
}

/** The document of the server, or for kinds that are built in our own where the server has none. */
async function documentOf(session: Session, resource: Resource): Promise<unknown> {
  const { group, version } = resource;
  const key = group === '' ? `api/${version}` : `apis/${group}/${version}`;
  try {
    const index = await session.get('/openapi/v3');
    const url = textAt(index, 'paths', key, 'serverRelativeURL');
    if (url !== '') {
      const document = await session.get(url);
      return typeof document === 'string' ? (JSON.parse(document) as unknown) : document;
    }
  } catch (error) {
    if (asFailure(error).status?.reason !== 'NotFound') throw error;
  }
  const wanted = [...new Set([group === '' ? 'core' : group, 'core', 'meta'])];
  const names = wanted.filter((name): name is keyof typeof descriptionLoaders =>
    Object.hasOwn(descriptionLoaders, name),
  );
  const loaded = await Promise.all(
    names.map(async (name) => {
      const { default: texts } = await descriptionLoaders[name]();
      // The files are written with the type that stands beside their loaders.
      return [name, texts as unknown as Readonly<Record<string, StructDescription>>] as const;
    }),
  );
  return openApiDocument({ group, version }, { release: 'v1.35.0', descriptions: new Map(loaded) });
}

type Explainer = (root: unknown, path: readonly string[]) => string;

function createExplainer(schemas: Fields, isRecursive: boolean): Explainer {
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

/** Wrapped at 76 columns, four columns in; line breaks of the text stay. */
function indented(text: string): string {
  return text
    .split('\n')
    .flatMap(wrapped)
    .map((line) => `    ${line}`)
    .join('\n');
}

function wrapped(line: string): string[] {
  const lines: string[] = [];
  let current = /^[ \t]+(?=\S)\S+/.exec(line)?.[0] ?? '';
  for (const word of line.slice(current.length).trimStart().split(' ')) {
    if (current === '') current = word;
    else if (current.length + 1 + word.length <= WIDTH) current += ` ${word}`;
    else {
      lines.push(current.trimEnd());
      current = word;
    }
  }
  lines.push(current);
  return lines;
}
