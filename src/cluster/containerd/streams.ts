import type { CriOpen, StreamInput } from '../messages.ts';
import { CHANNEL } from '../stream-messages.ts';
import { hexDigits } from '../programs/image-reference.ts';
import { advanceSession, beginSession, takeInput, takeOutput } from '../programs/exec-session.ts';
import type { Host } from '../programs/program.ts';
import { forwardedInput, openForward } from './forward.ts';
import { hostOf } from './host.ts';
import { appendLog, logEntries, logText, selectEntries } from './logs.ts';
import { awakeContainer } from './resting.ts';
import type { Container, ContainerdEnv, LogEntry, Runtime, RuntimeStream } from './state.ts';
import { containerUsage } from './usage.ts';

/**
 * Streams that the kubelet opens: logs that are read or followed, commands that are run or attached to, connections that
 * are forwarded. They belong to the runtime's process and end with it, or with the kubelet that has opened them.
 */

/** Opens a stream. Answers the container whose program must be advanced. */
export function openStream(
  runtime: Runtime,
  message: CriOpen,
  env: ContainerdEnv,
): Container | undefined {
  const { id, call, podUid, containerId } = message;
  const stream: RuntimeStream = {
    id,
    call,
    podUid,
    containerId,
    seen: 0,
    said: '',
    left: call.kind === 'logs' ? call.limitBytes : undefined,
  };
  switch (call.kind) {
    case 'logs':
      openLog(runtime, stream, call, env);
      return undefined;
    case 'exec':
      return openExec(runtime, stream, call, env);
    case 'attach':
      return openAttach(runtime, stream, env);
    case 'port-forward':
      openForward(runtime, stream, call.port, env);
      return undefined;
    case 'usage': {
      const data = Object.freeze([...containerUsage(runtime.disk, env.now)]);
      env.send(runtime.config.kubelet, { type: 'stream/end', id, code: 200, message: '', data });
      return undefined;
    }
    case 'node':
      end(runtime, id, env, 404, '404 page not found');
  }
  return undefined;
}

/** The client has sent something. */
export function streamInput(
  runtime: Runtime,
  { id, channel, data, last }: StreamInput,
  env: ContainerdEnv,
): Container | undefined {
  const stream = runtime.memory.streams.get(id);
  if (stream === undefined) return undefined;
  if (stream.call.kind === 'port-forward') {
    forwardedInput(runtime, stream, data, last === true, env);
    return undefined;
  }
  if (channel !== CHANNEL.in) return undefined;
  const container = awakeContainer(runtime, stream.containerId);
  const program = container?.program;
  if (container === undefined || program === undefined) return undefined;
  if (stream.call.kind === 'attach') {
    const { shell, input } = program;
    if (shell === undefined || input === undefined || !stream.call.stdin) return undefined;
    takeInput(
      { shell, streams: input },
      data,
      last === true && container.config.stdinOnce === true,
    );
  } else {
    const exec = program.execs?.get(id);
    if (exec === undefined) return undefined;
    takeInput(exec, data, last === true);
  }
  return container;
}

/** The client is gone. Its command goes with it. */
export function cancelStream({ memory, disk }: Runtime, id: number): void {
  const stream = memory.streams.get(id);
  if (stream === undefined) return;
  memory.streams.delete(id);
  if (stream.call.kind === 'exec')
    disk.containers.get(stream.containerId)?.program?.execs?.delete(id);
}

/** The kubelet is gone, and with it everything that it had opened. */
export function cancelAllStreams(runtime: Runtime): void {
  for (const id of runtime.memory.streams.keys()) cancelStream(runtime, id);
}

function end(
  { memory, config }: Runtime,
  id: number,
  env: ContainerdEnv,
  code: number,
  message: string,
): void {
  memory.streams.delete(id);
  env.send(config.kubelet, { type: 'stream/end', id, code, message });
}

function send({ config }: Runtime, id: number, channel: number, data: string, env: ContainerdEnv) {
  env.send(config.kubelet, { type: 'stream/data', id, channel, data });
}

// ── Logs ────────────────────────────────────────────────────────────────────────────────────────

