import { base64OfBytes } from '../../../../api/base64.ts';
import { fail } from '../../failure.ts';
import { bytesOf } from '../../file-bytes.ts';
import type { Session } from '../../session.ts';

/** Keys with the bytes that `--from-literal`, `--from-file` and `--from-env-file` give them, by key. */
export interface KeyedBytes {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly isText: boolean;
  readonly text: string;
}

/** Reads the sources of a ConfigMap's or Secret's data, in kubectl's order. */
export function keyedSources(
  session: Session,
  what: 'ConfigMap' | 'Secret',
): readonly KeyedBytes[] {
  const { flags } = session;
  const found = new Map<string, KeyedBytes>();
  const add = (key: string, text: string): void => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      fail(
        `${JSON.stringify(key)} is not a valid key name for a ${what}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
      );
    }
    if (found.has(key))
      fail(
        `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ${what} ${JSON.stringify(session.args[0] ?? '')}`,
      );
    found.set(key, { key, text, ...bytesOf(text) });
  };
  for (const source of flags.list('from-file')) fromFile(session, source, add);
  for (const literal of flags.list('from-literal')) {
    const equals = literal.indexOf('=');
    if (equals <= 0) fail(`invalid literal source ${literal}, expected key=value`);
    const value = literal.slice(equals + 1);
    // Upstream takes quotes off for Secrets only.
    add(literal.slice(0, equals), what === 'Secret' ? unwrapped(value) : value);
  }
  for (const path of flags.list('from-env-file')) fromEnvironmentFile(session, path, add);
  return [...found.values()];
}

/** Outer quotes of a value are the shell's that was not there. */
function unwrapped(value: string): string {
  const quote = value.charAt(0);
  return value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote)
    ? value.slice(1, -1)
    : value;
}

function fromFile(
  { io: { files } }: Session,
  source: string,
  add: (key: string, text: string) => void,
): void {
  const equals = source.indexOf('=');
  const named = equals < 0 ? '' : source.slice(0, equals);
  const path = equals < 0 ? source : source.slice(equals + 1);
  if (equals === 0) fail(`key name for file path ${path} missing`);
  if (equals > 0 && path === '') fail(`file path for key name ${named} missing`);
  const absolute = files.resolve(path);
  if (files.isFolder(absolute)) {
    if (equals >= 0) fail('cannot give a key name for a directory path');
    const prefix = absolute.endsWith('/') ? absolute : `${absolute}/`;
    for (const each of [...files.list(absolute)].sort()) {
      const name = each.slice(prefix.length);
      if (!name.includes('/') && /^[-._a-zA-Z0-9]+$/.test(name)) add(name, files.read(each) ?? '');
    }
    return;
  }
  const text = files.read(absolute);
  if (text === undefined) fail(`error reading ${path}: no such file or directory`);
  add(named === '' ? path.slice(path.lastIndexOf('/') + 1) : named, text);
}

function fromEnvironmentFile(
  { io }: Session,
  path: string,
  add: (key: string, text: string) => void,
): void {
  const text = io.files.read(io.files.resolve(path));
  if (text === undefined) fail(`error reading ${path}: no such file or directory`);
  for (const raw of text.split('\n')) {
    const line = raw.trimStart().replace(/\r$/, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    add(key, equals < 0 ? (io.environment.get(key) ?? '') : line.slice(equals + 1));
  }
}

export function sortedData(
  entries: readonly KeyedBytes[],
  valueOf: (entry: KeyedBytes) => string,
): Readonly<Record<string, string>> | undefined {
  if (entries.length === 0) return undefined;
  const data: Record<string, string> = Object.create(null);
  for (const each of [...entries].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    data[each.key] = valueOf(each);
  }
  return data;
}

export function base64Of({ bytes }: KeyedBytes): string {
  return base64OfBytes(bytes);
}
