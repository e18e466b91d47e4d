import { compareNumbers } from '../../../base/compare.ts';
import {
  complain,
  err,
  out,
  type BuiltinEntry,
  type Execution,
  type ShellCommand,
} from '../execution.ts';
import { HOME, isFolder, makeFolder, namesIn, parentOf, resolvePath } from '../files.ts';
import { matchesGlob } from '../glob.ts';

const MISSING = 'No such file or directory';

function split(args: readonly string[]): {
  readonly flags: string;
  readonly paths: readonly string[];
} {
  const end = args.indexOf('--');
  const head = end < 0 ? args : args.slice(0, end);
  const flags = head.filter((arg) => arg.startsWith('-') && arg !== '-');
  const paths = head.filter((arg) => !arg.startsWith('-') || arg === '-');
  return {
    flags: flags
      .map((flag) => (flag.startsWith('--') ? (LONG.get(flag) ?? '') : flag.slice(1)))
      .join(''),
    paths: end < 0 ? paths : [...paths, ...args.slice(end + 1)],
  };
}

const LONG: ReadonlyMap<string, string> = new Map([
  ['--recursive', 'r'],
  ['--force', 'f'],
  ['--parents', 'p'],
  ['--all', 'a'],
]);

const cd: ShellCommand = (args, execution) => {
  const [target = HOME] = args;
  const back = execution.variables.text('OLDPWD') ?? execution.cwd;
  const path = target === '-' ? back : resolvePath(execution.cwd, target);
  const { store } = execution.shell;
  if (!isFolder(store, path)) {
    complain(execution, `cd: ${target}: ${store.files.has(path) ? 'Not a directory' : MISSING}`);
    return 1;
  }
  execution.variables.set('OLDPWD', execution.cwd);
  execution.cwd = path;
  execution.variables.set('PWD', path);
  if (target === '-') out(execution, `${path}\n`);
  return 0;
};

const ls: ShellCommand = (args, execution) => {
  const { flags, paths } = split(args);
  const { store } = execution.shell;
  let status = 0;
  const isLong = flags.includes('l');
  const inColumns = !isLong && !flags.includes('1') && execution.outs.get(1)?.isTerminal === true;
  const show = (names: readonly string[], folder: string): void => {
    const isHidden = (name: string): boolean => folder !== '' && name.startsWith('.');
    const visible = names.filter((name) => flags.includes('a') || !isHidden(name));
    const ordered = flags.includes('r') ? visible.toReversed() : visible;
    if (isLong) {
      if (names.length > 1 || folder !== '') out(execution, `total ${ordered.length}\n`);
      for (const name of ordered)
        out(execution, longLine(execution, resolvePath(folder, name), name));
    } else if (ordered.length > 0)
      out(
        execution,
        inColumns ? columns(ordered, execution.shell.columns()) : `${ordered.join('\n')}\n`,
      );
  };
  const wanted = paths.length === 0 ? ['.'] : paths;
  const files: string[] = [];
  const folders: string[] = [];
  for (const path of wanted) {
    const full = resolvePath(execution.cwd, path);
    if (store.files.has(full) || (flags.includes('d') && isFolder(store, full))) files.push(path);
    else if (isFolder(store, full)) folders.push(path);
    else {
      err(execution, `ls: cannot access '${path}': ${MISSING}\n`);
      status = 2;
    }
  }
  if (isLong)
    for (const path of files)
      out(execution, longLine(execution, resolvePath(execution.cwd, path), path));
  else show(files, '');
  for (const [i, path] of folders.entries()) {
    if (wanted.length > 1) out(execution, `${i > 0 || files.length > 0 ? '\n' : ''}${path}:\n`);
    const full = resolvePath(execution.cwd, path);
    show(namesIn(store, full), full);
  }
  return status;
};

function longLine(execution: Execution, path: string, name: string): string {
  const content = execution.shell.store.files.get(path);
  const size = new TextEncoder().encode(content ?? '').length;
  const mode =
    content === undefined ? 'drwxr-xr-x' : content.startsWith('#!') ? '-rwxr-xr-x' : '-rw-r--r--';
  return `${mode} 1 root root ${String(content === undefined ? 4096 : size).padStart(6)} ${name}\n`;
}

