/** Joins what the packages say into one model of structs and kinds, named as Kubernetes names them. */
import {
  atomicMaps,
  atomicStructs,
  byteFields,
  emittedFields,
  fieldAnnotations,
  fieldDefaults,
  goStringTypes,
  newerFields,
  pointerFields,
  pointerStructs,
  requiredInTypes,
} from './annotations.mjs';
import { parseDeclaration } from './declarations.mjs';
import { readGoFields } from './go-fields.mjs';
import { extraTypes, kinds, metaTypes, notStored, renamed } from './kinds.mjs';

/** Types that are one value, not a struct. */
const scalars = {
  IoK8sApimachineryPkgApiResourceQuantity: 'quantity',
  IoK8sApimachineryPkgApisMetaV1Time: 'time',
  IoK8sApimachineryPkgApisMetaV1MicroTime: 'microTime',
  IoK8sApimachineryPkgUtilIntstrIntOrString: 'intOrString',
  IoK8sApimachineryPkgApisMetaV1FieldsV1: 'json',
  IoK8sApimachineryPkgRuntimeRawExtension: 'json',
  IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSON: 'json',
  // Unions inside a CustomResourceDefinition's schema: a schema or a boolean, an array or names.
  IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSONSchemaPropsOrArray: 'json',
  IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSONSchemaPropsOrBool: 'json',
  IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSONSchemaPropsOrStringArray: 'json',
};

const goTypeOf = new Map(
  Object.entries(goStringTypes).flatMap(([goType, paths]) => paths.map((path) => [path, goType])),
);

const goFields = readGoFields();

const metaPrefix = 'IoK8sApimachineryPkgApisMetaV1';

/** `{ kinds: [{ apiVersion, kind, struct }], structs: [{ name, goName, version, group, description, atomic, fields }] }`. */
export function buildModel(declarations, document) {
  const extensions = indexDocument(document);
  const byKind = new Map();
  for (const entry of declarations.values()) {
    const kind = /"kind": "(\w+)"/.exec(entry.text)?.[1];
    const apiVersion = /"apiVersion": "([^"]+)"/.exec(entry.text)?.[1];
    if (kind !== undefined && apiVersion !== undefined)
      byKind.set(`${apiVersion}/${kind}`, entry.id);
  }

  const model = { kinds: [], structs: [] };
  const names = new Map();
  const queue = [];
  const nameOf = (id) => {
    const name = renamed[id] ?? /V\d+(?:alpha\d+|beta\d+)?([A-Z]\w*)$/.exec(id)?.[1];
    const taken = names.get(name);
    if (taken === undefined) {
      names.set(name, id);
      queue.push(id);
    } else if (taken !== id)
      throw new Error(`two types are called ${name}: ${taken} and ${id}; name one in kinds.mjs`);
    return name;
  };

  for (const name of metaTypes) nameOf(`${metaPrefix}${name}`);
  for (const [apiVersion, names] of kinds) {
    for (const kind of names) {
      const id = byKind.get(`${apiVersion}/${kind}`);
      if (id === undefined) throw new Error(`no declaration of ${apiVersion} ${kind}`);
      model.kinds.push({ apiVersion, kind, struct: nameOf(id) });
    }
  }
  for (const [, name] of extraTypes) nameOf(`IoK8sApiCoreV1${name}`);

  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const entry = declarations.get(id);
    if (entry === undefined) throw new Error(`no declaration of ${id}`);
    model.structs.push(buildStruct(entry, nameOf, declarations, extensions));
  }
  model.structs.sort((a, b) => (a.name < b.name ? -1 : 1));
  return model;
}

