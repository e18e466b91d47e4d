import type { Micros } from '../../kernel/time.ts';
import type { ContainerConfig } from '../messages.ts';
import type { HttpAsked, LocalAnswer, NetworkAnswer, NetworkRequest } from './commands/command.ts';
import { commandOf, hasCommand, SHELLS } from './commands/index.ts';
import { baseName } from './catalogue.ts';
import type { ImageProfile, Running } from './image-profile.ts';
import { podinfoAnswer } from './podinfo.ts';
import { directCall, surroundingsOf, type Exec, type Host, type Program } from './program.ts';
import { runningIn, type RunningSince } from './usage.ts';
import { createShell, runShell } from './shell/run.ts';
import { answerThread, runWords } from './shell/simple.ts';
import type { Shell, Thread } from './shell/state.ts';

/** What a server needs of its container to answer. */
export type ServerHost = Pick<Host, 'now' | 'epochMillis' | 'config' | 'profile' | 'volume'>;

/** It is open, and speaks no HTTP that a client of HTTP understands. */
const GRPC = Object.freeze({ kind: 'open', status: undefined, body: '' } as const);

/** The program of a container that listens on a port; undefined: none does. */
export function listenerOn(
  program: Program,
  now: Micros,
  port: number,
  /** Whether programs that take any port count. */
  anyPort: boolean,
): RunningSince | undefined {
  const { main, startedAt, shell } = program;
  // Most containers run one program, and no list has to be made of it.
  if (shell === undefined) {
    return main !== undefined && listens(main, startedAt, now, port, anyPort)
      ? { running: main, since: startedAt }
      : undefined;
  }
  for (const each of runningIn(program))
    if (listens(each.running, each.since, now, port, anyPort)) return each;
  return undefined;
}

function listens(
  { ports, readyAfter }: Running,
  since: Micros,
  now: Micros,
  port: number,
  anyPort: boolean,
): boolean {
  return (ports === 'any' ? anyPort : ports.includes(port)) && now >= since + readyAfter;
}

/** Whether a program goes on answering on its ports as it does now, for as long as nobody touches it. */
export function answersAlike(program: Program, config: ContainerConfig, now: Micros): boolean {
  const { main, startedAt, shell } = program;
  if (shell === undefined)
    return main === undefined || isSteady(program, main, startedAt, config, now);
  for (const { running, since } of runningIn(program))
    if (!isSteady(program, running, since, config, now)) return false;
  return true;
}

function isSteady(
  { files }: Program,
  { http, root, readyAfter }: Running,
  since: Micros,
  config: ContainerConfig,
  now: Micros,
): boolean {
  if (now < since + readyAfter || http === 'ten-seconds') return false;
  return http !== 'files' || (files === undefined && !isCovered(config, root));
}

/** What a program that listens answers on a port. */
export function answerFrom(
  program: Program,
  { running, since }: RunningSince,
  host: ServerHost,
  port: number,
  path: string,
  /** How the path is asked for; undefined: it is just got. */
  asked?: HttpAsked,
): Extract<LocalAnswer, { kind: 'open' }> {
  return running.grpcPorts?.includes(port) === true
    ? GRPC
    : httpAnswer(program, running, since, host, path, asked);
}

function httpAnswer(
  program: Program,
  running: Running,
  since: Micros,
  host: ServerHost,
  path: string,
  asked: HttpAsked | undefined,
): Extract<LocalAnswer, { kind: 'open' }> {
  switch (running.http) {
    case 'files':
      return fileAnswer(program, running.root, host, path);
    case 'any':
      return open(200, bodyOf(running, host.config, path));
    case 'podinfo': {
      const { status, body } = podinfoAnswer(host, path, asked);
      return open(status, body);
    }
    case 'none':
      return open(undefined, '');
    case 'ten-seconds': {
      const age = host.now - since;
      return age < 10_000_000 ? open(200, 'ok') : open(500, `error: ${age / 1_000_000}`);
    }
  }
}

function open(status: number | undefined, body: string): Extract<LocalAnswer, { kind: 'open' }> {
  return { kind: 'open', status, body };
}

/** Servers that are made to say who answers; of all others it is known that they answer. */
function bodyOf({ name }: Running, { hostname }: ContainerConfig, path: string): string {
  switch (name) {
    case 'serve_hostname':
      return `${hostname}\n`;
    case 'agnhost':
      return path.startsWith('/hostname') ? hostname : 'ok\n';
    case 'whoami':
      return `Hostname: ${hostname}\n`;
    case 'hello-app':
      return `Hello, world!\nVersion: 1.0.0\nHostname: ${hostname}\n`;
    default:
      return 'ok\n';
  }
}

