import { randomHex64 } from '../../kernel/random.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ContainerConfig, CriContainer } from '../messages.ts';
import { profileOf } from '../programs/catalogue.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import {
  advance,
  advanceServer,
  earliest,
  isServer,
  launch,
  launchAgain,
  signalFirst,
  surroundingsOf,
  type Launch,
  type Program,
} from '../programs/program.ts';
import { advanceMain, openStreams } from '../programs/exec-session.ts';
import { advanceComponent, componentOf, isComponent, stopComponent } from './components.ts';
import { failExecs, finishExecs } from './execs.ts';
import { hostOf } from './host.ts';
import { appendLog, logTail } from './logs.ts';
import { askNetwork } from './network.ts';
import { isSpawned, spawned } from './spawned.ts';
import { advanceSessions, attachedOutput, endStreamsOf } from './streams.ts';
import { setWake } from './wake.ts';
import type {
  Container,
  ContainerdDisk,
  ContainerdEnv,
  ContainerdTimer,
  Runtime,
  Sandbox,
  StoredImage,
} from './state.ts';

const RUNC =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ';

/** Starts a container whose time has come, and answers the kubelet. */
export function startContainer(
  runtime: Runtime,
  { id, config }: Extract<ContainerdTimer, { type: 'containerd/start' }>,
  env: ContainerdEnv,
): void {
  const { disk } = runtime;
  const sandbox = disk.sandboxes.get(config.podUid);
  const reference = parseImageReference(config.image);
  const image = typeof reference === 'string' ? undefined : disk.images.get(reference.fullName);
  if (sandbox === undefined || sandbox.record.state !== 'ready') {
    const message = `failed to find sandbox id for pod "${config.podName}"`;
    failToStart(runtime, id, 'CreateContainerError', message, undefined, env);
    return;
  }
  if (image === undefined || typeof reference === 'string') {
    const message = `failed to get image "${config.image}": not found`;
    failToStart(runtime, id, 'CreateContainerError', message, undefined, env);
    return;
  }
  const before = sandbox.containers;
  const earlier = before.length === 0 ? before : withoutOlder(disk, before, config.name);
  const container = createContainer(config, image, env);
  const component =
    componentOf(runtime, config) ?? spawned(runtime, container, reference.path, env);
  if (component !== undefined) {
    container.record = Object.freeze({ ...container.record, process: component });
    if (!isSpawned(component)) env.startProcess(component);
    file(runtime, container, sandbox, earlier);
    sayStarted(runtime, id, container, env);
    return;
  }
  const again = launchAgain(config, profileOf(reference), env.now);
  if (again !== undefined) {
    const log = again.main?.log ?? '';
    if (log !== '') appendLog(container, env.now, 'stdout', log);
    file(runtime, container, sandbox, earlier);
    runProgram(runtime, id, container, again, env);
    return;
  }
  const launched = launch(hostOf(runtime, container, env.now));
  if (launched.kind === 'no-command') {
    const message = `failed to generate container "${container.record.id}" spec: failed to generate spec: no command specified`;
    failToStart(runtime, id, 'CreateContainerError', message, undefined, env);
    return;
  }
  file(runtime, container, sandbox, earlier);
  if (launched.kind === 'cannot-run') {
    refuseToRun(container, launched);
    const { record } = container;
    failToStart(runtime, id, 'RunContainerError', record.message ?? '', record, env);
    return;
  }
  const { program } = launched;
  if (program.shell?.interactive === true) {
    const { tty = false } = config;
    program.input = openStreams(['sh'], { stdin: true, tty, silent: false });
  }
  runProgram(runtime, id, container, program, env);
}

function runProgram(
  runtime: Runtime,
  id: number,
  container: Container,
  program: Program,
  env: ContainerdEnv,
): void {
  container.program = program;
  sayStarted(runtime, id, container, env);
  // What a container does in its first moment is seen a moment later, after the answer.
  setWake(container, env, env.now + FIRST_MOMENT);
}

/** A container that is about to run its program. */
function createContainer(
  config: ContainerConfig,
  { name: image, imageId }: StoredImage,
  env: ContainerdEnv,
): Container {
  const record: CriContainer = Object.freeze({
    id: randomHex64(env.random('container-ids')),
    podUid: config.podUid,
    name: config.name,
    attempt: config.attempt,
    image,
    imageId,
    state: 'running',
    startedAt: env.now,
    finishedAt: undefined,
    exitCode: undefined,
    reason: undefined,
    message: undefined,
  });
  return {
    config,
    record,
    program: undefined,
    log: undefined,
    wakeAt: undefined,
    killAt: undefined,
  };
}

function failToStart(
  { config }: Runtime,
  id: number,
  reason: string,
  message: string,
  container: CriContainer | undefined,
  env: ContainerdEnv,
): void {
  const failure = { type: 'cri/failed', id, reason, message } as const;
  env.send(config.kubelet, container === undefined ? failure : { ...failure, container });
}

/** Files a container under its Pod, after those of its name that are kept. */
function file(
  { disk, memory }: Runtime,
  container: Container,
  { record }: Sandbox,
  earlier: readonly string[],
): void {
  const { id } = container.record;
  disk.containers.set(id, container);
  memory.touched.push(id);
  const containers = earlier.length === 0 ? [id] : [...earlier, id];
  disk.sandboxes.set(container.config.podUid, Object.freeze({ record, containers }));
}

