import { compareStrings } from '../../base/compare.ts';
import type { VirtualFiles } from '../program.ts';

/** The home folder on every machine. */
export const HOME = '/root';

/** The user's files: a flat table of paths. A folder exists while something lies in it, or when it was made. */
export interface FileStore {
  readonly files: Map<string, string>;
  readonly folders: Set<string>;
  /** Told after every change. */
  onChange: (() => void) | undefined;
}

const ALWAYS = ['/', HOME, '/tmp', '/etc', '/dev'];

export function createFileStore(
  files: Iterable<readonly [string, string]> = [],
  folders: Iterable<string> = [],
): FileStore {
  return { files: new Map(files), folders: new Set([...ALWAYS, ...folders]), onChange: undefined };
}

/** The files as one program sees them, from its working folder on. */
export function filesOf(store: FileStore, cwd: () => string): VirtualFiles {
  return {
    read: (path) => (path === '/dev/null' ? '' : store.files.get(path)),
    write(path, content) {
      if (path === '/dev/null') return;
      store.files.set(path, content);
      store.onChange?.();
    },
    remove(path) {
      const removed = store.files.delete(path) || store.folders.delete(path);
      if (removed) store.onChange?.();
      return removed;
    },
    list(folder) {
      const prefix = folder === '/' ? '/' : `${folder}/`;
      return [...store.files.keys()].filter((path) => path.startsWith(prefix)).sort(compareStrings);
    },
    isFolder: (path) => isFolder(store, path),
    resolve: (path) => resolvePath(cwd(), path),
  };
}

export function isFolder(store: FileStore, path: string): boolean {
  if (store.folders.has(path)) return true;
  const prefix = path === '/' ? '/' : `${path}/`;
  for (const file of store.files.keys()) if (file.startsWith(prefix)) return true;
  return [...store.folders].some((folder) => folder.startsWith(prefix));
}

/** Names directly in a folder, in order; folders too. */
export function namesIn(store: FileStore, folder: string): readonly string[] {
  const prefix = folder === '/' ? '/' : `${folder}/`;
  const names = new Set<string>();
  for (const path of [...store.files.keys(), ...store.folders]) {
    if (path.startsWith(prefix) && path !== prefix)
      names.add(path.slice(prefix.length).split('/')[0] ?? '');
  }
  return [...names].sort(compareStrings);
}

export function makeFolder(store: FileStore, path: string): void {
  store.folders.add(path);
  store.onChange?.();
}

/** Makes a path absolute: `.`, `..`, `~` and doubled slashes are resolved. */
export function resolvePath(cwd: string, path: string): string {
  const whole = path === '~' || path.startsWith('~/') ? HOME + path.slice(1) : path;
  const parts: string[] = [];
  for (const part of (whole.startsWith('/') ? whole : `${cwd}/${whole}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}
