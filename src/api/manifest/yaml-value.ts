import { isAlias, isMap, isScalar, isSeq, type Alias, type ParsedNode, type Scalar } from 'yaml';
import { joinIndex, joinKey } from './field-path.ts';
import { manifestLimits } from './problem.ts';
import { type PlainScalar, resolvePlain } from './scalars.ts';
import type { YamlFault } from './yaml-stream.ts';

/** What a document's tree means as JSON, and what is wrong with it; offsets as the tree has them. */
export interface YamlValue {
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** Paths of the fields that stand twice in the same map; the last one counts. */
  readonly duplicateFields: readonly string[];
}

interface Anchored {
  readonly value: unknown;
  readonly size: number;
}

/** What an unquoted word means; a reader of another YAML hands in its own. */
export type ResolvePlain = (text: string) => {
  readonly type: PlainScalar['type'];
  readonly value: unknown;
};

interface Reading {
  readonly resolve: ResolvePlain;
  readonly faults: YamlFault[];
  readonly duplicateFields: string[];
  /** The way from the top to what is being read: keys and indexes. */
  readonly way: (string | number)[];
  readonly anchors: Map<string, Anchored | 'being read'>;
  /** Values met so far, aliases counted with all they stand for. */
  size: number;
  aliasedSize: number;
}

/** Turns a tree into plain values. Objects get their keys as own properties only; `__proto__` is refused. */
export function valueOfYaml(
  root: ParsedNode | null,
  resolve: ResolvePlain = resolvePlain,
): YamlValue {
  const reading: Reading = {
    resolve,
    faults: [],
    duplicateFields: [],
    way: [],
    anchors: new Map(),
    size: 0,
    aliasedSize: 0,
  };
  const value = root === null ? null : read(root, reading, 0);
  return { value, faults: reading.faults, duplicateFields: reading.duplicateFields };
}

function read(node: ParsedNode | null, reading: Reading, depth: number): unknown {
  if (node === null) return null;
  if (depth > manifestLimits.depth) {
    report(reading, node, 'TOO_DEEP', '');
    return null;
  }
  if (isAlias(node)) return readAlias(node, reading);
  const anchor = node.anchor;
  const sizeBefore = reading.size;
  if (anchor !== undefined) reading.anchors.set(anchor, 'being read');
  reading.size += 1;
  const value = isMap(node)
    ? readMap(node.items as readonly YamlPair[], reading, depth)
    : isSeq(node)
      ? node.items.map((item, index) => readBelow(index, item as ParsedNode, reading, depth))
      : isScalar(node)
        ? readScalar(node as Scalar<unknown>, reading)
        : null;
  if (anchor !== undefined) {
    reading.anchors.set(anchor, { value, size: reading.size - sizeBefore });
  }
  return value;
}

function readBelow(
  step: string | number,
  node: ParsedNode | null,
  reading: Reading,
  depth: number,
): unknown {
  reading.way.push(step);
  const value = read(node, reading, depth + 1);
  reading.way.pop();
  return value;
}

interface YamlPair {
  readonly key: ParsedNode;
  readonly value: ParsedNode | null;
}

function readMap(pairs: readonly YamlPair[], reading: Reading, depth: number): unknown {
  const map: Record<string, unknown> = {};
  const seen = new Set<string>();
  let merges: unknown[] | undefined;
  for (const { key: keyNode, value: valueNode } of pairs) {
    if (isMergeKey(keyNode)) {
      const value = read(valueNode, reading, depth + 1);
      merges = [...(merges ?? []), ...(Array.isArray(value) ? value : [value])];
      if (!merges.every(isPlainObject)) report(reading, keyNode, 'BAD_MERGE', '');
      continue;
    }
    const key = readKey(keyNode, reading);
    const value = readBelow(key ?? '', valueNode, reading, depth);
    if (key === undefined) continue;
    if (key === '__proto__') {
      report(reading, keyNode, 'PROTO_KEY', key);
      continue;
    }
    if (seen.has(key)) reportDuplicate(reading, keyNode, key);
    seen.add(key);
    map[key] = value;
  }
  for (const merged of merges ?? []) addMissing(map, merged);
  return map;
}

