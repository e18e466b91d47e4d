import type { Files } from './files.ts';

/** The first process of a container is 1; the numbers of the others follow from their places. */
export function pidOf(index: number): number {
  return index === 0 ? 1 : 6 + index;
}

/** The reverse. */
export function indexOfPid(pid: string): number {
  const number = Number(pid);
  return number === 1 ? 0 : number - 6;
}

const ROOT = /^\/proc\/(\d+)\/root(\/.*)?$/;

/** Files in which `/proc/PID/root` leads to those of another container. */
export function withRootsOf(
  others: { files(index: number): Files | undefined },
  own: Files,
): Files {
  function at<T>(path: string, use: (files: Files, path: string) => T): T {
    const match = ROOT.exec(own.resolve(path));
    const there = match === null ? undefined : others.files(indexOfPid(match[1] ?? ''));
    return there === undefined ? use(own, path) : use(there, match?.[2] ?? '/');
  }
  return {
    resolve: (path) => own.resolve(path),
    read: (path) => at(path, (files, rest) => files.read(rest)),
    write: (path, text, append) => at(path, (files, rest) => files.write(rest, text, append)),
    remove: (path) => at(path, (files, rest) => files.remove(rest)),
    makeDirectory: (path, withParents) =>
      at(path, (files, rest) => files.makeDirectory(rest, withParents)),
    isDirectory: (path) => at(path, (files, rest) => files.isDirectory(rest)),
    list: (path) => at(path, (files, rest) => files.list(rest)),
  };
}
