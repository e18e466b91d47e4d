import { logItem } from '../base/segment-log.ts';
import type { KubernetesObject } from '../api/generated/types.ts';
import type { World } from '../kernel/world.ts';
import { isCut } from '../kernel/wire.ts';
import { withRevision } from './apiserver/storage/stored-object.ts';
import type { KubeObject } from './client/kube-object.ts';
import type { ContainerdDisk } from './containerd/state.ts';
import type { EtcdDisk, StoredEvent, StoredKeyValue } from './etcd/store.ts';
import { CONTROL_PLANE_MACHINE, LOAD_BALANCER_MACHINE, processNames } from './set-up.ts';

/**
 * What an observer outside the cluster sees: the truth on etcd's disk, and the state of machines and
 * processes, whatever the cluster itself still knows. Reading changes nothing, not even a
 * lazily sorted index: a world that is looked at has the same hash as one that is not.
 */
export interface Truth {
  readonly revision: number;
  /** Undefined: the changes since then have been compacted away, so read everything anew. */
  readonly changes: Iterable<StoredEvent> | undefined;
}

/** Every object stored now. */
export function* storedObjects(world: World): Generator<StoredKeyValue> {
  for (const stored of diskOf(world).keys.values()) {
    // The API servers keep notes of their own there too (who serves), which are no objects.
    if ((stored.value as Partial<KubeObject>).metadata !== undefined) yield stored;
  }
}

/** A stored object as the API would show it: with the revision that etcd keeps beside it. */
export function shownObject(stored: StoredKeyValue): KubeObject {
  // Only the API server writes to etcd, and it writes objects.
  return withRevision(stored.value as KubernetesObject, stored.modRevision);
}

/** One stored object, by its key in etcd. */
export function storedAt(world: World, key: string): StoredKeyValue | undefined {
  return diskOf(world).keys.get(key);
}

/** etcd's revision. */
export function revisionOf(world: World): number {
  return diskOf(world).revision;
}

/** The changes after a revision, in order. */
export function changesSince(world: World, revision: number): Truth {
  const disk = diskOf(world);
  // A restored store may be behind what was seen of the former one.
  if (revision < disk.history.first - 1 || revision > disk.revision)
    return { revision: disk.revision, changes: undefined };
  return { revision: disk.revision, changes: eventsAfter(disk, revision) };
}

/** Whether a process runs, has been stopped, or has lost its machine. */
export function processState(world: World, name: string): 'up' | 'stopped' | 'off' {
  const process = world.processes.get(name);
  if (process === undefined) return 'off';
  if (process.memory !== undefined) return 'up';
  return world.machines.get(process.machine)?.power === 'on' ? 'stopped' : 'off';
}

/** The machines of the control plane, in order of installation. */
export function controlPlaneMachines(world: World): readonly string[] {
  const machines: string[] = [];
  for (const { kind, machine } of world.processes.values()) {
    if (kind === 'kube-apiserver') machines.push(machine);
  }
  return machines;
}

/** The process that a client outside the control plane sends its API requests to. */
export function apiEndpointOf(world: World): string {
  const balancer = processNames.loadBalancer(LOAD_BALANCER_MACHINE);
  return world.processes.has(balancer) ? balancer : processNames.apiServer(CONTROL_PLANE_MACHINE);
}

/** Whether a machine is cut off from the control plane. */
export function isCutOff(world: World, machine: string): boolean {
  return (
    isCut(world.wire, machine, CONTROL_PLANE_MACHINE) ||
    (machine === CONTROL_PLANE_MACHINE &&
      world.wire.rules.some((rule) => rule.from.includes(machine)))
  );
}

/** Where etcd's members may be. One that was replaced may be on a machine that was added later. */
const ETCD_PROCESSES: readonly string[] = Array.from({ length: 7 }, (_, index) =>
  processNames.etcd(`cp-${index + 1}`),
);

/** The disk of the member that has applied most, whether it is up or not: what it has applied is agreed on. */
function diskOf(world: World): EtcdDisk {
  let newest: EtcdDisk | undefined;
  for (const name of ETCD_PROCESSES) {
    // Processes of these names are of kind etcd.
    const disk = world.processes.get(name)?.disk as EtcdDisk | undefined;
    if (disk === undefined || disk.removed.has(disk.memberId)) continue;
    if (newest === undefined || isNewer(disk, newest)) newest = disk;
  }
  return newest as EtcdDisk; // A cluster has at least one member.
}

/** A cluster that was restored later counts; within one, who has applied more. */
function isNewer(disk: EtcdDisk, than: EtcdDisk): boolean {
  return (
    disk.bornAt > than.bornAt ||
    (disk.bornAt === than.bornAt && disk.appliedIndex > than.appliedIndex)
  );
}

function* eventsAfter(disk: EtcdDisk, revision: number): Generator<StoredEvent> {
  for (let number = revision + 1; number <= disk.revision; number++) {
    const event = logItem(disk.history, number);
    if (event !== undefined) yield event;
  }
}

/** The machine that has an address; undefined: none of the cluster's. */
export function machineAt(world: World, ip: string): string | undefined {
  for (const { kind, machine, disk } of world.processes.values())
    if (kind === 'containerd' && (disk as ContainerdDisk).nodeIp === ip) return machine;
  return undefined;
}

/** The address of a node's machine; undefined: it is none, or not there. */
export function addressOfMachine(world: World, machine: string): string | undefined {
  // Processes of this name are of kind containerd.
  const disk = world.processes.get(processNames.containerd(machine))?.disk as
    | ContainerdDisk
    | undefined;
  return disk?.nodeIp;
}
