import type { Micros } from '../../kernel/time.ts';
import type { ContainerConfig } from '../messages.ts';
import { baseName } from './catalogue.ts';
import type { HttpAsked, Invocation, LocalAnswer } from './commands/command.ts';
import { commandOf, hasCommand, SHELLS } from './commands/index.ts';
import type { ExecStreams } from './exec-session.ts';
import { openFiles, type Files, type FileTable } from './files.ts';
import { indexOfPid, withRootsOf } from './process-roots.ts';
import type { ImageProfile, Running } from './image-profile.ts';
import { parseScript } from './shell/parse.ts';
import { enterRoot, shellInRoot } from './shell/root.ts';
import { createShell, nextWake, runShell } from './shell/run.ts';
import { readShellLine, runWords } from './shell/simple.ts';
import type { Shell, Thread } from './shell/state.ts';
import type { Surroundings } from './shell/thread.ts';
import { runningIn } from './usage.ts';

/**
 * What runs in a container, as plain data. A server that never changes is one small record; a script is a
 * shell in the middle of its text.
 */
export interface Program {
  readonly startedAt: Micros;
  /** Process 1, when it is a program and no shell. Frozen. */
  readonly main: Running | undefined;
  readonly shell: Shell | undefined;
  /** The container's writable layer. */
  files: FileTable | undefined;
  /** Set when it has been told to end. */
  ending: { readonly at: Micros; readonly code: number } | undefined;
  /** Commands from outside that are still running inside: probes and hooks, by the caller's number. */
  execs: Map<number, Exec> | undefined;
  /** Of a shell that reads what is attached to its container. */
  input?: ExecStreams;
}

/** A command run inside a container from outside. */
export interface Exec {
  readonly shell: Shell;
  output: string;
  /** Of one that is run over a stream. */
  readonly streams?: ExecStreams;
}

/** What a program can reach outside its container. Valid during one call. */
export interface Host {
  readonly now: Micros;
  readonly epochMillis: number;
  readonly config: ContainerConfig;
  readonly profile: ImageProfile;
  volume(name: string): FileTable;
  /** The container's log. */
  write(stream: 'stdout' | 'stderr', text: string): void;
  /** What answers on a port of the Pod's own address. */
  local(port: number, path: string, asked?: HttpAsked): LocalAnswer;
  /** Other processes that it sees; undefined: its own alone. */
  readonly others?: OtherProcesses;
}

/** Processes of other containers in the same process namespace (`targetContainerName`, `shareProcessNamespace`). */
export interface OtherProcesses {
  /** By name; they come before the container's own. */
  names(): readonly string[];
  /** Sends a signal to those of a name, or to process 1; false when there is none. */
  signal(target: string, signal: string): boolean;
  /** What a process sees as its files, by its place in `names`: `/proc/PID/root`. */
  files(index: number): Files | undefined;
}

export type Launch =
  | { readonly kind: 'started'; readonly program: Program }
  /** The image says nothing to run. */
  | { readonly kind: 'no-command' }
  /** runc's complaint about process 1. */
  | { readonly kind: 'cannot-run'; readonly message: string };

/** The words of process 1: the Pod's command and arguments over the image's. */
export function argvOf(config: ContainerConfig, profile: ImageProfile): readonly string[] {
  if (config.command.length > 0) return [...config.command, ...config.args];
  if (config.args.length > 0) return [...profile.entrypoint, ...config.args];
  return [...profile.entrypoint, ...profile.cmd];
}

/**
 * Starts the server that a container was lately started with in the same way, without all that `launch` looks at;
 * undefined: it is not known. It has yet to write its `log`.
 */
export function launchAgain(
  config: ContainerConfig,
  profile: ImageProfile,
  now: Micros,
): Program | undefined {
  const main = knownServer(config, profile);
  return main === undefined ? undefined : begunProgram(now, main, undefined, undefined);
}

/** Starts a container's process 1. */
export function launch(host: Host): Launch {
  const { config, profile } = host;
  const argv = argvOf(config, profile);
  if (argv.length === 0) return { kind: 'no-command' };
  const program = begunProgram(host.now, undefined, undefined, undefined);
  const around = surroundingsOf(program, host, (stream, text) => host.write(stream, text));
  const missing = cannotRun(argv[0] as string, around); // Not empty: checked above.
  if (missing !== undefined) return { kind: 'cannot-run', message: missing };
  const begun = begin(argv, around, config, profile);
  if (begun.main !== undefined) rememberServer(config, profile, begun.main);
  const { main, shell } = begun;
  if (main !== undefined && main.log !== '') host.write('stdout', main.log);
  return { kind: 'started', program: begunProgram(host.now, main, shell, program.files) };
}

