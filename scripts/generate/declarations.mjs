/** Reads the type declarations of the kubernetes-models package: fields, types, required, enums, descriptions. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every declaration below the folder by its full id (`IoK8sApiCoreV1Pod`), read lazily. */
export function indexDeclarations(folders) {
  const byId = new Map();
  for (const folder of folders) {
    for (const file of walk(folder)) {
      if (!file.endsWith('.d.ts') || file.endsWith('index.d.ts') || file.includes('/_schemas/'))
        continue;
      const text = readFileSync(file, 'utf8');
      const id = /export type \{[^}]*\bas I(Io[A-Za-z0-9]+)\b/.exec(text)?.[1];
      if (id !== undefined) byId.set(id, { id, file, text, schemas: join(folder, '_schemas') });
    }
  }
  return byId;
}

function* walk(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}

/** `{ description, alias } | { description, fields: [{ name, required, description, type }], apiVersion?, kind? }`. */
export function parseDeclaration(entry) {
  const { text } = entry;
  const alias = /export type I(\w+) = ([^;]+);/.exec(text);
  const head =
    /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export interface I(\w+)(?: extends TypeMeta)? \{/.exec(
      text,
    );
  if (head === null) return { description: '', alias: alias?.[2] ?? 'any' };
  const own = head[2];
  const body = text.slice(head.index + head[0].length);
  const end = body.indexOf('\n}');
  const fields = [];
  const pattern = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?"([^"]+)"(\??): ((?:\{[^}]*\}|[^;{])+);/g;
  const formats = numberFormats(entry);
  for (const match of body.slice(0, end).matchAll(pattern)) {
    const [, doc, name, optional, type] = match;
    fields.push({
      name,
      required: optional === '',
      description: cleanComment(doc),
      type: parseType(type.trim(), own, entry.id, formats.get(name)),
    });
  }
  const literal = (name) => fields.find((field) => field.name === name)?.type;
  return {
    description: cleanComment(head[1]),
    fields,
    apiVersion: literal('apiVersion')?.enum?.[0],
    kind: literal('kind')?.enum?.[0],
  };
}

function cleanComment(comment) {
  if (comment === undefined) return '';
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}

/** `{ ref } | { list } | { map } | { scalar, enum? }`. */
function parseType(text, own, ownId, format) {
  const array = /^Array<([\s\S]+)>$/.exec(text);
  if (array !== null) return { list: parseType(array[1], own, ownId, format) };
  const map = /^\{\s*\[key: string\]: ([\s\S]+?);?\s*\}$/.exec(text);
  if (map !== null) return { map: parseType(map[1], own, ownId, format) };
  if (text.startsWith('"'))
    return { scalar: 'string', enum: [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1]) };
  if (text === `I${own}`) return { ref: ownId };
  if (text.startsWith('IIo')) return { ref: text.slice(1) };
  if (text === 'string' || text === 'boolean')
    return { scalar: text === 'string' ? 'string' : 'boolean' };
  if (text === 'number') return { scalar: format ?? 'int32' };
  if (text === 'any' || /^\{\s*\}$/.test(text) || text === 'object') return { scalar: 'json' };
  // The package writes a kind out in full where the API nests it inside another, as in volumeClaimTemplates.
  if (text.includes('IIoK8sApiCoreV1PersistentVolumeClaimSpec'))
    return { ref: 'IoK8sApiCoreV1PersistentVolumeClaim' };
  throw new Error(`${ownId}: cannot read the type ${text}`);
}

/** int32, int64 or double of a type's number fields, from the compiled validators (the declarations say only `number`). */
function numberFormats({ id, schemas }) {
  const file = join(schemas, `${id}.js`);
  const result = new Map();
  if (!existsSync(file)) return result;
  const code = readFileSync(file, 'utf8');
  const bodies = new Map();
  const heads = [...code.matchAll(/function (validate\d+)\(data/g)];
  heads.forEach((head, index) =>
    bodies.set(head[1], code.slice(head.index, heads[index + 1]?.index ?? code.length)),
  );
  const formatOf = (name, depth) => {
    const body = bodies.get(name) ?? '';
    const direct = /format:"(int32|int64|double|float)"/.exec(body)?.[1];
    if (direct !== undefined) return direct === 'float' ? 'double' : direct;
    if (body.includes('type:"number"')) return 'double';
    if (depth === 0) return undefined;
    for (const inner of body.matchAll(/(validate\d+)\(data\w*\[?/g)) {
      if (inner[1] === name) continue;
      const found = formatOf(inner[1], depth - 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const use of code.matchAll(
    /void 0!==data(?:\.([\w$]+)|\["([^"]+)"\])&&\((validate\d+)\(/g,
  )) {
    const format = formatOf(use[3], 2);
    if (format !== undefined) result.set(use[1] ?? use[2], format);
  }
  // Types that contain themselves are compiled into one function, which names the field beside the format.
  for (const use of code.matchAll(
    /schemaPath:"#\/properties\/(\w+)\/format",keyword:"format",params:\{format:"(int32|int64|double)"/g,
  )) {
    result.set(use[1], use[2]);
  }
  return result;
}