type FileHost = Pick<Host, 'now' | 'config' | 'profile' | 'volume'>;

/** A document of a web server; nginx answers 403 for a directory without an index, 404 for what is not there. */
function fileAnswer(
  program: Program,
  root: string,
  host: FileHost,
  path: string,
): Extract<LocalAnswer, { kind: 'open' }> {
  // Most serve just what their image brings; probes ask for it again and again.
  if (program.files === undefined && !isCovered(host.config, root))
    return imageAnswer(host.profile, root, path);
  const { pathname, isDirectory } = documentPath(root, path);
  const around = { ...host, epochMillis: 0, write: ignore, local: refuse };
  const files = surroundingsOf(program, around, ignore).files('/');
  const text = files.read(pathname);
  if (text !== undefined) return { kind: 'open', status: 200, body: text };
  const directory = pathname.slice(0, -'/index.html'.length);
  const status = isDirectory && files.isDirectory(directory) ? 403 : 404;
  return { kind: 'open', status, body: '' };
}

interface ImageAnswer {
  readonly profile: ImageProfile;
  readonly root: string;
  readonly path: string;
  readonly answer: Extract<LocalAnswer, { kind: 'open' }>;
}

// The last document that was asked for. A memo only.
let lastAnswer: ImageAnswer | undefined;

/** A document that an image brings. */
function imageAnswer(profile: ImageProfile, root: string, path: string): ImageAnswer['answer'] {
  if (lastAnswer?.profile === profile && lastAnswer.path === path && lastAnswer.root === root)
    return lastAnswer.answer;
  const { pathname, isDirectory } = documentPath(root, path);
  const text = Object.hasOwn(profile.files, pathname) ? profile.files[pathname] : undefined;
  const status = isDirectory && pathname === `${root}/index.html` ? 403 : 404;
  const answer = Object.freeze(text === undefined ? open(status, '') : open(200, text));
  lastAnswer = { profile, root, path, answer };
  return answer;
}

/** Whether something is mounted at, above or below a directory. */
function isCovered({ files, mounts }: ContainerConfig, root: string): boolean {
  const last = lastFiles;
  const found = last?.files === files && last.root === root ? last.found : isAmong(files, root);
  return found || (mounts.length > 0 && isMountedAt(mounts, root));
}

function isMountedAt(mounts: ContainerConfig['mounts'], root: string): boolean {
  return mounts.some(({ mountPath }) => mountPath.startsWith(root) || root.startsWith(mountPath));
}

// Most containers of a namespace have the very same files: those of its service account. A memo only.
let lastFiles:
  | { readonly files: object; readonly root: string; readonly found: boolean }
  | undefined;

/** Whether one of the files lies at or below a directory. */
function isAmong(files: Readonly<Record<string, string>>, root: string): boolean {
  let found = false;
  for (const path in files) if (path.startsWith(root)) found = true;
  lastFiles = { files, root, found };
  return found;
}