function begunProgram(
  startedAt: Micros,
  main: Running | undefined,
  shell: Shell | undefined,
  files: FileTable | undefined,
): Program {
  return { startedAt, main, shell, files, ending: undefined, execs: undefined };
}

/** What a launch depends on, and what came of it. */
interface KnownLaunch {
  readonly config: Pick<ContainerConfig, 'command' | 'args' | 'env' | 'files'>;
  readonly main: Running;
}

/** The last server of each image: Pods of one Deployment start the same one again and again. A memo only. */
const lastServers = new WeakMap<ImageProfile, KnownLaunch>();

function knownServer(config: ContainerConfig, profile: ImageProfile): Running | undefined {
  const known = lastServers.get(profile);
  if (known === undefined || config.mounts.length > 0 || config.runsToCompletion) return undefined;
  const { command, args, env, files } = known.config;
  // The same lists, not equal ones: they are immutable, and most are shared.
  const isSame =
    command === config.command &&
    args === config.args &&
    env === config.env &&
    files === config.files;
  return isSame ? known.main : undefined;
}

function rememberServer(config: ContainerConfig, profile: ImageProfile, main: Running): void {
  if (config.mounts.length > 0 || config.runsToCompletion) return;
  const { command, args, env, files } = config;
  lastServers.set(profile, { config: { command, args, env, files }, main });
}

function cannotRun(name: string, around: Surroundings): string | undefined {
  if (hasCommand(around.profile, around.files(around.config.workingDir), name)) return undefined;
  return name.includes('/')
    ? `exec: "${name}": stat ${name}: no such file or directory`
    : `exec: "${name}": executable file not found in $PATH`;
}

function begin(
  argv: readonly string[],
  around: Surroundings,
  config: ContainerConfig,
  profile: ImageProfile,
): { readonly main: Running | undefined; readonly shell: Shell | undefined } {
  let words = argv;
  for (let hops = 0; hops < 8; hops++) {
    if (SHELLS.has(baseName(words[0] ?? '')))
      return { main: undefined, shell: startShell(words, around) };
    const inside = shellInRoot(words, around.files(config.workingDir));
    if (inside !== undefined) {
      const shell = startShell(inside.argv, around);
      enterRoot(shell, inside.root);
      return { main: undefined, shell };
    }
    const script = (words[0] ?? '').includes('/')
      ? around.files('/').read(words[0] ?? '')
      : undefined;
    if (script !== undefined && script !== '') {
      return { main: undefined, shell: startShell(['sh', ...words], around) };
    }
    const call = directCall(words, around);
    const result = commandOf(call)(call);
    if (result.kind === 'run') return { main: result.running, shell: undefined };
    if (result.kind !== 'becomes' || result.within !== undefined || result.root !== undefined)
      break;
    words = result.argv;
  }
  // Whatever waits, asks or ends by itself is carried by a shell that has put it in its own place.
  const shell = emptyShell(config, profile, around);
  shell.replaced = true;
  runWords(shell, shell.threads[0] as Thread, words, around, undefined); // A shell has a first thread.
  return { main: undefined, shell };
}

function variablesOf(
  config: ContainerConfig,
  profile: ImageProfile,
): (readonly [string, string])[] {
  const vars: (readonly [string, string])[] = [
    ...Object.entries(profile.env),
    ['HOSTNAME', config.hostname],
  ];
  for (const { name, value } of config.env) vars.push([name, value]);
  vars.push(['HOME', '/root'], ['PWD', config.workingDir]);
  return vars;
}

/** A command's view of a container that runs it without a shell. */
export function directCall(argv: readonly string[], around: Surroundings): Invocation {
  const { config, profile } = around;
  return {
    argv,
    input: undefined,
    now: around.now,
    epochMillis: around.epochMillis,
    files: around.files(config.workingDir),
    config,
    profile,
    find(name) {
      for (let i = config.env.length - 1; i >= 0; i--) {
        const variable = config.env[i];
        if (variable?.name === name) return variable.value;
      }
      return Object.hasOwn(profile.env, name) ? profile.env[name] : undefined;
    },
    variables: () => variablesOf(config, profile),
    processes: around.processes,
    signal: around.signal,
    local: around.local,
  };
}

function emptyShell(config: ContainerConfig, profile: ImageProfile, around: Surroundings): Shell {
  return createShell(
    {
      name: 'sh',
      script: '',
      positional: [],
      cwd: config.workingDir,
      vars: variablesOf(config, profile),
      errexit: false,
      xtrace: false,
    },
    around,
  );
}

