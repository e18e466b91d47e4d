import { formatTime } from '../../../api/time.ts';
import type { LogLine } from '../../../api/machines/questions.ts';
import type { GoLine } from '../go-flags.ts';
import { fatal, list, plainId, sandboxId, type Container, type Crictl } from './runtime.ts';

/** `crictl logs|exec|stop|inspect|inspectp|rmi`. */

/** The one container whose id begins so; otherwise the complaint has been made. */
async function find(run: Crictl, id: string | undefined): Promise<Container | undefined> {
  if (id === undefined) {
    fatal(run, 'ID cannot be empty');
    return undefined;
  }
  const listing = await list(run);
  if (listing === undefined) return undefined;
  const found = listing.containers.filter((each) => plainId(each.id).startsWith(id));
  if (found.length === 1) return found[0];
  fatal(
    run,
    found.length === 0
      ? `rpc error: code = NotFound desc = an error occurred when try to find container "${id}": not found`
      : `rpc error: code = InvalidArgument desc = id "${id}" is not unique`,
  );
  return undefined;
}

const FOLLOW_EVERY = 1000;

export async function logs(run: Crictl, line: GoLine, [id]: readonly string[]): Promise<number> {
  const { io, context } = run;
  const container = await find(run, id);
  if (container === undefined) return 1;
  const read = async (): Promise<readonly LogLine[]> =>
    (await context.machines?.({
      kind: 'container-log',
      machine: context.machine,
      containerId: container.id,
    })) ?? [];
  const tail = line.value('tail');
  let shown = await read();
  let begin = tail === undefined || tail === '-1' ? 0 : Math.max(0, shown.length - Number(tail));
  const write = ({ atMillis, stream, text }: LogLine): void => {
    const stamp = line.has('timestamps') ? `${formatTime(atMillis)} ` : '';
    (stream === 'stderr' ? io.err : io.out)(`${stamp}${text}\n`);
  };
  for (const each of shown.slice(begin)) write(each);
  while (line.has('follow') && !io.signal.aborted) {
    const before = shown;
    await context.sleep(FOLLOW_EVERY, io.signal);
    shown = await read();
    // Old lines may have been dropped meanwhile: the last one that was shown is looked for.
    const last = before.at(-1);
    begin = last === undefined ? 0 : lastIndexOf(shown, last) + 1;
    for (const each of shown.slice(begin)) write(each);
  }
  return 0;
}

function lastIndexOf(lines: readonly LogLine[], line: LogLine): number {
  return lines.findLastIndex(
    ({ atMillis, text }) => atMillis === line.atMillis && text === line.text,
  );
}

export async function exec(run: Crictl, _line: GoLine, words: readonly string[]): Promise<number> {
  const [id, ...command] = words;
  const container = await find(run, id);
  if (container === undefined) return 1;
  if (command.length === 0)
    return fatal(run, 'execing command in container: command cannot be empty');
  if (container.state !== 'running')
    return fatal(
      run,
      `execing command in container: rpc error: code = Unknown desc = container is in CONTAINER_EXITED state`,
    );
  if (container.process !== undefined)
    return fatal(
      run,
      `execing command in container: kubarium: ${container.name} is simulated as a process of the machine, in which no commands run; etcdctl is on the machine itself`,
    );
  const { exec: execute } = run.context;
  const listing = await list(run);
  const pod = listing?.sandboxes.find(({ podUid }) => podUid === container.podUid);
  if (execute === undefined || pod === undefined)
    return fatal(
      run,
      'execing command in container: kubarium: commands cannot be run in containers here',
    );
  const { podNamespace: namespace, podName } = pod;
  const { code, message } = await execute(
    { namespace, pod: podName, container: container.name, command },
    run.io,
  );
  if (message !== undefined) return fatal(run, `execing command in container: ${message}`);
  if (code === 0) return 0;
  return fatal(run, `execing command in container: command terminated with exit code ${code}`);
}

const STOP_LOOK_EVERY = 200;
const STOP_PATIENCE = 40_000;