function isMergeKey(node: ParsedNode): boolean {
  return isScalar(node) && node.value === '<<' && isUnquoted(node as Scalar<unknown>);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A merge adds what the map does not say itself; of several the first that says it wins. */
function addMissing(map: Record<string, unknown>, merged: unknown): void {
  if (!isPlainObject(merged)) return;
  for (const [key, value] of Object.entries(merged)) {
    if (!Object.hasOwn(map, key)) map[key] = value;
  }
}

/** JSON's keys are text: numbers and booleans become the text that Go's tools make of them. */
function readKey(node: ParsedNode, reading: Reading): string | undefined {
  const value = isAlias(node)
    ? readAlias(node, reading)
    : isScalar(node)
      ? keyValue(node, reading)
      : node;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  report(reading, node, value === null ? 'NULL_KEY' : 'COMPLEX_KEY', '');
  return undefined;
}

function keyValue(node: Scalar<unknown>, reading: Reading): unknown {
  const text = String(node.value ?? '');
  return isUnquoted(node) ? reading.resolve(text).value : text;
}

function isUnquoted(node: Scalar<unknown>): boolean {
  return node.type === 'PLAIN' || node.type === undefined;
}

function readAlias(node: Alias, reading: Reading): unknown {
  const anchored = reading.anchors.get(node.source);
  if (anchored === undefined || anchored === 'being read') {
    report(
      reading,
      node as ParsedNode,
      anchored === undefined ? 'BAD_ALIAS' : 'CYCLE',
      node.source,
    );
    return null;
  }
  reading.size += anchored.size;
  reading.aliasedSize += anchored.size;
  if (reading.aliasedSize > manifestLimits.aliasedValues) {
    report(reading, node as ParsedNode, 'ALIAS_BOMB', node.source);
    return null;
  }
  return anchored.value;
}

const stringTag = 'tag:yaml.org,2002:str';
const resolvedTags: ReadonlyMap<string, readonly PlainScalar['type'][]> = new Map([
  ['tag:yaml.org,2002:int', ['int']],
  ['tag:yaml.org,2002:float', ['float', 'int']],
  ['tag:yaml.org,2002:bool', ['bool']],
  ['tag:yaml.org,2002:null', ['null']],
  ['tag:yaml.org,2002:timestamp', ['timestamp']],
]);

function readScalar(node: Scalar<unknown>, reading: Reading): unknown {
  const text = String(node.value ?? '');
  const tag = node.tag;
  if (tag === stringTag || tag === '!') return text;
  if (tag !== undefined) {
    const allowed = resolvedTags.get(tag);
    const resolved = reading.resolve(text);
    if (allowed?.includes(resolved.type) === true) return finite(resolved, node, reading);
    report(reading, node as ParsedNode, allowed === undefined ? 'UNKNOWN_TAG' : 'BAD_TAG', tag);
    return null;
  }
  return isUnquoted(node) ? finite(reading.resolve(text), node, reading) : text;
}

function finite(
  scalar: ReturnType<ResolvePlain>,
  node: Scalar<unknown>,
  reading: Reading,
): unknown {
  if (typeof scalar.value !== 'number' || Number.isFinite(scalar.value)) return scalar.value;
  report(reading, node as ParsedNode, 'NOT_FINITE', String(node.value));
  return null;
}

function reportDuplicate(reading: Reading, node: ParsedNode, key: string): void {
  report(reading, node, 'DUPLICATE_KEY', key);
  if (reading.duplicateFields.length >= manifestLimits.problems) return;
  const path = [...reading.way, key].reduce<string>(
    (before, step) => (typeof step === 'number' ? joinIndex(before, step) : joinKey(before, step)),
    '',
  );
  reading.duplicateFields.push(path);
}

function report(reading: Reading, node: ParsedNode, code: string, message: string): void {
  if (reading.faults.length >= manifestLimits.problems) return;
  const [from, to] = node.range;
  reading.faults.push({ from, to: Math.max(to, from + 1), code, message });
}