function startShell(argv: readonly string[], around: Surroundings): Shell {
  const { config, profile } = around;
  const line = readShellLine(argv);
  const name = baseName(argv[0] ?? 'sh');
  const script =
    line.script ??
    (line.file === undefined ? undefined : around.files(config.workingDir).read(line.file));
  if (script === undefined && line.file !== undefined) {
    const shell = emptyShell(config, profile, around);
    around.write('stderr', `${name}: can't open '${line.file}': No such file or directory\n`);
    (shell.threads[0] as Thread).status = name === 'bash' ? 127 : 2;
    return shell;
  }
  const shell = createShell(
    {
      name,
      // Without a script it reads standard input, which ends at once unless it is kept open.
      script: script ?? '',
      positional: line.positional,
      cwd: config.workingDir,
      vars: variablesOf(config, profile),
      errexit: line.errexit,
      xtrace: line.xtrace,
    },
    around,
  );
  if (script === undefined && config.stdin) shell.interactive = true;
  shell.replaced = isExecuted(script, profile);
  return shell;
}

/** bash and dash put a lone last command in their own place; busybox's shell stays and waits for it. */
function isExecuted(script: string | undefined, profile: ImageProfile): boolean {
  if (script === undefined || profile.userland === 'busybox' || profile.userland === 'alpine')
    return false;
  const parsed = parseScript(script);
  return (
    parsed.ok && parsed.value.items.length === 1 && parsed.value.items[0]?.node.kind === 'simple'
  );
}

/** What a shell within a program sees. `write` takes what goes to no file and no pipe. */
export function surroundingsOf(
  program: Program,
  host: Host,
  write: Surroundings['write'],
): Surroundings {
  const { config, profile } = host;
  const tables = {
    config,
    own(create: boolean): FileTable | undefined {
      if (program.files === undefined && create) program.files = new Map();
      return program.files;
    },
    volume: host.volume,
    image: profile.files,
    anyDirectory: profile.userland === 'unknown',
  };
  const opened = new Map<string, Files>();
  return {
    now: host.now,
    epochMillis: host.epochMillis,
    config,
    profile,
    files(cwd) {
      let files = opened.get(cwd);
      if (files === undefined) {
        files = openFiles(tables, cwd);
        if (host.others !== undefined) files = withRootsOf(host.others, files);
        opened.set(cwd, files);
      }
      return files;
    },
    write,
    processes: () => seenNames(program, host),
    signal: (target, signal) => sendSignal(program, host, target, signal),
    local: host.local,
  };
}

function seenNames(program: Program, { others }: Host): readonly string[] {
  const own = namesOf(program);
  return others === undefined ? own : [...others.names(), ...own];
}

/** To a process by its name or number, its own or one that it sees beside. */
function sendSignal(program: Program, host: Host, target: string, signal: string): boolean {
  const { others, now } = host;
  const name = /^\d+$/.test(target)
    ? (seenNames(program, host)[indexOfPid(target)] ?? target)
    : target;
  if (others === undefined)
    return signalInside(program, target === '1' ? target : name, signal, now);
  return others.signal(name, signal) || signalInside(program, name, signal, now);
}

/** The names of what runs in a container, as `ps` lists them. */
export function namesOf(program: Program): readonly string[] {
  const names: string[] = [];
  if (program.shell !== undefined && !program.shell.replaced) names.push(program.shell.name);
  for (const { running } of runningIn(program)) names.push(running.name);
  return names;
}

const ENDING_SIGNALS = new Set(['TERM', 'INT', 'QUIT']);

/** A signal sent from within the container. Process 1 is safe from SIGKILL there. */
export function signalInside(
  program: Program,
  target: string,
  signal: string,
  now: Micros,
): boolean {
  const { main, shell } = program;
  if (target === '1' || target === main?.name) {
    if (ENDING_SIGNALS.has(signal)) signalFirst(program, signal, now);
    return true;
  }
  let found = false;
  for (const thread of shell?.threads ?? []) {
    const frame = thread.frames.at(-1);
    if (frame?.kind !== 'foreground' || frame.running?.name !== target) continue;
    found = true;
    if (!ENDING_SIGNALS.has(signal) && signal !== 'KILL') continue;
    const term =
      signal === 'KILL'
        ? { code: 137, after: 0 }
        : (frame.running.onTerm ?? { code: 143, after: 0 });
    const endsAt = now + term.after;
    thread.frames[thread.frames.length - 1] = { ...frame, endsAt, code: term.code, out: '' };
    thread.state = Object.freeze({ kind: 'sleeping', wakeAt: endsAt });
  }
  return found;
}

