import {
  done,
  flagsOf,
  isBusybox,
  optionOf,
  wait,
  type Command,
  type Invocation,
} from './command.ts';
import { insistentLoad, running } from '../image-profile.ts';

function complaint(
  call: Invocation,
  verb: { busybox: string; gnu: string },
  path: string,
  why: string,
): string {
  const name = call.argv[0] ?? '';
  return isBusybox(call)
    ? `${name}: ${verb.busybox.replace('%', path)}: ${why}\n`
    : `${name}: ${verb.gnu.replace('%', path)}: ${why}\n`;
}

const MISSING = 'No such file or directory';

const cat: Command = (call) => {
  const { operands } = flagsOf(call.argv);
  if (operands.length === 0)
    return call.input === undefined ? wait(undefined) : done(0, call.input);
  let out = '';
  let err = '';
  for (const path of operands) {
    if (path === '-') {
      out += call.input ?? '';
      continue;
    }
    const text = call.files.read(path);
    if (text !== undefined) out += text;
    else if (call.files.isDirectory(path)) {
      err += isBusybox(call)
        ? `cat: read error: Is a directory\n`
        : `cat: ${path}: Is a directory\n`;
    } else err += complaint(call, { busybox: `can't open '%'`, gnu: '%' }, path, MISSING);
  }
  return done(err === '' ? 0 : 1, out, err);
};

const ls: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  let out = '';
  let err = '';
  const paths = operands.length === 0 ? ['.'] : operands;
  for (const path of paths) {
    const names = call.files.list(path);
    if (names !== undefined && !flags.has('d')) {
      if (paths.length > 1) out += `${path}:\n`;
      if (flags.has('l')) out += `total ${names.length * 4}\n`;
      for (const name of names) {
        if (name.startsWith('.') && !flags.has('a') && !flags.has('A')) continue;
        out += flags.has('l') ? longLine(call, `${path}/${name}`, name) : `${name}\n`;
      }
    } else if (names !== undefined || call.files.read(path) !== undefined) {
      out += flags.has('l') ? longLine(call, path, path) : `${path}\n`;
    } else err += complaint(call, { busybox: '%', gnu: `cannot access '%'` }, path, MISSING);
  }
  return done(err === '' ? 0 : isBusybox(call) ? 1 : 2, out, err);
};

function longLine(call: Invocation, path: string, name: string): string {
  const text = call.files.read(path);
  const date = new Date(call.epochMillis + call.now / 1000).toISOString();
  const kind = text === undefined ? 'drwxr-xr-x' : '-rw-r--r--';
  return `${kind}    1 root     root     ${String(text?.length ?? 4096).padStart(9)} ${date.slice(0, 16).replace('T', ' ')} ${name}\n`;
}

const touch: Command = (call) => {
  let err = '';
  for (const path of flagsOf(call.argv).operands) {
    if (call.files.read(path) !== undefined || call.files.isDirectory(path)) continue;
    const fault = call.files.write(path, '', false);
    if (fault !== undefined)
      err += complaint(call, { busybox: '%', gnu: `cannot touch '%'` }, path, fault);
  }
  return done(err === '' ? 0 : 1, '', err);
};

const rm: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  const force = flags.has('f') || flags.has('force');
  const recursive = flags.has('r') || flags.has('R') || flags.has('recursive');
  let err = '';
  for (const path of operands) {
    if (!recursive && call.files.read(path) === undefined && call.files.isDirectory(path)) {
      err += complaint(
        call,
        { busybox: `'%' is a directory`, gnu: `cannot remove '%'` },
        path,
        'Is a directory',
      );
      continue;
    }
    const fault = call.files.remove(path);
    if (fault !== undefined && !(force && fault === MISSING))
      err += complaint(
        call,
        { busybox: `can't remove '%'`, gnu: `cannot remove '%'` },
        path,
        fault,
      );
  }
  return done(err === '' ? 0 : 1, '', err);
};

const mkdir: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  let err = '';
  for (const path of operands) {
    const fault = call.files.makeDirectory(path, flags.has('p') || flags.has('parents'));
    if (fault !== undefined)
      err += complaint(
        call,
        { busybox: `can't create directory '%'`, gnu: `cannot create directory ‘%’` },
        path,
        fault,
      );
  }
  return done(err === '' ? 0 : 1, '', err);
};

/** cp, mv and ln: the last operand is the target. */
const copy: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  const name = call.argv[0];
  const target = operands.at(-1);
  if (operands.length < 2 || target === undefined)
    return done(1, '', `${name}: missing file operand\n`);
  let err = '';
  for (const source of operands.slice(0, -1)) {
    const into = call.files.isDirectory(target)
      ? `${target}/${source.slice(source.lastIndexOf('/') + 1)}`
      : target;
    const text = call.files.read(source);
    if (text !== undefined) {
      const fault = call.files.write(into, text, false);
      if (fault !== undefined)
        err += complaint(
          call,
          { busybox: `can't create '%'`, gnu: `cannot create regular file '%'` },
          into,
          fault,
        );
      else if (name === 'mv') call.files.remove(source);
    } else if (
      call.files.isDirectory(source) &&
      (name !== 'cp' || flags.has('r') || flags.has('R') || flags.has('a'))
    ) {
      copyTree(call, source.replace(/\/\.?$/, ''), source.endsWith('/.') ? target : into);
      if (name === 'mv') call.files.remove(source);
    } else if (name !== 'ln')
      err += complaint(
        call,
        { busybox: `can't stat '%'`, gnu: `cannot stat '%'` },
        source,
        MISSING,
      );
  }
  return done(err === '' ? 0 : 1, '', err);
};

