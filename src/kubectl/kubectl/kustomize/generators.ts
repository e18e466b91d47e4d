import { base64OfBytes } from '../../../api/base64.ts';
import { goJson } from '../../../api/go-text.ts';
import { goQuote } from '../../../api/go-text.ts';
import { fail } from '../failure.ts';
import { bytesOf } from '../file-bytes.ts';
import { shortHash } from '../content-hash.ts';
import type { GeneratorEntry, GeneratorOptions } from './kustomization.ts';
import { load, type Loader } from './loader.ts';
import { kindOf, newResource, type Behaviour, type Resource } from './resource.ts';
import { isTree, lookUp, own, scalarText, setField, type Tree } from './tree.ts';
import { wrapped } from './wrap.ts';

const behaviours: readonly string[] = ['create', 'replace', 'merge'];

/** The ConfigMap or Secret that an entry of a kustomization describes. */
export function generated(
  kind: 'ConfigMap' | 'Secret',
  entry: GeneratorEntry,
  global: GeneratorOptions | undefined,
  loader: Loader,
): Resource {
  const { name = '', namespace = '', behavior = '', type = '' } = entry;
  if (name === '') fail('a configmap must have a name');
  const options = mergedOptions(entry.options, global);
  const tree: Tree = { apiVersion: 'v1', kind, metadata: { name } };
  if (namespace !== '') setField(tree['metadata'] as Tree, 'namespace', namespace);
  if (kind === 'Secret') {
    tree['type'] = type === '' ? 'Opaque' : type;
    tree['data'] = {};
  }
  fill(tree, kind, pairsOf(name, entry, loader));
  addTexts(tree, 'labels', options?.labels);
  addTexts(tree, 'annotations', options?.annotations);
  if (options?.immutable === true) tree['immutable'] = true;
  return {
    ...newResource(tree),
    behaviour: behaviours.includes(behavior) ? (behavior as Behaviour) : 'unspecified',
    needsHash: options?.disableNameSuffixHash !== true,
  };
}

/** Options of the whole kustomization hold where an entry says nothing; a true one holds anyway. */
function mergedOptions(
  local: GeneratorOptions | undefined,
  global: GeneratorOptions | undefined,
): GeneratorOptions | undefined {
  if (global === undefined) return local;
  return {
    labels: { ...global.labels, ...local?.labels },
    annotations: { ...global.annotations, ...local?.annotations },
    disableNameSuffixHash:
      global.disableNameSuffixHash === true || local?.disableNameSuffixHash === true,
    immutable: global.immutable === true || local?.immutable === true,
  };
}

function addTexts(
  tree: Tree,
  field: 'labels' | 'annotations',
  more: Readonly<Record<string, string>> | undefined,
): void {
  const entries = Object.entries(more ?? {});
  if (entries.length === 0) return;
  const map: Tree = {};
  for (const [key, value] of entries) setField(map, key, value);
  setField(tree['metadata'] as Tree, field, map);
}

function fill(tree: Tree, kind: 'ConfigMap' | 'Secret', pairs: ReadonlyMap<string, string>): void {
  for (const key of [...pairs.keys()].sort()) {
    const value = pairs.get(key) ?? '';
    const { bytes, isText } = bytesOf(value);
    const isPlain = kind === 'ConfigMap' && isText;
    const field = kind === 'ConfigMap' && !isText ? 'binaryData' : 'data';
    if (!isTree(tree[field])) tree[field] = {};
    setField(tree[field] as Tree, key, isPlain ? value : wrappedBase64(bytes, kind));
  }
}

const BASE64_COLUMNS = 70;

/** Long data is broken into lines of seventy characters (kyaml). */
function wrappedBase64(bytes: Uint8Array, _kind: string): string {
  const encoded = base64OfBytes(bytes);
  if (encoded.length <= BASE64_COLUMNS) return encoded;
  const lines = encoded.match(new RegExp(`.{1,${BASE64_COLUMNS}}`, 'g')) ?? [];
  return `${lines.join('\n')}\n`;
}

function pairsOf(name: string, entry: GeneratorEntry, loader: Loader): Map<string, string> {
  const pairs = new Map<string, string>();
  const all = wrapped('loading KV pairs', () => [
    ...inGroup('env source files:', entry.envs, (path) => envPairs(load(loader, path))),
    ...inGroup('literal sources', entry.literals, (source) => [literalPair(source)]),
    ...inGroup('file sources:', entry.files, (source) => [filePair(source, loader)]),
  ]);
  for (const [key, value] of all) {
    if (pairs.has(key)) fail(`configmap ${name} illegally repeats the key \`${key}\``);
    pairs.set(key, value);
  }
  return pairs;
}

type Pair = readonly [key: string, value: string];

function inGroup(
  what: string,
  sources: readonly string[] | undefined,
  read: (source: string) => readonly Pair[],
): readonly Pair[] {
  if (sources === undefined) return [];
  return wrapped(`${what} [${sources.join(' ')}]`, () => sources.flatMap(read));
}

function envPairs(content: string): readonly Pair[] {
  const pairs: Pair[] = [];
  const lines = content.replace(/^\ufeff/, '').split('\n');
  for (const each of lines) {
    const line = each.replace(/\r$/, '').replace(/^\s+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    if (key !== '') pairs.push([key, equals < 0 ? '' : line.slice(equals + 1)]);
  }
  return pairs;
}

function literalPair(source: string): Pair {
  const equals = source.indexOf('=');
  if (equals <= 0) fail(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, equals), withoutQuotes(source.slice(equals + 1))];
}

function withoutQuotes(value: string): string {
  const first = value[0];
  const isQuoted = value.length > 1 && (first === '"' || first === "'") && value.endsWith(first);
  return isQuoted ? value.slice(1, -1) : value;
}

function filePair(source: string, loader: Loader): Pair {
  const parts = source.split('=');
  const [key = '', path = ''] = parts;
  if (parts.length > 2) fail(`source ${goQuote(source)} key name or file path contains '='`);
  if (parts.length === 1) return [key.slice(key.lastIndexOf('/') + 1), load(loader, key)];
  if (key === '')
    fail(`missing key name for file path ${goQuote(path)} in source ${goQuote(source)}`);
  if (path === '')
    fail(`missing file path for key name ${goQuote(key)} in source ${goQuote(source)}`);
  return [key, load(loader, path)];
}

/** The hash of what an object holds, for its name. */
export function contentHash(resource: Resource): string {
  const { tree } = resource;
  const kind = kindOf(resource);
  const map = (field: string): unknown => {
    const value = own(tree, field);
    return isTree(value) ? value : value === undefined ? '' : scalarText(value);
  };
  if (kind !== 'ConfigMap' && kind !== 'Secret') return shortHash(goJson(tree, true));
  const extra = kind === 'ConfigMap' ? 'binaryData' : 'stringData';
  const content = {
    data: map('data'),
    kind,
    // The name is looked up by a path that no object has, upstream: it never counts.
    name: '',
    ...(isTree(own(tree, extra)) ? { [extra]: own(tree, extra) } : {}),
    ...(kind === 'Secret' ? { type: scalarText(lookUp(tree, 'type')) } : {}),
  };
  return shortHash(goJson(content, true));
}
