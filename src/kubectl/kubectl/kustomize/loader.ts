import type { VirtualFiles } from '../../program.ts';
import { fail } from '../failure.ts';
import { joinedPath } from './origin.ts';

/** A folder of which a kustomization may read files, with those that led there. */
export interface Loader {
  readonly root: string;
  readonly files: VirtualFiles;
  readonly referrer?: Loader;
}

const REMOTE =
  /^(?:https?:\/\/|ssh:\/\/|file:\/\/|git::|git@|github\.com[/:]|[^/]+\.git(?:[/?]|$))/;

/** Whether a path leads to the network. */
export function isRemote(path: string): boolean {
  return REMOTE.test(path);
}

/** The loader of the folder that the user named. */
export function rootLoader(files: VirtualFiles, folder: string): Loader {
  refuseRemote(folder);
  return { root: confirmed(files, files.resolve(folder), folder), files };
}

/** The text of a file at or below the root. */
export function load({ root, files }: Loader, path: string): string {
  refuseRemote(path);
  const full = path.startsWith('/') ? joinedPath(path) : joinedPath(root, path);
  const text = files.read(full);
  if (text === undefined) {
    if (files.isFolder(full)) fail(`'${full}' must resolve to a file`);
    fail(`evalsymlink failure on '${full}' : lstat ${full}: no such file or directory`);
  }
  if (!isBelow(folderOf(full), root)) {
    fail(`security; file '${full}' is not in or below '${root}'`);
  }
  return text as string;
}

/** The loader of another kustomization's folder. */
export function loaderAt(loader: Loader, path: string): Loader {
  if (path === '') fail('new root cannot be empty');
  refuseRemote(path);
  if (path.startsWith('/')) fail(`new root '${path}' cannot be absolute`);
  const full = joinedPath(loader.root, path);
  const root = confirmed(loader.files, full, full);
  for (let each: Loader | undefined = loader; each !== undefined; each = each.referrer) {
    if (isBelow(each.root, root)) {
      fail(`cycle detected: candidate root '${root}' contains visited root '${each.root}'`);
    }
  }
  return { root, files: loader.files, referrer: loader };
}

function confirmed(files: VirtualFiles, full: string, asNamed: string): string {
  if (files.read(full) !== undefined) {
    fail(`must build at directory: '${asNamed}': file is not directory`);
  }
  if (!files.isFolder(full)) {
    fail(
      `must build at directory: not a valid directory: evalsymlink failure on '${asNamed}' : lstat ${full}: no such file or directory`,
    );
  }
  return full;
}

function refuseRemote(path: string): void {
  if (isRemote(path)) {
    fail(
      `unable to read ${JSON.stringify(path)}: this playground reaches no network but its own; copy what is there into the terminal's files`,
    );
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function isBelow(folder: string, root: string): boolean {
  return root === '/' || folder === root || folder.startsWith(`${root}/`);
}