/**
 * SIGTERM (or its like) to process 1. False when it does not hear it: the kernel delivers to process 1 only
 * what it has a handler for.
 */
export function signalFirst(program: Program, signal: string, now: Micros): boolean {
  const { main, shell } = program;
  if (main !== undefined) {
    if (main.onTerm === undefined) return false;
    program.ending ??= Object.freeze({ at: now + main.onTerm.after, code: main.onTerm.code });
    return true;
  }
  const first = shell?.threads[0];
  if (shell === undefined || first === undefined) return false;
  const frame = first.frames.at(-1);
  if (shell.replaced && frame?.kind === 'foreground' && frame.running?.onTerm !== undefined) {
    const { code, after } = frame.running.onTerm;
    program.ending ??= Object.freeze({ at: now + after, code });
    return true;
  }
  const trap = shell.traps.get(signal);
  if (trap === undefined) return false;
  if (trap !== '') {
    shell.pending = signal;
    // `wait` returns at once for a trapped signal; a command in the foreground is waited for.
    if (first.state.kind === 'joining') first.state = Object.freeze({ kind: 'ready' });
  }
  return true;
}

/** How far a program is: over, or running and due again at `wakeAt`. */
export type Progress =
  | { readonly kind: 'running'; readonly wakeAt: Micros | undefined }
  | {
      readonly kind: 'exited';
      readonly code: number;
      readonly reason: 'Completed' | 'Error' | 'OOMKilled';
    };

/** Whether a program only waits for requests: then `advanceServer` is all there is to do for it, and needs no host. */
export function isServer({ main, shell, execs, input }: Program): boolean {
  return main?.lasts === undefined && shell === undefined && !execs?.size && input === undefined;
}

/** As far as its end, ordered or for want of memory, decides. */
export function advanceServer(
  program: Program,
  now: Micros,
  memoryLimitBytes: number | undefined,
): Progress {
  const { ending } = program;
  if (ending !== undefined && ending.at <= now) return exited(ending.code);
  const killedAt =
    memoryLimitBytes === undefined ? undefined : outOfMemoryAt(program, memoryLimitBytes);
  if (killedAt !== undefined && killedAt <= now)
    return { kind: 'exited', code: 137, reason: 'OOMKilled' };
  return { kind: 'running', wakeAt: earliest(ending?.at, killedAt) };
}

/** Runs a program up to now. */
export function advance(program: Program, host: Host): Progress {
  const { now } = host;
  const { main, shell } = program;
  const progress = advanceServer(program, now, host.config.memoryLimitBytes);
  if (progress.kind === 'exited') return progress;
  let { wakeAt } = progress;
  if (main !== undefined && main.lasts !== undefined) {
    const endsAt = program.startedAt + main.lasts;
    if (endsAt <= now) {
      if (main.endLog !== '') host.write('stdout', main.endLog);
      return exited(main.exitCode);
    }
    wakeAt = earliest(wakeAt, endsAt);
  }
  if (shell !== undefined) {
    const around = surroundingsOf(program, host, (stream, text) => host.write(stream, text));
    runShell(shell, around);
    const first = shell.threads[0];
    const reads = shell.interactive === true && shell.exiting !== true;
    if (first === undefined || (first.state.kind === 'ended' && !reads))
      return exited(first?.status ?? 0);
    // The script may just have started something that eats memory.
    wakeAt = earliest(
      earliest(wakeAt, nextWake(shell, now)),
      outOfMemoryAt(program, host.config.memoryLimitBytes),
    );
  }
  for (const exec of program.execs?.values() ?? []) {
    wakeAt = earliest(wakeAt, nextWake(exec.shell, now));
  }
  return { kind: 'running', wakeAt };
}

function exited(code: number): Progress {
  return { kind: 'exited', code, reason: code === 0 ? 'Completed' : 'Error' };
}

export function earliest(a: Micros | undefined, b: Micros | undefined): Micros | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** When a program's memory reaches the limit of its container; undefined: never. */
function outOfMemoryAt(program: Program, limit: number | undefined): Micros | undefined {
  if (limit === undefined) return undefined;
  let at: Micros | undefined;
  for (const { running, since } of runningIn(program)) {
    const { memoryBytes, rampMicros, insistent } = running.load;
    if (!insistent || memoryBytes <= limit) continue;
    at = earliest(at, since + Math.round((rampMicros * limit) / memoryBytes));
  }
  return at;
}