/** Names beside each other, down the columns, as `ls` shows them on a terminal. */
export function columns(names: readonly string[], width: number): string {
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0) + 2;
  const across = Math.max(1, Math.floor(width / longest));
  const rows = Math.ceil(names.length / across);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const line = names.filter((_, i) => i % rows === row);
    text += `${line
      .map((name) => name.padEnd(longest))
      .join('')
      .trimEnd()}\n`;
  }
  return text;
}

const mkdir: ShellCommand = (args, execution) => {
  const { flags, paths } = split(args);
  const { store } = execution.shell;
  let status = 0;
  for (const path of paths) {
    const full = resolvePath(execution.cwd, path);
    const exists = store.files.has(full) || isFolder(store, full);
    const parent = isFolder(store, parentOf(full));
    if (flags.includes('p') && !store.files.has(full)) {
      for (let folder = full; folder !== '/'; folder = parentOf(folder)) makeFolder(store, folder);
    } else if (exists || !parent) {
      err(
        execution,
        `mkdir: cannot create directory ‘${path}’: ${exists ? 'File exists' : MISSING}\n`,
      );
      status = 1;
    } else makeFolder(store, full);
  }
  return status;
};

const rm: ShellCommand = (args, execution) => {
  const { flags, paths } = split(args);
  const { store } = execution.shell;
  const recursive = /[rR]/.test(flags);
  let status = 0;
  for (const path of paths) {
    const full = resolvePath(execution.cwd, path);
    if (store.files.delete(full)) continue;
    if (!isFolder(store, full)) {
      if (flags.includes('f')) continue;
      err(execution, `rm: cannot remove '${path}': ${MISSING}\n`);
      status = 1;
    } else if (!recursive) {
      err(execution, `rm: cannot remove '${path}': Is a directory\n`);
      status = 1;
    } else removeTree(execution, full);
  }
  store.onChange?.();
  return status;
};

function removeTree(execution: Execution, folder: string): void {
  const { store } = execution.shell;
  const prefix = folder === '/' ? '/' : `${folder}/`;
  for (const file of store.files.keys()) if (file.startsWith(prefix)) store.files.delete(file);
  for (const each of store.folders)
    if (each === folder || each.startsWith(prefix)) store.folders.delete(each);
  for (const kept of ['/', HOME, '/tmp']) store.folders.add(kept);
}

const rmdir: ShellCommand = (args, execution) => {
  let status = 0;
  for (const path of split(args).paths) {
    const full = resolvePath(execution.cwd, path);
    const { store } = execution.shell;
    const reason = !isFolder(store, full)
      ? MISSING
      : namesIn(store, full).length > 0
        ? 'Directory not empty'
        : undefined;
    if (reason === undefined) store.folders.delete(full);
    else {
      err(execution, `rmdir: failed to remove '${path}': ${reason}\n`);
      status = 1;
    }
  }
  return status;
};

function transfer(name: 'cp' | 'mv'): ShellCommand {
  return (args, execution) => {
    const { flags, paths } = split(args);
    const { store } = execution.shell;
    const target = paths.at(-1);
    const sources = paths.slice(0, -1);
    if (target === undefined || sources.length === 0) {
      err(
        execution,
        `${name}: missing ${target === undefined ? '' : 'destination '}file operand${target === undefined ? '' : ` after '${target}'`}\n`,
      );
      return 1;
    }
    const into = resolvePath(execution.cwd, target);
    const isInto = isFolder(store, into);
    if (sources.length > 1 && !isInto) {
      err(execution, `${name}: target '${target}' is not a directory\n`);
      return 1;
    }
    let status = 0;
    for (const source of sources) {
      const from = resolvePath(execution.cwd, source);
      const to = isInto
        ? `${into === '/' ? '' : into}/${from.slice(from.lastIndexOf('/') + 1)}`
        : into;
      const content = store.files.get(from);
      if (content !== undefined) {
        if (!isFolder(store, parentOf(to))) {
          err(execution, `${name}: cannot create regular file '${target}': ${MISSING}\n`);
          status = 1;
          continue;
        }
        store.files.set(to, content);
        if (name === 'mv' && to !== from) store.files.delete(from);
      } else if (!isFolder(store, from)) {
        err(execution, `${name}: cannot stat '${source}': ${MISSING}\n`);
        status = 1;
      } else if (name === 'cp' && !/[rRa]/.test(flags)) {
        err(execution, `cp: -r not specified; omitting directory '${source}'\n`);
        status = 1;
      } else {
        makeFolder(store, to);
        for (const [file, text] of Array.from(store.files))
          if (file.startsWith(`${from}/`)) store.files.set(to + file.slice(from.length), text);
        if (name === 'mv') removeTree(execution, from);
      }
    }
    store.onChange?.();
    return status;
  };
}