function openLog(
  runtime: Runtime,
  stream: RuntimeStream,
  call: Extract<RuntimeStream['call'], { kind: 'logs' }>,
  env: ContainerdEnv,
): void {
  const { id, containerId } = stream;
  const container = runtime.disk.containers.get(containerId);
  if (container === undefined) {
    end(runtime, id, env, 400, `unable to retrieve container logs for containerd://${containerId}`);
    return;
  }
  const { epochMillis } = runtime.config;
  const entries = selectEntries(entriesOf(container, env), call, epochMillis);
  const text = limited(stream, logText(entries, epochMillis, call.timestamps));
  if (!call.follow || container.record.state !== 'running' || stream.left === 0) {
    if (call.follow) {
      send(runtime, id, CHANNEL.out, text, env);
      end(runtime, id, env, 200, '');
    } else end(runtime, id, env, 200, text);
    return;
  }
  runtime.memory.streams.set(id, stream);
  send(runtime, id, CHANNEL.out, text, env);
  if (container.record.process === undefined) stream.seen = container.log?.count ?? 0;
  else {
    stream.seen = env.now;
    env.after(LOOK_MICROS, { type: 'containerd/look' });
  }
}

/** A process of the machine does not tell that it has written: its file is looked at. */
const LOOK_MICROS = 500_000;

/** Looks again as long as somebody follows such a log. What is new is sent at the end of the step. */
export function lookAgain({ disk, memory }: Runtime, env: ContainerdEnv): void {
  for (const { call, containerId } of memory.streams.values()) {
    if (call.kind !== 'logs' || disk.containers.get(containerId)?.record.process === undefined)
      continue;
    env.after(LOOK_MICROS, { type: 'containerd/look' });
    return;
  }
}

/** What a container has written, also where it is a process of the machine. */
function entriesOf(container: Container, env: ContainerdEnv): readonly LogEntry[] {
  const { process, startedAt = 0, finishedAt } = container.record;
  const own = logEntries(container);
  if (process === undefined || env.outputOf === undefined) return own;
  const printed = env
    .outputOf(process)
    .filter(({ at }) => at >= startedAt && (finishedAt === undefined || at <= finishedAt))
    .map(({ at, text }): LogEntry => ({ at, stream: 'stderr', text }));
  return own.length === 0 ? printed : [...own, ...printed].sort((a, b) => a.at - b.at);
}

/** What may still be sent of a text. */
function limited(stream: RuntimeStream, text: string): string {
  if (stream.left === undefined) return text;
  const part = text.slice(0, stream.left);
  stream.left -= part.length;
  return part;
}

/** At the end of a step: what has been written since is sent. */
export function flushStreams(runtime: Runtime, env: ContainerdEnv): void {
  for (const stream of runtime.memory.streams.values()) {
    const { id, call } = stream;
    const container = runtime.disk.containers.get(stream.containerId);
    if (container === undefined) {
      if (call.kind !== 'port-forward') end(runtime, id, env, 200, '');
    } else if (call.kind === 'logs' || call.kind === 'attach') {
      flushLog(runtime, stream, container, env);
    } else if (call.kind === 'exec') flushExec(runtime, stream, container, env);
  }
}

function flushLog(
  runtime: Runtime,
  stream: RuntimeStream,
  container: Container,
  env: ContainerdEnv,
): void {
  const { id, call } = stream;
  if (call.kind === 'logs' && container.record.process !== undefined) {
    const fresh = entriesOf(container, env).filter(({ at }) => at > stream.seen);
    const last = fresh.at(-1);
    if (last === undefined) return;
    stream.seen = last.at;
    const text = logText(fresh, runtime.config.epochMillis, call.timestamps);
    send(runtime, id, CHANNEL.out, limited(stream, text), env);
    return;
  }
  const written = container.log?.count ?? 0;
  if (written > stream.seen) {
    const fresh = (container.log?.entries ?? []).slice(-(written - stream.seen));
    stream.seen = written;
    if (call.kind === 'logs') {
      const text = limited(stream, logText(fresh, runtime.config.epochMillis, call.timestamps));
      send(runtime, id, CHANNEL.out, text, env);
      if (stream.left === 0) end(runtime, id, env, 200, '');
    } else {
      for (const { stream: name, text } of fresh)
        send(runtime, id, name === 'stderr' ? CHANNEL.err : CHANNEL.out, `${text}\n`, env);
    }
  }
}

// ── Commands ────────────────────────────────────────────────────────────────────────────────────

function openExec(
  runtime: Runtime,
  stream: RuntimeStream,
  call: Extract<RuntimeStream['call'], { kind: 'exec' }>,
  env: ContainerdEnv,
): Container | undefined {
  const { id, containerId } = stream;
  const container = awakeContainer(runtime, containerId);
  if (container?.record.state !== 'running') {
    end(runtime, id, env, 500, `container not found ("${container?.config.name ?? ''}")`);
    return undefined;
  }
  const begun =
    container.program === undefined
      ? // The images of the cluster's own components hold one program and no shell.
        ({ kind: 'cannot-run', message: missing(call.command[0] ?? '') } as const)
      : beginSession(container.program, hostOf(runtime, container, env.now), id, call);
  if (begun.kind === 'cannot-run') {
    send(runtime, id, CHANNEL.out, '', env);
    const started = hexDigits(`exec ${containerId} ${id}`, 64);
    end(
      runtime,
      id,
      env,
      // Of an open stream: it is told over the stream's own channel.
      299,
      `error executing command in container: failed to exec in container: failed to start exec "${started}": OCI runtime exec failed: exec failed: unable to start container process: ${begun.message}: unknown`,
    );
    return undefined;
  }
  runtime.memory.streams.set(id, stream);
  send(runtime, id, CHANNEL.out, '', env);
  return container;
}