function buildStruct(entry, nameOf, declarations, extensions) {
  const parsed = parseDeclaration(entry);
  if (parsed.fields === undefined) throw new Error(`${entry.id} is not a struct`);
  const name = nameOf(entry.id);
  const [, version, goName] = /(V\d+(?:alpha\d+|beta\d+)?)([A-Z]\w*)$/.exec(entry.id);
  const known = extensions.get(entry.id);
  const resolveType = (type) => {
    if (type.list !== undefined) return { list: resolveType(type.list) };
    if (type.map !== undefined) return { map: resolveType(type.map) };
    if (type.ref === undefined) return type;
    if (scalars[type.ref] !== undefined) return { scalar: scalars[type.ref] };
    const target = declarations.get(type.ref);
    if (target === undefined)
      throw new Error(`${entry.id} refers to ${type.ref}, which is not declared`);
    return { struct: nameOf(type.ref) };
  };

  const isKind = parsed.kind !== undefined;
  const goStruct = goFields(groupOf(entry).split('.')[0], version.toLowerCase(), goName);
  const fields = parsed.fields
    .filter((field) => !newerFields.has(`${name}.${field.name}`))
    .map((field) => {
      const path = `${name}.${field.name}`;
      const type = byteFields.has(path)
        ? asBytes(resolveType(field.type))
        : resolveType(field.type);
      const mergedInfo = annotationsOf(
        type,
        known?.properties?.[field.name] ?? {},
        fieldAnnotations[path],
      );
      const required = field.required || requiredInTypes.has(path);
      const goField = goStruct?.get(field.name);
      const present = required || isAlwaysPresentOnKind(isKind, name, field.name, type);
      return {
        name: field.name,
        type,
        required: present,
        documentedRequired: field.required,
        pointer: isPointer(path, type),
        emitted: emittedFields.has(path),
        // Of a struct that Go's types do not tell of, zeros are kept rather than lost.
        zeroKept: isPlainScalar(type) && (goField === undefined || goField.isPointer),
        written: goField === undefined ? undefined : isAlwaysWritten(goField),
        description: field.description,
        default: fieldDefaults[path],
        goType: goTypeOf.get(path),
        atomicMap:
          atomicMaps.has(path) ||
          known?.properties?.[field.name]?.['x-kubernetes-map-type'] === 'atomic',
        ...mergedInfo,
      };
    });
  return {
    id: entry.id,
    name,
    goName,
    version: version.toLowerCase(),
    group: groupOf(entry),
    description: parsed.description,
    apiVersion: parsed.apiVersion,
    kind: parsed.kind,
    atomic: atomicStructs.has(name) || known?.['x-kubernetes-map-type'] === 'atomic',
    fields,
    order: goStruct === undefined ? unknownOrder : [...goStruct.keys()],
  };
}

/** Of a struct that Go's types do not tell of, what all kinds begin with. */
const unknownOrder = ['kind', 'apiVersion', 'metadata', 'spec', 'status'];

/** Go's JSON has the field whatever it holds: its tag does not say omitempty, which structs do not heed anyway. */
function isAlwaysWritten({ isPointer, omitsEmpty, omitsZero, kind }) {
  if (omitsZero) return false;
  return !omitsEmpty || (kind === 'struct' && !isPointer);
}

function isPointer(path, type) {
  if (emittedFields.has(path)) return false;
  return pointerFields.has(path) || (type.struct !== undefined && pointerStructs.has(type.struct));
}

/** Scalars that Go leaves out when they are zero, unless they are pointers. */
function isPlainScalar(type) {
  return type.enum !== undefined || plainScalars.has(type.scalar);
}

const plainScalars = new Set(['string', 'boolean', 'int32', 'int64', 'double', 'bytes']);

/** The declarations do not tell text from base64. */
function asBytes(type) {
  return type.map === undefined ? { scalar: 'bytes' } : { map: { scalar: 'bytes' } };
}

/** The API server always sends a kind's spec, and a stored kind always has metadata. */
function isAlwaysPresentOnKind(isKind, structName, fieldName, type) {
  if (!isKind || type.struct === undefined) return false;
  if (fieldName === 'metadata') return !notStored.has(structName);
  return fieldName === 'spec' && structName !== 'Scale';
}

function annotationsOf(type, known, own) {
  if (type.list === undefined) {
    if (own?.replace === true) return { replace: true };
    return own?.retainKeys === true || known['x-kubernetes-patch-strategy'] === 'retainKeys'
      ? { retainKeys: true }
      : {};
  }
  const result = {};
  const strategy = known['x-kubernetes-patch-strategy'] ?? '';
  const mergeKey = known['x-kubernetes-patch-merge-key'];
  if (strategy.includes('merge')) result.merge = mergeKey ?? '';
  if (strategy.includes('retainKeys')) result.retainKeys = true;
  const listType = known['x-kubernetes-list-type'];
  if (listType === 'set') result.list = 'set';
  else if (listType === 'map') result.list = known['x-kubernetes-list-map-keys'];
  else if (listType === 'atomic') result.list = 'atomic';
  // Without a marker, server-side apply falls back to the merge key: a list map, or a set of primitives.
  else if (result.merge !== undefined) result.list = result.merge === '' ? 'set' : [result.merge];
  if (own !== undefined) Object.assign(result, own);
  if (result.list === 'atomic') delete result.list;
  return result;
}

function groupOf({ file }) {
  const match = /package\/(?:apis\/)?([^/]+)\//.exec(file);
  const folder = match?.[1] ?? 'v1';
  return folder === 'v1' ? 'core' : folder;
}

function indexDocument(document) {
  const result = new Map();
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const id = name
      .split(/[^A-Za-z0-9]+/)
      .map((part) => part[0].toUpperCase() + part.slice(1))
      .join('');
    result.set(id, schema);
  }
  return result;
}
