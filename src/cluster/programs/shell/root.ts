import { profileOf, baseName } from '../catalogue.ts';
import { SHELLS } from '../commands/index.ts';
import { normalizePath, type Files } from '../files.ts';
import { imageReference } from '../image-reference.ts';
import type { ImageProfile } from '../image-profile.ts';
import type { Frame, Shell } from './state.ts';
import type { Surroundings } from './thread.ts';

/** What `chroot` changes: where the shell's paths begin. */

/** What the machine itself has installed, for whoever goes to its root. */
const MACHINE: ImageProfile = profileOf(imageReference('docker.io', 'library/debian', '13'));

/** The files that a shell sees from where it is. */
export function filesIn(shell: Shell, around: Surroundings): Files {
  const { root, cwd } = shell;
  if (root === undefined) return around.files(cwd);
  const files = around.files('/');
  const resolve = (path: string): string => normalizePath(path, cwd);
  const at = (path: string): string => outside(root, resolve(path));
  return {
    resolve,
    read: (path) => files.read(at(path)),
    write: (path, text, append) => files.write(at(path), text, append),
    remove: (path) => files.remove(at(path)),
    makeDirectory: (path, withParents) => files.makeDirectory(at(path), withParents),
    isDirectory: (path) => files.isDirectory(at(path)),
    list: (path) => files.list(at(path)),
  };
}

/** An absolute path of a shell as the container knows it. Devices and processes are everywhere the same. */
export function outside(root: string | undefined, path: string): string {
  if (root === undefined || /^\/(?:dev|proc|sys)(?:\/|$)/.test(path)) return path;
  return path === '/' ? root : `${root}${path}`;
}

/** What is installed where a shell is. */
export function profileIn(
  shell: Shell,
  around: Pick<Surroundings, 'config' | 'profile'>,
): ImageProfile {
  const { root } = shell;
  if (root === undefined) return around.profile;
  const isMachine = around.config.mounts.some(
    ({ mountPath, volume }) => volume === 'host//' && mountPath === root,
  );
  return isMachine ? MACHINE : around.profile;
}

/** Goes to another root, given as a path from where the shell is. */
export function enterRoot(shell: Shell, path: string): void {
  const root = outside(shell.root, normalizePath(path, shell.cwd));
  shell.root = root === '/' ? undefined : root;
  goTo(shell, '/');
}

/** Ends a function's call, or what ran in another root. */
export function leaveCall(
  shell: Shell,
  { positional, left }: Extract<Frame, { kind: 'call' }>,
): void {
  shell.positional = positional;
  if (left !== undefined) goBack(shell, left);
}

/** Comes back out of another root. */
export function goBack(shell: Shell, { root, cwd }: Place): void {
  shell.root = root;
  goTo(shell, cwd);
}

function goTo(shell: Shell, cwd: string): void {
  shell.cwd = cwd;
  shell.vars.set('PWD', cwd);
}

/** Where a shell is. */
export interface Place {
  readonly root: string | undefined;
  readonly cwd: string;
}

/** The shell that `chroot DIR [sh …]` is, and where. */
export function shellInRoot(
  argv: readonly string[],
  files: Files,
): { readonly root: string; readonly argv: readonly string[] } | undefined {
  const [, root] = argv;
  if (baseName(argv[0] ?? '') !== 'chroot' || root === undefined) return undefined;
  const inner = argv.length > 2 ? argv.slice(2) : ['sh'];
  const isShell = SHELLS.has(baseName(inner[0] ?? '')) && files.isDirectory(root);
  return isShell ? { root, argv: inner } : undefined;
}