function documentPath(
  root: string,
  path: string,
): { readonly pathname: string; readonly isDirectory: boolean } {
  const isBare = !path.includes('?') && !path.includes('#');
  const bare = isBare ? path : path.replace(/[?#].*$/, '');
  const isDirectory = bare === '' || bare.endsWith('/');
  return {
    pathname: `${root}${bare.startsWith('/') ? '' : '/'}${bare}${isDirectory ? 'index.html' : ''}`,
    isDirectory,
  };
}

function ignore(): void {}
function refuse(): LocalAnswer {
  return { kind: 'refused' };
}

/** Variables of a container for a command from outside. */
function variables(host: Host): (readonly [string, string])[] {
  const vars: (readonly [string, string])[] = [
    ...Object.entries(host.profile.env),
    ['HOSTNAME', host.config.hostname],
  ];
  for (const { name, value } of host.config.env) vars.push([name, value]);
  vars.push(['HOME', '/root']);
  return vars;
}

export type ExecProgress =
  | { readonly kind: 'ended'; readonly code: number; readonly output: string }
  | { readonly kind: 'waiting' }
  /** The command is not in the image: runc's complaint. */
  | { readonly kind: 'cannot-run'; readonly message: string };

/** Bytes of output that a probe keeps, as upstream. */
const OUTPUT_MAX = 10_240;

/** Begins a command inside a container; one that does not end at once is kept under `id`. */
export function beginExec(
  program: Program,
  host: Host,
  id: number,
  command: readonly string[],
): ExecProgress {
  const word = command[0] ?? '';
  const exec: { shell: Shell | undefined; output: string } = { shell: undefined, output: '' };
  const around = surroundingsOf(program, host, (_, text) => {
    if (exec.output.length < OUTPUT_MAX) exec.output += text;
  });
  if (!canRun(host.profile, around.files(host.config.workingDir), word)) {
    const message = word.includes('/')
      ? `stat ${word}: no such file or directory`
      : 'executable file not found in $PATH';
    return { kind: 'cannot-run', message: `exec: "${word}": ${message}` };
  }
  if (!SHELLS.has(baseName(word)) && !word.startsWith('/')) {
    // `cat /tmp/healthy` and its like need no shell around them.
    const call = directCall(command, around);
    const result = commandOf(call)(call);
    if (result.kind === 'done') {
      const output = (result.out + result.err).slice(0, OUTPUT_MAX);
      return { kind: 'ended', code: result.code, output };
    }
  }
  const shell = createShell(
    {
      name: 'sh',
      script: '',
      positional: [],
      cwd: host.config.workingDir,
      vars: variables(host),
      errexit: false,
      xtrace: false,
    },
    around,
  );
  runWords(shell, shell.threads[0] as Thread, command, around, undefined); // A shell has a first thread.
  runShell(shell, around);
  const ended = endOf(shell, exec.output);
  if (ended !== undefined) return ended;
  program.execs ??= new Map();
  program.execs.set(id, { shell, output: exec.output });
  return { kind: 'waiting' };
}

function canRun(
  profile: ImageProfile,
  files: ReturnType<ReturnType<typeof surroundingsOf>['files']>,
  word: string,
): boolean {
  return hasCommand(profile, files, word);
}

function endOf(shell: Shell, output: string): ExecProgress | undefined {
  const first = shell.threads[0];
  if (first !== undefined && first.state.kind !== 'ended') return undefined;
  return { kind: 'ended', code: first?.status ?? 0, output: output.slice(0, OUTPUT_MAX) };
}

/** Goes on with the commands inside a container; answers those that have ended, by their number. */
export function advanceExecs(program: Program, host: Host): (readonly [number, ExecProgress])[] {
  const over: (readonly [number, ExecProgress])[] = [];
  for (const [id, exec] of program.execs ?? []) {
    if (exec.streams !== undefined) continue;
    runShell(exec.shell, execSurroundings(program, host, exec));
    const ended = endOf(exec.shell, exec.output);
    if (ended === undefined) continue;
    program.execs?.delete(id);
    over.push([id, ended]);
  }
  return over;
}

function execSurroundings(
  program: Program,
  host: Host,
  exec: Exec,
): ReturnType<typeof surroundingsOf> {
  const { streams } = exec;
  return surroundingsOf(program, host, (stream, text) => {
    if (streams !== undefined) {
      if (stream === 'stderr' && !streams.tty) streams.err += text;
      else streams.out += text;
    } else if (exec.output.length < OUTPUT_MAX) exec.output += text;
  });
}

/** A question of a program to the network, and who asked it. */
export interface Question {
  /** The number of the command from outside that asks; undefined: the container's own script. */
  readonly exec: number | undefined;
  readonly pid: number;
  readonly request: NetworkRequest;
}

/** Questions that have not been sent yet; each is answered here once. */
export function takeQuestions(program: Program): readonly Question[] {
  if (program.shell === undefined && program.execs === undefined) return NO_QUESTIONS;
  const questions: Question[] = [];
  const collect = (shell: Shell, exec: number | undefined) => {
    for (const thread of shell.threads) {
      const { state } = thread;
      if (state.kind !== 'asking' || state.sent) continue;
      questions.push({ exec, pid: thread.pid, request: state.request });
      thread.state = Object.freeze({ ...state, sent: true });
    }
  };
  if (program.shell !== undefined) collect(program.shell, undefined);
  for (const [id, exec] of program.execs ?? []) collect(exec.shell, id);
  return questions;
}

const NO_QUESTIONS: readonly Question[] = Object.freeze([]);

/** Hands a program the network's answer; the caller then advances it. */
export function answerQuestion(
  program: Program,
  host: Host,
  question: { readonly exec: number | undefined; readonly pid: number },
  answer: NetworkAnswer,
): void {
  const exec = question.exec === undefined ? undefined : program.execs?.get(question.exec);
  const shell = question.exec === undefined ? program.shell : exec?.shell;
  const thread = shell?.threads.find((each) => each.pid === question.pid);
  if (shell === undefined || thread === undefined || thread.state.kind !== 'asking') return;
  const around =
    exec === undefined
      ? surroundingsOf(program, host, (stream, text) => host.write(stream, text))
      : execSurroundings(program, host, exec);
  answerThread(shell, thread, answer, around);
}