export async function stop(run: Crictl, line: GoLine, ids: readonly string[]): Promise<number> {
  const { context, io } = run;
  if (ids.length === 0) return fatal(run, 'ID cannot be empty');
  let status = 0;
  for (const id of ids) {
    const container = await find(run, id);
    if (container === undefined) {
      status = 1;
      continue;
    }
    const graceMicros = Number(line.value('timeout') ?? 0) * 1e6;
    // Not answered: the runtime tells of the end by an event.
    void context.machines?.({
      kind: 'process',
      from: context.machine,
      process: `containerd-${context.machine}`,
      message: { type: 'cri/stop-container', containerId: container.id, graceMicros } as {
        type: string;
      },
    });
    for (let waited = 0; waited < STOP_PATIENCE; waited += STOP_LOOK_EVERY) {
      const now = (await list(run))?.containers.find((each) => each.id === container.id);
      if (now?.state !== 'running') break;
      await context.sleep(STOP_LOOK_EVERY, io.signal);
    }
    io.out(`${id}\n`);
  }
  return status;
}

export async function inspect(
  run: Crictl,
  _line: GoLine,
  [id]: readonly string[],
): Promise<number> {
  const container = await find(run, id);
  if (container === undefined) return 1;
  const facts = await run.context.machines?.({ kind: 'facts', machine: run.context.machine });
  const bornAt = (facts?.nowMillis ?? 0) - (facts?.worldMicros ?? 0) / 1000;
  const time = (micros: number | undefined): string =>
    micros === undefined ? '0001-01-01T00:00:00Z' : formatTime(bornAt + micros / 1000);
  const status = {
    id: plainId(container.id),
    metadata: { attempt: container.attempt, name: container.name },
    image: { image: container.image },
    imageRef: container.imageId,
    state: container.state === 'running' ? 'CONTAINER_RUNNING' : 'CONTAINER_EXITED',
    createdAt: time(container.startedAt),
    startedAt: time(container.startedAt),
    finishedAt: time(container.finishedAt),
    exitCode: container.exitCode ?? 0,
    reason: container.reason ?? '',
    message: container.message ?? '',
  };
  const pid = facts?.processes.find(({ name }) => name === container.process)?.pid;
  run.io.out(`${JSON.stringify({ info: pid === undefined ? {} : { pid }, status }, null, 2)}\n`);
  return 0;
}

export async function inspectPod(
  run: Crictl,
  _line: GoLine,
  [id]: readonly string[],
): Promise<number> {
  const listing = await list(run);
  if (listing === undefined) return 1;
  const sandbox = listing.sandboxes.find(
    (each) => id !== undefined && sandboxId(each).startsWith(id),
  );
  if (sandbox === undefined)
    return fatal(
      run,
      `rpc error: code = NotFound desc = an error occurred when try to find sandbox: not found`,
    );
  const status = {
    id: sandboxId(sandbox),
    metadata: {
      attempt: 0,
      name: sandbox.podName,
      namespace: sandbox.podNamespace,
      uid: sandbox.podUid,
    },
    network: { additionalIps: [], ip: sandbox.hostNetwork ? '' : sandbox.ip },
    state: sandbox.state === 'ready' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
  };
  run.io.out(`${JSON.stringify({ status }, null, 2)}\n`);
  return 0;
}

export async function removeImages(
  run: Crictl,
  line: GoLine,
  names: readonly string[],
): Promise<number> {
  const listing = await list(run);
  if (listing === undefined) return 1;
  const used = new Set(listing.containers.map(({ image }) => image));
  const gone = line.has('prune')
    ? listing.images.filter((each) => !each.names.some((name) => used.has(name)))
    : listing.images.filter((each) =>
        each.names.some((name) =>
          names.some((wanted) => name === wanted || name.includes(`/${wanted}`)),
        ),
      );
  if (gone.length === 0 && !line.has('prune'))
    return fatal(run, `no such image: ${names.join(' ')}`);
  const { context } = run;
  void context.machines?.({
    kind: 'process',
    from: context.machine,
    process: `containerd-${context.machine}`,
    message: { type: 'cri/remove-images', images: gone.flatMap((each) => each.names) } as {
      type: string;
    },
  });
  for (const each of gone) run.io.out(`Deleted: ${each.names[0] ?? ''}\n`);
  return 0;
}
