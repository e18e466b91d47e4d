/**
 * What Go's types say of the API's fields beyond the published documents: which are pointers, and which are sent even when
 * they hold a zero value. Read from the struct tags in the published kubectl (see ./go-types.mjs).
 */
import { readFileSync } from 'node:fs';
import { ensureClientTools } from '../client-tools.mjs';
import { readGoTypes } from './go-types.mjs';

const packagePattern =
  /^k8s\.io\/(?:api\/(.+)|apimachinery\/pkg\/apis\/(meta)|[^/]+\/pkg\/apis\/(.+))\/(v\d+)$/;

/**
 * `{ isPointer, omitsEmpty, omitsZero, kind }` by JSON name, in Go's order, for a struct, or undefined for one that kubectl does not hold. Structs
 * are asked for by the first word of their group (`core`, `meta`, `apps`), their version and Go's name.
 */
export function readGoFields() {
  const tools = ensureClientTools();
  if (tools === undefined) throw new Error('no kubectl to read the API types from');
  const go = readGoTypes(readFileSync(tools.kubectl));
  const structs = new Map();
  const add = (type) => {
    const match = packagePattern.exec(type.packagePath);
    if (match === null) return;
    const name = type.name.slice(type.name.indexOf('.') + 1);
    const key = `${match[1] ?? match[2] ?? match[3]}/${match[4]}.${name}`;
    if (structs.has(key)) return;
    const fields = new Map();
    structs.set(key, fields);
    collect(type, fields);
  };
  const collect = (type, fields) => {
    for (const { tag, type: fieldType, isEmbedded } of go.fields(type)) {
      const [json = '', ...options] = (/json:"([^"]*)"/.exec(tag)?.[1] ?? '').split(',');
      const isPointer = fieldType.kind === 'pointer';
      const target = innermost(fieldType);
      if (target.kind === 'struct') add(target);
      if (json === '' && isEmbedded && fieldType.kind === 'struct') collect(fieldType, fields);
      else if (json !== '-') {
        fields.set(json, {
          isPointer,
          omitsEmpty: options.includes('omitempty'),
          omitsZero: options.includes('omitzero'),
          kind: fieldType.kind,
        });
      }
    }
  };
  const innermost = (type) => {
    let inner = type;
    while (['pointer', 'slice', 'map', 'array'].includes(inner.kind)) inner = go.element(inner);
    return inner;
  };
  for (const type of go.structs()) add(type);
  return (group, version, goName) => structs.get(`${group}/${version}.${goName}`);
}