function missing(word: string): string {
  return word.includes('/')
    ? `exec: "${word}": stat ${word}: no such file or directory`
    : `exec: "${word}": executable file not found in $PATH`;
}

/** Goes on with the commands that are run in a container over streams. */
export function advanceSessions(
  runtime: Runtime,
  container: Container,
  host: Host,
  env: ContainerdEnv,
): void {
  const { program } = container;
  for (const [id, exec] of program?.execs ?? []) {
    if (exec.streams === undefined) continue;
    const code = program === undefined ? 0 : advanceSession(program, host, exec);
    const stream = runtime.memory.streams.get(id);
    if (stream !== undefined) flushExec(runtime, stream, container, env);
    if (code === undefined) continue;
    program?.execs?.delete(id);
    endCommand(runtime, id, code, env);
  }
}

function endCommand({ memory, config }: Runtime, id: number, exitCode: number, env: ContainerdEnv) {
  if (!memory.streams.delete(id)) return;
  env.send(config.kubelet, { type: 'stream/end', id, code: 200, message: '', exitCode });
}

function flushExec(
  runtime: Runtime,
  { id }: RuntimeStream,
  { program }: Container,
  env: ContainerdEnv,
): void {
  const exec = program?.execs?.get(id);
  const output = takeOutput(exec?.streams);
  if (output === undefined) return;
  if (output.out !== '') send(runtime, id, CHANNEL.out, output.out, env);
  if (output.err !== '') send(runtime, id, CHANNEL.err, output.err, env);
}

/** A container has ended: what was run in it is killed, its log has no more to come. */
export function endStreamsOf(runtime: Runtime, container: Container, env: ContainerdEnv): void {
  for (const stream of runtime.memory.streams.values()) {
    if (stream.containerId !== container.record.id) continue;
    const { id, call } = stream;
    if (call.kind === 'exec') endCommand(runtime, id, 137, env);
    else if (call.kind === 'attach') {
      flushLog(runtime, stream, container, env);
      endCommand(runtime, id, container.record.exitCode ?? 0, env);
    } else if (call.kind === 'logs') {
      flushLog(runtime, stream, container, env);
      const rest = container.log?.partial ?? '';
      if (rest !== '') send(runtime, id, CHANNEL.out, limited(stream, `${rest}\n`), env);
      end(runtime, id, env, 200, '');
    }
  }
}

// ── Attach ──────────────────────────────────────────────────────────────────────────────────────

function openAttach(
  runtime: Runtime,
  stream: RuntimeStream,
  env: ContainerdEnv,
): Container | undefined {
  const { id, containerId } = stream;
  const container = awakeContainer(runtime, containerId);
  if (container?.record.state !== 'running') {
    end(runtime, id, env, 500, `container not found ("${container?.config.name ?? ''}")`);
    return undefined;
  }
  // What was written before is the log's.
  stream.seen = container.log?.count ?? 0;
  runtime.memory.streams.set(id, stream);
  send(runtime, id, CHANNEL.out, '', env);
  // A terminal of a new size is drawn anew, its prompt included.
  const input = container.program?.input;
  if (input !== undefined && stream.call.kind === 'attach') {
    input.silent = stream.call.silent;
    if (input.line === '') input.prompted = false;
  }
  return container;
}

/** What a shell that reads what is attached to it has written: to its log, and as it is to whoever is attached. */
export function attachedOutput(runtime: Runtime, container: Container, env: ContainerdEnv): void {
  const output = takeOutput(container.program?.input);
  if (output === undefined) return;
  const { id: containerId } = container.record;
  for (const [name, text] of [
    ['stdout', output.out],
    ['stderr', output.err],
  ] as const) {
    if (text === '') continue;
    appendLog(container, env.now, name, text);
    for (const stream of runtime.memory.streams.values()) {
      if (stream.call.kind !== 'attach' || stream.containerId !== containerId) continue;
      stream.seen = container.log?.count ?? 0;
      send(runtime, stream.id, name === 'stdout' ? CHANNEL.out : CHANNEL.err, text, env);
    }
  }
}