function copyTree(call: Invocation, source: string, target: string): void {
  call.files.makeDirectory(target, true);
  for (const name of call.files.list(source) ?? []) {
    const text = call.files.read(`${source}/${name}`);
    if (text !== undefined) call.files.write(`${target}/${name}`, text, false);
    else if (source.length < 200) copyTree(call, `${source}/${name}`, `${target}/${name}`);
  }
}

/** chmod, chown: nothing here has owners or modes. */
const permissions: Command = (call) => {
  const operands = flagsOf(call.argv).operands.slice(1);
  const missing = operands.find(
    (path) => call.files.read(path) === undefined && !call.files.isDirectory(path),
  );
  if (missing === undefined) return done(0);
  return done(1, '', complaint(call, { busybox: '%', gnu: `cannot access '%'` }, missing, MISSING));
};

const stat: Command = (call) => {
  const path = flagsOf(call.argv).operands[0] ?? '';
  const text = call.files.read(path);
  if (text === undefined && !call.files.isDirectory(path))
    return done(
      1,
      '',
      complaint(call, { busybox: `can't stat '%'`, gnu: `cannot statx '%'` }, path, MISSING),
    );
  return done(0, `  File: ${path}\n  Size: ${text?.length ?? 4096}\n`);
};

const find: Command = (call) => {
  const root = call.argv[1]?.startsWith('-') === false ? call.argv[1] : '.';
  if (!call.files.isDirectory(root) && call.files.read(root) === undefined)
    return done(1, '', complaint(call, { busybox: '%', gnu: `‘%’` }, root, MISSING));
  const lines: string[] = [];
  const walk = (path: string, depth: number): void => {
    lines.push(path);
    if (depth > 8 || lines.length > 500) return;
    for (const name of call.files.list(path) ?? [])
      walk(path === '/' ? `/${name}` : `${path}/${name}`, depth + 1);
  };
  walk(root, 0);
  const name = optionOf(call.argv, '-name');
  const kept =
    name === undefined ? lines : lines.filter((line) => line.endsWith(name.replaceAll('*', '')));
  return done(0, kept.map((line) => `${line}\n`).join(''));
};

const df: Command = () =>
  done(
    0,
    'Filesystem           1K-blocks      Used Available Use% Mounted on\noverlay              103079844  12304112  86514576  13% /\n',
  );

/** dd: memory or disk is not filled, but the amount is believed. */
const dd: Command = (call) => {
  const target = call.argv.find((word) => word.startsWith('of='))?.slice(3);
  if (target !== undefined) call.files.write(target, '', false);
  return wait(600_000, 0);
};

const tail: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv.filter((word) => !/^-n?\+?\d+$/.test(word)));
  const follow = flags.has('f') || flags.has('F') || flags.has('follow');
  const files = operands.filter((word) => !/^\+?\d+$/.test(word));
  const path = files[0];
  if (path === '/dev/zero') return { kind: 'run', running: EATER };
  const text = path === undefined ? (call.input ?? '') : call.files.read(path);
  if (text === undefined && !(follow && flags.has('F')))
    return done(
      1,
      '',
      complaint(
        call,
        { busybox: `can't open '%'`, gnu: `cannot open '%' for reading` },
        path ?? '',
        MISSING,
      ),
    );
  const out = lastLines(text ?? '', countOf(call.argv));
  return follow || path === '/dev/null' ? wait(follow ? undefined : 0, 0, out) : done(0, out);
};

function countOf(argv: readonly string[]): number {
  for (const word of argv) {
    const match = /^-n?(\+?)(\d+)$/.exec(word);
    if (match !== null) return match[1] === '+' ? -Number(match[2]) : Number(match[2]);
  }
  const value = optionOf(argv, '-n', '--lines');
  return value === undefined ? 10 : value.startsWith('+') ? -Number(value) : Number(value);
}

function lastLines(text: string, count: number): string {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const kept = count < 0 ? lines.slice(-count - 1) : count === 0 ? [] : lines.slice(-count);
  return kept.map((line) => `${line}\n`).join('');
}

const head: Command = (call) => {
  const count = Math.abs(countOf(call.argv));
  const path = flagsOf(call.argv).operands.find((word) => !/^\d+$/.test(word));
  const text = path === undefined ? (call.input ?? '') : call.files.read(path);
  if (text === undefined)
    return done(
      1,
      '',
      complaint(call, { busybox: '%', gnu: `cannot open '%' for reading` }, path ?? '', MISSING),
    );
  return done(
    0,
    text
      .split('\n')
      .slice(0, count)
      .map((line) => `${line}\n`)
      .join(''),
  );
};

/** `tail /dev/zero`: keeps a line that never ends, and so eats memory until it is killed. */
const EATER = running('tail', {
  onTerm: undefined,
  load: insistentLoad(1000, 2 ** 36, 120_000_000),
});

export const fileCommands: Readonly<Record<string, Command>> = {
  cat,
  ls,
  touch,
  rm,
  rmdir: rm,
  mkdir,
  cp: copy,
  mv: copy,
  ln: copy,
  install: copy,
  chmod: permissions,
  chown: permissions,
  chgrp: permissions,
  stat,
  find,
  df,
  du: df,
  dd,
  tail,
  head,
  sync: () => done(0),
  mount: () => done(0),
  umount: () => done(0),
  unzip: () => wait(200_000),
  gzip: () => wait(100_000),
  gunzip: () => wait(100_000),
  fallocate: () => done(0),
  truncate: () => done(0),
  mknod: () => done(0),
  mkfifo: touch,
  readlink: (call) => done(0, `${call.files.resolve(flagsOf(call.argv).operands[0] ?? '.')}\n`),
  realpath: (call) => done(0, `${call.files.resolve(flagsOf(call.argv).operands[0] ?? '.')}\n`),
};
