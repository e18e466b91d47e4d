import type { MachineQuestion, SnapshotAnswer } from '../../api/machines/questions.ts';
import { stringifyYaml } from '../../api/manifest/stringify.ts';
import { restoreSnapshot } from '../../cluster/etcd/restore.ts';
import { processOfManifest, writeManifest } from '../../cluster/faults/static-pod-files.ts';
import type { EtcdSnapshot, WireMessage } from '../../cluster/messages.ts';
import { kernel } from '../../cluster/world.ts';
import type { ActiveFault } from '../../kernel/world.ts';
import type { Session } from '../session.ts';
import { askProcess } from './connections.ts';
import { machineFacts } from './facts.ts';

/** What a tool does to a machine. All of it goes through the laboratory's faults, so that it is seen, undone and replayed. */

type Question<Kind extends MachineQuestion['kind']> = Extract<MachineQuestion, { kind: Kind }>;

/** `systemctl start|stop|restart`, `kill -9`. */
export function actOnUnit(
  session: Session,
  { machine, unit, act }: Question<'unit'>,
): string | undefined {
  const process = `${unit}-${machine}`;
  const record = session.world.processes.get(process);
  if (record === undefined) return `Unit ${unit}.service not found.`;
  switch (act) {
    case 'stop':
      return stop(session, process);
    case 'start':
      return start(session, process);
    case 'restart':
      endHang(session, process);
      return stop(session, process) ?? start(session, process);
    case 'suspend':
      return session.lab({ kind: 'inject-fault', fault: 'process-hang', params: { process } });
    case 'resume':
      endHang(session, process);
      return undefined;
    case 'kill':
      endHang(session, process);
      if (record.memory === undefined) return undefined;
      return session.lab({ kind: 'inject-fault', fault: 'process-crash', params: { process } });
  }
}

function stop(session: Session, process: string): string | undefined {
  const record = session.world.processes.get(process);
  // Stopping what is stopped is no error.
  if (record === undefined || !record.enabled) return undefined;
  return session.lab({ kind: 'inject-fault', fault: 'process-stopped', params: { process } });
}

function start(session: Session, process: string): string | undefined {
  const { world } = session;
  const stopped = world.faults.filter((fault) => stops(fault, process));
  for (const { id } of stopped) session.lab({ kind: 'heal-fault', id });
  const record = world.processes.get(process);
  if (record === undefined || record.memory !== undefined) return undefined;
  const cause = kernel.note(world, { by: 'you', what: `systemctl start ${process}` });
  kernel.startProcess(world, process, cause, () => {});
  return undefined;
}

/** Whether a fault is that this process was stopped. */
function stops({ kind, params }: ActiveFault, process: string): boolean {
  if (kind === 'process-stopped') return params['process'] === process;
  return kind === 'kubelet-stopped' && `kubelet-${String(params['machine'])}` === process;
}

/** What hangs is killed by systemd when its patience is over; then it no longer hangs. */
function endHang(session: Session, process: string): void {
  for (const { id, kind, params } of session.world.faults) {
    const hangs =
      (kind === 'process-hang' && params['process'] === process) ||
      (kind === 'runtime-hang' && `containerd-${String(params['machine'])}` === process);
    if (hangs) session.lab({ kind: 'heal-fault', id });
  }
}

/** `reboot`, `poweroff`. */
export function actOnPower(
  session: Session,
  { machine, act }: Question<'power'>,
): string | undefined {
  const fault = act === 'reboot' ? 'reboot' : 'power-off';
  return session.lab({ kind: 'inject-fault', fault, params: { machine } });
}

/**
 * A file of the manifest folder has been written, moved or removed. Where it is the manifest of one of the control
 * plane's components, its absence is the fault by which that is stopped.
 */
export function changeManifest(
  session: Session,
  { machine, file, manifest }: Question<'manifest'>,
): string | undefined {
  const { world } = session;
  const process = processOfManifest(world, machine, file);
  if (process !== undefined && manifest === undefined) return stopOnce(session, process);
  if (process !== undefined) {
    const stopped = world.faults.filter((fault) => stops(fault, process));
    for (const { id } of stopped) session.lab({ kind: 'heal-fault', id });
  }
  const now = machineFacts(world, machine)?.manifests.find((each) => each.file === file)?.manifest;
  // A file that comes back as it was is the same Pod; the order of its keys does not matter.
  if (now !== undefined && manifest !== undefined && stringifyYaml(now) === stringifyYaml(manifest))
    return undefined;
  if (now === undefined && manifest === undefined) return undefined;
  const what = `${manifest === undefined ? 'removes' : 'writes'} /etc/kubernetes/manifests/${file}`;
  const cause = kernel.note(world, { by: 'you', what: `${what} on ${machine}` });
  const refusal = writeManifest(
    world,
    kernel,
    { machine, file, manifest: frozen(manifest) },
    cause,
  );
  kernel.disturb(world);
  return refusal;
}

/** Manifests are shared by checkpoints, as all that is frozen. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}

function stopOnce(session: Session, process: string): string | undefined {
  if (session.world.faults.some((fault) => stops(fault, process))) return undefined;
  return session.lab({ kind: 'inject-fault', fault: 'process-stopped', params: { process } });
}

/** Snapshots that were saved in this session, by their ids. Their data stays with the engine. */
export type Snapshots = Map<string, EtcdSnapshot>;

const SNAPSHOTS_MAX = 16;

/** `etcdctl snapshot save`. */
export function saveSnapshot(
  session: Session,
  snapshots: Snapshots,
  { from, process }: Question<'snapshot'>,
  onAnswer: (answer: SnapshotAnswer) => void,
): void {
  const message = { type: 'etcd/maintenance', op: { kind: 'snapshot' } };
  askProcess(session, { kind: 'process', from, process, message }, (answer) => {
    if (answer.kind !== 'answered') {
      onAnswer({ kind: answer.kind === 'silent' ? 'silent' : 'refused' });
      return;
    }
    const reply = answer.message as WireMessage; // Processes answer on the wire.
    if (reply.type !== 'etcd/maintenance-result' || reply.result.kind !== 'snapshot') {
      const text = reply.type === 'etcd/maintenance-error' ? reply.error : 'etcdserver: unknown';
      onAnswer({ kind: 'error', message: text });
      return;
    }
    const { snapshot } = reply.result;
    const id = `snapshot-${snapshot.revision}-${session.world.nextSeq}`;
    snapshots.set(id, snapshot);
    const [oldest] = snapshots.keys();
    if (snapshots.size > SNAPSHOTS_MAX && oldest !== undefined) snapshots.delete(oldest);
    const { hash, revision, totalKeys, totalSize, version } = snapshot;
    onAnswer({ kind: 'saved', id, hash, revision, totalKeys, totalSize, version });
  });
}

/** `etcdutl snapshot restore` on every member, with the old directories replaced. */
export function restore(
  session: Session,
  snapshots: Snapshots,
  { snapshot: id, bumpRevision }: Question<'restore'>,
): string | undefined {
  const snapshot = snapshots.get(id);
  if (snapshot === undefined)
    return 'the engine has been restarted since and no longer has the data';
  restoreSnapshot(session.world, kernel, snapshot, { bumpRevision });
  kernel.disturb(session.world);
  return undefined;
}
