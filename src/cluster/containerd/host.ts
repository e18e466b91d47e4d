import type { Micros } from '../../kernel/time.ts';
import { profileOf } from '../programs/catalogue.ts';
import type { HttpAsked, LocalAnswer } from '../programs/commands/command.ts';
import type { FileTable } from '../programs/files.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import type { ImageProfile } from '../programs/image-profile.ts';
import {
  namesOf,
  signalFirst,
  signalInside,
  surroundingsOf,
  type Host,
  type OtherProcesses,
  type Program,
} from '../programs/program.ts';
import { answerFrom, listenerOn, type ServerHost } from '../programs/program-probes.ts';
import { appendLog } from './logs.ts';
import { awakeContainer } from './resting.ts';
import type { Container, ContainerdDisk, Runtime } from './state.ts';

/** The profile of a container's image. Its reference was readable when it was pulled. */
export function profileOfContainer(container: Container): ImageProfile {
  const reference = parseImageReference(container.config.image);
  if (typeof reference === 'string') throw new TypeError(reference);
  return profileOf(reference);
}

/** What a container's program can reach. */
export function hostOf(runtime: Runtime, container: Container, now: Micros): Host {
  const { disk, config } = runtime;
  const host: Host = {
    now,
    epochMillis: config.epochMillis,
    config: container.config,
    profile: profileOfContainer(container),
    volume: (name) => volumeOf(disk, container.config.podUid, name),
    write: (stream, text) => appendLog(container, now, stream, text),
    local: (port, path, asked) =>
      answerInPod(runtime, container.config.podUid, now, port, path, asked),
  };
  return container.config.processes === undefined
    ? host
    : { ...host, others: otherProcesses(runtime, container, now) };
}

/** What a container sees of the processes of others. */
function otherProcesses(runtime: Runtime, own: Container, now: Micros): OtherProcesses {
  const { disk, memory } = runtime;
  const { processes, podUid } = own.config;
  const inPod = disk.sandboxes.get(podUid)?.containers ?? [];
  const ids = processes?.of === 'node' ? [...disk.containers.keys()] : inPod;
  const seen = ids.flatMap((id) => {
    const container = disk.containers.get(id);
    const isSeen =
      container !== undefined &&
      container.record.id !== own.record.id &&
      container.record.state === 'running' &&
      (processes?.of !== 'container' || container.config.name === processes.name);
    return isSeen ? [container] : [];
  });
  const namesIn = ({ program, config }: Container): readonly string[] =>
    program === undefined ? config.command.slice(0, 1) : namesOf(program);
  // Process 1 is the Pod's pause, or that of the machine.
  const first =
    processes?.of === 'pod' ? ['/pause'] : processes?.of === 'node' ? NODE_PROCESSES : [];
  return {
    names: () => [...first, ...seen.flatMap(namesIn)],
    signal(target, signal) {
      const found = seen.filter(
        (container) =>
          container.program !== undefined &&
          (namesIn(container).includes(target) || (target === '1' && first.length === 0)),
      );
      for (const { record } of found) {
        const program = awakeContainer(runtime, record.id)?.program;
        if (program === undefined) continue;
        if (processes?.of === 'container') signalInside(program, target, signal, now);
        else signalOrdinary(program, target, signal, now);
        memory.signalled.push(record.id);
      }
      return found.length > 0;
    },
    files(index) {
      let at = index - first.length;
      for (const container of seen) {
        at -= namesIn(container).length;
        if (at >= 0) continue;
        const { program } = container;
        return program === undefined
          ? undefined
          : surroundingsOf(program, hostOf(runtime, container, now), ignore).files('/');
      }
      return undefined;
    },
  };
}

const NODE_PROCESSES: readonly string[] = ['/sbin/init', 'containerd', 'kubelet'];

function ignore(): void {}

/** In a namespace of which it is not process 1 a program ends by a signal that it has no handler for. */
function signalOrdinary(program: Program, target: string, signal: string, now: Micros): void {
  const { main, shell } = program;
  const isFirst = main?.name === target || (shell?.replaced === false && shell.name === target);
  if (!isFirst) {
    signalInside(program, target, signal, now);
    return;
  }
  if (signal === 'KILL') program.ending = Object.freeze({ at: now, code: 137 });
  else if (!signalFirst(program, signal, now) && (signal === 'TERM' || signal === 'INT'))
    program.ending ??= Object.freeze({ at: now, code: signal === 'TERM' ? 143 : 130 });
}

function volumeOf(disk: ContainerdDisk, podUid: string, name: string): FileTable {
  if (name.startsWith('host/')) return tableIn(disk.hostVolumes, name);
  let volumes = disk.volumes.get(podUid);
  if (volumes === undefined) {
    volumes = new Map();
    disk.volumes.set(podUid, volumes);
  }
  return tableIn(volumes, name);
}

function tableIn(tables: Map<string, FileTable>, name: string): FileTable {
  let table = tables.get(name);
  if (table === undefined) {
    table = new Map(name === 'host//' ? NODE_FILES : []);
    tables.set(name, table);
  }
  return table;
}

/** A few files of the machine itself, for whoever mounts its root. */
const NODE_FILES: readonly (readonly [string, string])[] = [
  [
    '/etc/os-release',
    'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n',
  ],
  ['/etc/kubernetes/kubelet.conf', 'apiVersion: v1\nkind: Config\n'],
  [
    '/var/lib/kubelet/config.yaml',
    'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n',
  ],
  ...['boot', 'home', 'opt', 'root', 'run', 'tmp', 'usr/bin', 'var/log'].map(
    (name): [string, string] => [`/${name}/`, ''],
  ),
];

/** What answers on a port of a Pod's address: a container that names the port before one that takes any. */
export function answerInPod(
  runtime: Runtime,
  podUid: string,
  now: Micros,
  port: number,
  path: string,
  asked?: HttpAsked,
): LocalAnswer {
  const { disk, config } = runtime;
  const ids = disk.sandboxes.get(podUid)?.containers ?? NO_IDS;
  for (let i = 0; i < 2 * ids.length; i += 1) {
    const container = disk.containers.get(ids[i % ids.length] as string); // In range.
    if (container?.program === undefined) continue;
    const { program } = container;
    const listener = listenerOn(program, now, port, i >= ids.length);
    if (listener === undefined) continue;
    const host = serverHost(disk, container, now, config.epochMillis);
    return answerFrom(program, listener, host, port, path, asked);
  }
  return REFUSED;
}

const NO_IDS: readonly string[] = Object.freeze([]);

/** What a server of a container needs to answer. */
function serverHost(
  disk: ContainerdDisk,
  container: Container,
  now: Micros,
  epochMillis: number,
): ServerHost {
  const { config } = container;
  const volume = (name: string) => volumeOf(disk, config.podUid, name);
  return { now, epochMillis, config, profile: profileOfContainer(container), volume };
}

const REFUSED: LocalAnswer = Object.freeze({ kind: 'refused' });