function sayStarted(
  { config }: Runtime,
  id: number,
  { record }: Container,
  env: ContainerdEnv,
): void {
  const result = { kind: 'container', container: record } as const;
  env.send(config.kubelet, { type: 'cri/done', id, result });
}

const FIRST_MOMENT: Micros = 12_000;
/** To a name server and back. */
const ROUND_TRIP: Micros = 2_000;

/** A container that could be created but not started stays behind as one that failed. */
function refuseToRun(
  container: Container,
  launched: Extract<Launch, { kind: 'cannot-run' }>,
): void {
  container.record = Object.freeze({
    ...container.record,
    state: 'exited',
    startedAt: undefined,
    finishedAt: container.record.startedAt,
    exitCode: 128,
    reason: 'StartError',
    message: `${RUNC}${launched.message}: unknown`,
  });
}

/** Of each container the last one that ended is kept, for its logs and its state. */
function withoutOlder(
  disk: ContainerdDisk,
  ids: readonly string[],
  name: string,
): readonly string[] {
  const ended = ids.filter((id) => {
    const record = disk.containers.get(id)?.record;
    return record?.name === name && record.state === 'exited';
  });
  if (ended.length < 2) return ids;
  const gone = new Set(ended.slice(0, -1));
  for (const id of gone) disk.containers.delete(id);
  return ids.filter((id) => !gone.has(id));
}

/** Runs a container's program up to now; says so if it has ended. */
export function advanceContainer(runtime: Runtime, container: Container, env: ContainerdEnv): void {
  const { program } = container;
  if (program === undefined) {
    if (isComponent(container)) advanceComponent(container, env);
    return;
  }
  if (container.killAt !== undefined && container.killAt <= env.now) {
    endContainer(runtime, container, env, 137, 'Error');
    return;
  }
  if (isServer(program) && runtime.memory.streams.size === 0) {
    const progress = advanceServer(program, env.now, container.config.memoryLimitBytes);
    if (progress.kind === 'exited')
      endContainer(runtime, container, env, progress.code, progress.reason);
    else setWake(container, env, earliest(container.killAt, progress.wakeAt));
    return;
  }
  const host = hostOf(runtime, container, env.now);
  if (program.input !== undefined) advanceMain(program, host);
  const progress = advance(program, host);
  if (program.input !== undefined) attachedOutput(runtime, container, env);
  if (progress.kind === 'exited') {
    endContainer(runtime, container, env, progress.code, progress.reason);
    return;
  }
  finishExecs(runtime, container, host, env);
  if (runtime.memory.streams.size > 0) advanceSessions(runtime, container, host, env);
  const answered = askNetwork(runtime, container, env);
  const wakeAt = earliest(answered ? env.now + ROUND_TRIP : undefined, progress.wakeAt);
  setWake(container, env, earliest(container.killAt, wakeAt));
}

/** Records a container's end and tells the kubelet. */
export function endContainer(
  runtime: Runtime,
  container: Container,
  env: ContainerdEnv,
  exitCode: number,
  reason: string,
): void {
  container.record = Object.freeze({
    ...container.record,
    state: 'exited',
    finishedAt: env.now,
    exitCode,
    reason,
    message: terminationMessage(runtime, container, env.now, exitCode),
  });
  container.program = undefined;
  container.wakeAt = undefined;
  container.killAt = undefined;
  failExecs(runtime, container, env);
  endStreamsOf(runtime, container, env);
  env.note(
    `container ${container.record.name} of ${container.config.podNamespace}/${container.config.podName} ended with exit code ${exitCode} (${reason})`,
  );
  env.send(runtime.config.kubelet, { type: 'cri/event', container: container.record });
}

/** The file the container left, or the end of its log where the Pod asks for that. */
function terminationMessage(
  runtime: Runtime,
  container: Container,
  now: Micros,
  exitCode: number,
): string | undefined {
  const { program, config } = container;
  if (program !== undefined && (program.files !== undefined || config.mounts.length > 0)) {
    const files = surroundingsOf(program, hostOf(runtime, container, now), ignore).files('/');
    const text = files.read(config.terminationMessagePath);
    if (text !== undefined && text !== '') return text.slice(0, 4096);
  }
  if (config.terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0)
    return undefined;
  return logTail(container) || undefined;
}

function ignore(): void {}

/** SIGTERM now, SIGKILL after the grace; no grace at all is SIGKILL. */
export function stopContainer(
  runtime: Runtime,
  container: Container,
  graceMicros: Micros,
  env: ContainerdEnv,
): void {
  if (isComponent(container)) {
    stopComponent(container, graceMicros, env);
    return;
  }
  if (container.program === undefined) {
    env.send(runtime.config.kubelet, { type: 'cri/event', container: container.record });
    return;
  }
  if (graceMicros <= 0) {
    endContainer(runtime, container, env, 137, 'Error');
    return;
  }
  // A second stop may shorten the grace, never lengthen it.
  const killAt = env.now + graceMicros;
  container.killAt = Math.min(killAt, container.killAt ?? killAt);
  signalFirst(container.program, 'TERM', env.now);
  advanceContainer(runtime, container, env);
}
