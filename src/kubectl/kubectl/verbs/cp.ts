import { readTar, writeTar, type TarEntry } from '../../../base/tar.ts';
import { fail, Failure } from '../failure.ts';
import { textAt, type ApiObject } from '../objects.ts';
import type { Session } from '../session.ts';
import { talk } from '../talk.ts';
import { podOf } from './exec.ts';
import { defaultContainer } from './logs.ts';

/** A side of a copy: a file of the user's, or one in a Pod. */
interface Place {
  readonly pod: string;
  readonly namespace: string;
  readonly file: string;
}

const FORMAT = 'filespec must match the canonical format: [[namespace/]pod:]file/path';

/** kubectl cp: archives that `tar` in the container packs or unpacks. */
export async function copy(session: Session): Promise<number> {
  const { args } = session;
  const [from, to] = args;
  if (args.length !== 2 || from === undefined || to === undefined)
    return fail('source and destination are required');
  const source = placeOf(from);
  const destination = placeOf(to);
  if (source.pod !== '' && destination.pod !== '')
    fail('one of src or dest must be a local file specification');
  if (source.file === '' || destination.file === '') fail('filepath can not be empty');
  if (source.pod !== '') return fromPod(session, source, destination.file);
  if (destination.pod !== '') return toPod(session, source.file, destination);
  return fail('one of src or dest must be a remote file specification');
}

function placeOf(text: string): Place {
  const colon = text.indexOf(':');
  if (colon === 0) fail(FORMAT);
  if (colon < 0) return { pod: '', namespace: '', file: withoutSlash(text) };
  const pieces = text.slice(0, colon).split('/');
  const file = withoutSlash(text.slice(colon + 1).replaceAll('\\', '/'));
  const [first = '', second = ''] = pieces;
  if (pieces.length === 1) return { pod: first, namespace: '', file };
  return pieces.length === 2 ? { namespace: first, pod: second, file } : fail(FORMAT);
}

function withoutSlash(file: string): string {
  return file !== '/' && file.endsWith('/') ? file.slice(0, -1) : file;
}

/** Runs a command in the container that is meant; answers what it writes, and its exit code. */
async function runIn(
  session: Session,
  pod: ApiObject,
  container: string,
  command: readonly string[],
  input?: string,
): Promise<{ readonly out: string; readonly err: string; readonly failure: Failure | undefined }> {
  let out = '';
  let err = '';
  let given = input;
  const read = async (): Promise<string | undefined> => {
    const piece = given;
    given = undefined;
    return piece;
  };
  try {
    await talk(session, {
      pod,
      container,
      command,
      stdin: input !== undefined,
      tty: false,
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      read,
    });
    return { out, err, failure: undefined };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { out, err, failure: error };
  }
}

async function podAt(session: Session, { pod, namespace }: Place): Promise<ApiObject> {
  const found = await podOf(namespace === '' ? session : { ...session, namespace }, [pod]);
  const phase = textAt(found, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed')
    fail(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  return found;
}

async function toPod(session: Session, file: string, to: Place): Promise<number> {
  const { files } = session.io;
  const path = files.resolve(file);
  if (files.read(path) === undefined && !files.isFolder(path))
    fail(`${file} doesn't exist in local filesystem`);
  const pod = await podAt(session, to);
  const container = session.flags.text('container') || defaultContainer(session, pod);
  const { failure: isNoFolder } = await runIn(session, pod, container, ['test', '-d', to.file]);
  const base = path.slice(path.lastIndexOf('/') + 1);
  const destination = isNoFolder === undefined ? `${withoutSlash(to.file)}/${base}` : to.file;
  const slash = destination.lastIndexOf('/');
  const folder = slash < 0 ? '.' : slash === 0 ? '/' : destination.slice(0, slash);
  const archive = writeTar(
    entriesOf(session, path, destination.slice(slash + 1)),
    Math.floor(session.context.now() / 1000),
  );
  const owners = session.flags.bool('no-preserve')
    ? ['--no-same-permissions', '--no-same-owner']
    : [];
  const command = ['tar', ...owners, '-xmf', '-', '-C', folder];
  const { out, err, failure } = await runIn(session, pod, container, command, archive);
  session.out(out);
  session.err(err);
  if (failure !== undefined) throw failure;
  return 0;
}

function entriesOf({ io: { files } }: Session, path: string, name: string): readonly TarEntry[] {
  const text = files.read(path);
  if (text !== undefined) return [{ name, kind: 'file', text }];
  const below = files.list(path);
  if (below.length === 0) return [{ name, kind: 'directory', text: '' }];
  return below.map((each) => ({
    name: `${name}${each.slice(path.length)}`,
    kind: 'file',
    text: files.read(each) ?? '',
  }));
}

async function fromPod(session: Session, from: Place, to: string): Promise<number> {
  const pod = await podAt(session, from);
  const container = session.flags.text('container') || defaultContainer(session, pod);
  const { out, err, failure } = await runIn(session, pod, container, ['tar', 'cf', '-', from.file]);
  session.out(err);
  const entries = readTar(out) ?? [];
  const { files } = session.io;
  const prefix = shortened(from.file.replace(/^[/\\]+/, ''));
  for (const { name, kind, text } of entries) {
    if (!name.startsWith(prefix)) fail('tar contents corrupted');
    const rest = name.slice(prefix.length).replace(/^\/+/, '');
    const path = files.resolve(rest === '' ? to : `${withoutSlash(to)}/${rest}`);
    if (!path.startsWith(files.resolve(to))) {
      session.err(
        `warning: file ${JSON.stringify(path)} is outside target destination, skipping\n`,
      );
    } else if (kind === 'file') {
      if (files.isFolder(path)) fail(`open ${to}: is a directory`);
      files.write(path, text);
    } else if (kind === 'link') {
      session.err(
        `warning: skipping symlink: ${JSON.stringify(path)} -> ${JSON.stringify(text)}\n`,
      );
    }
  }
  if (failure !== undefined) throw failure;
  return 0;
}

/** A path without `..` at its beginning, as upstream's stripPathShortcuts leaves it. */
function shortened(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
