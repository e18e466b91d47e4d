import { byteLengthOf, bytesOf, textOf } from './byte-text.ts';

/** Tape archives in the form of POSIX (ustar), as texts that stand for bytes (see `byte-text.ts`). */

export interface TarEntry {
  /** With slashes, without one at the end. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  /** Of a file its content, of a link where it leads. */
  readonly text: string;
}

const BLOCK = 512;

/** An archive of these entries; `mtimeSeconds` since 1970 is the age of all. */
export function writeTar(entries: readonly TarEntry[], mtimeSeconds: number): string {
  let archive = '';
  for (const entry of entries) {
    const size = entry.kind === 'file' ? byteLengthOf(entry.text) : 0;
    archive += headerOf(entry, size, mtimeSeconds);
    if (size > 0) archive += entry.text + '\0'.repeat((BLOCK - (size % BLOCK)) % BLOCK);
  }
  return archive + '\0'.repeat(2 * BLOCK);
}

function headerOf({ name, kind, text }: TarEntry, size: number, mtimeSeconds: number): string {
  const full = kind === 'directory' ? `${name}/` : name;
  const { prefix, rest } = split(full);
  const octal = (value: number, width: number): string =>
    `${value.toString(8).padStart(width - 1, '0')}\0`;
  const before =
    field(rest, 100) +
    octal(kind === 'directory' ? 0o755 : 0o644, 8) +
    octal(0, 8) +
    octal(0, 8) +
    octal(size, 12) +
    octal(mtimeSeconds, 12);
  const type = kind === 'directory' ? '5' : kind === 'link' ? '2' : '0';
  const after =
    type +
    field(kind === 'link' ? text : '', 100) +
    'ustar\x0000' +
    field('root', 32) +
    field('root', 32) +
    octal(0, 8) +
    octal(0, 8) +
    field(prefix, 155) +
    '\0'.repeat(12);
  let sum = 8 * 32;
  for (const byte of bytesOf(before + after)) sum += byte;
  return `${before}${sum.toString(8).padStart(6, '0')}\0 ${after}`;
}

/** A field of so many bytes. */
function field(text: string, width: number): string {
  return text + '\0'.repeat(Math.max(0, width - byteLengthOf(text)));
}

/** Names of more than a hundred bytes stand in two fields, parted at a slash. */
function split(name: string): { readonly prefix: string; readonly rest: string } {
  if (byteLengthOf(name) <= 100) return { prefix: '', rest: name };
  const from = Math.max(0, name.length - 101);
  const slash = name.indexOf('/', from);
  return slash < 0
    ? { prefix: '', rest: textOf(bytesOf(name).slice(0, 100)) }
    : { prefix: name.slice(0, slash), rest: name.slice(slash + 1) };
}

/** What is in an archive; undefined where it is none. */
export function readTar(archive: string): readonly TarEntry[] | undefined {
  const bytes = bytesOf(archive);
  const entries: TarEntry[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const text = (from: number, length: number): string => {
      const end = bytes.indexOf(0, at + from);
      const until = end < 0 ? at + from + length : Math.min(end, at + from + length);
      return textOf(bytes.slice(at + from, until));
    };
    if ((bytes[at] ?? 0) === 0) break;
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    if (text(257, 5) !== 'ustar' || !Number.isFinite(size)) return undefined;
    const prefix = text(345, 155);
    const type = String.fromCharCode(bytes[at + 156] ?? 0);
    const content = (): string => textOf(bytes.slice(at + BLOCK, at + BLOCK + size));
    const stored = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
    const name = (longName ?? stored).replace(/\/+$/, '');
    if (type === 'L') longName = content().replace(/\0+$/, '');
    else if (type === 'x') longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content())?.[1];
    else if (type !== 'g') {
      longName = undefined;
      const kind = kinds[type] ?? 'other';
      entries.push({ name, kind, text: kind === 'file' ? content() : text(157, 100) });
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries.length === 0 && bytes.length > 0 && (bytes[0] ?? 0) !== 0 ? undefined : entries;
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '5': 'directory',
  '2': 'link',
};
