import { readdirSync, readFileSync } from 'node:fs';
import { stringifyYamlDocuments } from '../../../../api/manifest/stringify.ts';
import { Failure } from '../../../../kubectl/kubectl/failure.ts';
import type { VirtualFiles } from '../../../../kubectl/program.ts';
import { buildKustomization } from '../../../../kubectl/kubectl/kustomize/kustomize.ts';

/** Where the fixtures' files are said to be. */
export const ROOT = '/kustomize';

/** Files by path below the root, of one fixture. `@name` as a file's whole content stands for another file's. */
export interface Fixture {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  /** The folders that are built, in order. */
  readonly folders: readonly string[];
  /** What the real kubectl prints for each: standard error first. */
  readonly recorded: ReadonlyMap<string, string>;
}

const folder = new URL('./fixtures/', import.meta.url);

/** All fixtures. A file `x.txt` holds the files, `x.recorded.txt` what `kubectl kustomize` prints for every folder. */
export function readFixtures(): readonly Fixture[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt') && !name.endsWith('.recorded.txt'))
    .sort()
    .map((name) => readFixture(name.replace('.txt', '')));
}

function readFixture(name: string): Fixture {
  const raw = sections(readFileSync(new URL(`${name}.txt`, folder), 'utf8'));
  const files = new Map<string, string>();
  for (const [path, content] of raw) {
    const other = /^@(\S+)\n$/.exec(content)?.[1];
    files.set(path, other === undefined ? content : (raw.get(other) ?? ''));
  }
  const folders = [...files.keys()]
    .map((path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'))
    .filter((path, i, all) => all.indexOf(path) === i);
  let recorded: ReadonlyMap<string, string> = new Map();
  try {
    recorded = sections(readFileSync(new URL(`${name}.recorded.txt`, folder), 'utf8'));
  } catch {
    // Not recorded yet.
  }
  return { name, files, folders, recorded };
}

function sections(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/^== /m).slice(1)) {
    const end = part.indexOf('\n');
    found.set(part.slice(0, end), part.slice(end + 1));
  }
  return found;
}

/** What our own prints for a folder of a fixture. */
export function builtText({ files }: Fixture, path: string): string {
  let printed = '';
  const absolute = new Map([...files].map(([name, content]) => [`${ROOT}/${name}`, content]));
  const virtual: VirtualFiles = {
    read: (each) => absolute.get(each),
    write: () => undefined,
    remove: () => false,
    list: () => [...absolute.keys()],
    isFolder: (each) => [...absolute.keys()].some((name) => name.startsWith(`${each}/`)),
    resolve: (each) => (each === '.' ? ROOT : each.startsWith('/') ? each : `${ROOT}/${each}`),
  };
  const session = {
    io: { files: virtual },
    err: (text: string) => (printed += text),
    context: { now: () => Date.UTC(2026, 0, 1) },
  } as unknown as Parameters<typeof buildKustomization>[0];
  try {
    const text = stringifyYamlDocuments(buildKustomization(session, path, true));
    return printed + text;
  } catch (thrown) {
    if (thrown instanceof Failure) return `${printed}error: ${thrown.message.replace(/\n$/, '')}\n`;
    throw thrown;
  }
}
