import { readTar, writeTar, type TarEntry } from '../../../base/tar.ts';
import type { Files } from '../files.ts';
import { done, isBusybox, wait, type Command, type Invocation } from './command.ts';

/** What a call of tar asks for: its flags come with or without a dash, long options are for owners and modes. */
interface TarCall {
  readonly mode: 'c' | 'x' | 't' | undefined;
  /** `-`: the standard streams. */
  readonly archive: string;
  readonly directory: string;
  readonly verbose: boolean;
  readonly names: readonly string[];
}

const VALUED = new Set(['f', 'C']);

function readCall(argv: readonly string[]): TarCall {
  let mode: TarCall['mode'];
  let archive = '-';
  let directory = '.';
  let verbose = false;
  const names: string[] = [];
  const words = argv.slice(1);
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word.startsWith('--')) {
      if (word.startsWith('--directory=')) directory = word.slice('--directory='.length);
      else if (word.startsWith('--file=')) archive = word.slice('--file='.length);
      continue;
    }
    if (!(word.startsWith('-') && word.length > 1) && !(i === 0 && /^[a-zA-Z]+$/.test(word))) {
      names.push(word);
      continue;
    }
    const flags = word.replace(/^-/, '');
    for (let at = 0; at < flags.length; at += 1) {
      const flag = flags.charAt(at);
      if (flag === 'c' || flag === 'x' || flag === 't') mode = flag;
      else if (flag === 'v') verbose = true;
      if (!VALUED.has(flag)) continue;
      // With a dash the value may follow at once; without, it is the next word.
      const attached = word.startsWith('-') ? flags.slice(at + 1) : '';
      const value = attached === '' ? (words[(i += 1)] ?? '') : attached;
      if (flag === 'f') archive = value;
      else directory = value;
      if (attached !== '') break;
    }
  }
  return { mode, archive, directory, verbose, names };
}

/** Files below a name, directories first, as tar walks them; undefined: there is no such thing. */
function entriesOf(files: Files, path: string, name: string): readonly TarEntry[] | undefined {
  const names = files.list(path);
  if (names !== undefined) {
    const inside = names.flatMap(
      (each) => entriesOf(files, `${path}/${each}`, `${name}/${each}`) ?? [],
    );
    return [{ name, kind: 'directory', text: '' }, ...inside];
  }
  const text = files.read(path);
  return text === undefined ? undefined : [{ name, kind: 'file', text }];
}

function create(call: Invocation, { archive, directory, names }: TarCall): ReturnType<Command> {
  const entries: TarEntry[] = [];
  let err = '';
  let failed = false;
  for (const name of names) {
    const path = name.startsWith('/') ? name : `${directory}/${name}`;
    const stored = name.replace(/^(?:\.\/)+|\/+$/g, '') || '.';
    const found = entriesOf(call.files, path, stored.replace(/^\/+/, ''));
    if (found === undefined) {
      failed = true;
      err += isBusybox(call)
        ? `tar: ${name}: No such file or directory\n`
        : `tar: ${name}: Cannot stat: No such file or directory\n`;
      continue;
    }
    if (name.startsWith('/'))
      err += isBusybox(call)
        ? `tar: removing leading '/' from member names\n`
        : "tar: Removing leading `/' from member names\n";
    entries.push(...found);
  }
  if (failed)
    err += isBusybox(call)
      ? 'tar: error exit delayed from previous errors\n'
      : 'tar: Exiting with failure status due to previous errors\n';
  const text = writeTar(entries, Math.floor((call.epochMillis + call.now / 1000) / 1000));
  const code = failed ? (isBusybox(call) ? 1 : 2) : 0;
  if (archive === '-') return done(code, text, err);
  const fault = call.files.write(archive, text, false);
  return fault === undefined
    ? done(code, '', err)
    : done(2, '', `${err}tar: ${archive}: Cannot open: ${fault}\n`);
}

function extract(
  call: Invocation,
  { directory, verbose }: TarCall,
  archive: string,
): ReturnType<Command> {
  const entries = readTar(archive);
  if (entries === undefined)
    return isBusybox(call)
      ? done(1, '', 'tar: invalid tar magic\n')
      : done(
          2,
          '',
          'tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n',
        );
  if (!call.files.isDirectory(directory) && call.profile.userland !== 'unknown')
    return isBusybox(call)
      ? done(1, '', `tar: can't change directory to '${directory}': No such file or directory\n`)
      : done(
          2,
          '',
          `tar: ${directory}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`,
        );
  let out = '';
  let err = '';
  for (const { name, kind, text } of entries) {
    if (verbose) out += `${name}\n`;
    // There are no links here.
    if (kind !== 'file' && kind !== 'directory') continue;
    const path = `${directory}/${name.replace(/^\/+/, '')}`;
    const parent = path.slice(0, path.lastIndexOf('/'));
    const fault =
      kind === 'directory'
        ? call.files.makeDirectory(path, true)
        : ((parent === '' ? undefined : call.files.makeDirectory(parent, true)) ??
          call.files.write(path, text, false));
    if (fault !== undefined)
      err += isBusybox(call)
        ? `tar: can't open '${name}': ${fault}\n`
        : `tar: ${name}: Cannot open: ${fault}\n`;
  }
  if (err === '') return done(0, out);
  return isBusybox(call)
    ? done(1, out, err)
    : done(2, out, `${err}tar: Exiting with failure status due to previous errors\n`);
}

/** tar, as far as archives go that are not compressed. What was downloaded has no content here, and unpacks to nothing. */
const tar: Command = (call) => {
  const asked = readCall(call.argv);
  if (asked.mode === 'c') return create(call, asked);
  if (asked.mode === undefined) return done(isBusybox(call) ? 1 : 2, '', usage(call));
  const archive = asked.archive === '-' ? call.input : call.files.read(asked.archive);
  if (archive === undefined || archive === '') return wait(200_000);
  if (asked.mode === 'x') return extract(call, asked, archive);
  const entries = readTar(archive) ?? [];
  return done(
    0,
    entries.map(({ name, kind }) => `${name}${kind === 'directory' ? '/' : ''}\n`).join(''),
  );
};

function usage(call: Invocation): string {
  return isBusybox(call)
    ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: tar c|x|t [-ZzJjahmvokO] [-f TARFILE] [-C DIR] [-T FILE] [-X FILE] [LONGOPT]... [FILE]...\n'
    : "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n";
}

export const archiveCommands: Readonly<Record<string, Command>> = { tar };