const touch: ShellCommand = (args, execution) => {
  const { store } = execution.shell;
  let status = 0;
  for (const path of split(args).paths) {
    const full = resolvePath(execution.cwd, path);
    if (isFolder(store, full)) continue;
    if (!isFolder(store, parentOf(full))) {
      err(execution, `touch: cannot touch '${path}': ${MISSING}\n`);
      status = 1;
    } else if (!store.files.has(full)) store.files.set(full, '');
  }
  store.onChange?.();
  return status;
};

const find: ShellCommand = (args, execution) => {
  const { store } = execution.shell;
  const start = args.findIndex((arg) => arg.startsWith('-'));
  const roots = args.slice(0, start < 0 ? args.length : start);
  const tests = start < 0 ? [] : args.slice(start);
  let name: string | undefined;
  let kind: string | undefined;
  let deletes = false;
  for (let i = 0; i < tests.length; i++) {
    if (tests[i] === '-name' || tests[i] === '-iname') name = tests[++i];
    else if (tests[i] === '-type') kind = tests[++i];
    else if (tests[i] === '-delete') deletes = true;
    else if (tests[i] !== '-print') {
      err(execution, `find: unknown predicate \`${tests[i] ?? ''}'\n`);
      return 1;
    }
  }
  for (const root of roots.length === 0 ? ['.'] : roots) {
    const full = resolvePath(execution.cwd, root);
    if (!store.files.has(full) && !isFolder(store, full)) {
      err(execution, `find: ‘${root}’: ${MISSING}\n`);
      return 1;
    }
    for (const path of treeOf(execution, full)) {
      const isFile = store.files.has(path);
      if (kind !== undefined && (kind === 'f') !== isFile) continue;
      const last = path.slice(path.lastIndexOf('/') + 1);
      if (name !== undefined && !matchesGlob(name, last)) continue;
      if (deletes) store.files.delete(path);
      else out(execution, `${root === '/' ? path : root + path.slice(full.length)}\n`);
    }
  }
  return 0;
};

function treeOf(execution: Execution, path: string): readonly string[] {
  const { store } = execution.shell;
  if (store.files.has(path)) return [path];
  const inside = namesIn(store, path).flatMap((name) =>
    treeOf(execution, `${path === '/' ? '' : path}/${name}`),
  );
  return [path, ...inside];
}

const mktemp: ShellCommand = (args, execution) => {
  const { store } = execution.shell;
  const taken = [...store.files.keys(), ...store.folders]
    .map((path) => Number(/^\/tmp\/tmp\.(\d+)$/.exec(path)?.[1] ?? 0))
    .sort(compareNumbers);
  const path = `/tmp/tmp.${String((taken.at(-1) ?? 0) + 1).padStart(10, '0')}`;
  if (args.includes('-d')) makeFolder(store, path);
  else store.files.set(path, '');
  store.onChange?.();
  out(execution, `${path}\n`);
  return 0;
};

const pwd: ShellCommand = (_args, execution) => {
  out(execution, `${execution.cwd}\n`);
  return 0;
};

export const FILE_COMMANDS: readonly (readonly [string, BuiltinEntry])[] = [
  ['cd', { about: 'goes to another folder', run: cd }],
  ['pwd', { about: 'the folder you are in', run: pwd }],
  ['ls', { about: 'what lies in a folder', run: ls }],
  ['mkdir', { about: 'makes folders', run: mkdir }],
  ['rmdir', { about: 'removes empty folders', run: rmdir }],
  ['rm', { about: 'removes files and folders', run: rm }],
  ['mv', { about: 'moves files', run: transfer('mv') }],
  ['cp', { about: 'copies files', run: transfer('cp') }],
  ['touch', { about: 'makes empty files', run: touch }],
  ['find', { about: 'finds files by name', run: find }],
  ['mktemp', { about: 'makes a file with a fresh name', run: mktemp }],
  ['chmod', { about: 'accepted; files have no modes here', run: () => 0 }],
];
