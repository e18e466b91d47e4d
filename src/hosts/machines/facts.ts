import type { Pod } from '../../api/generated/types.ts';
import type {
  ContainerFacts,
  MachineFacts,
  MachineRole,
  MachineRow,
  ManifestFile,
  ProcessFacts,
} from '../../api/machines/questions.ts';
import type { ApiServerConfig } from '../../cluster/apiserver/config.ts';
import type { ContainerdDisk } from '../../cluster/containerd/state.ts';
import type { KubeletConfig } from '../../cluster/kubelet/state.ts';
import { addressOfMachine } from '../../cluster/observe.ts';
import { LOAD_BALANCER_MACHINE, processNames } from '../../cluster/set-up.ts';
import { GATEWAY_MACHINE } from '../../cluster/world.ts';
import type { Machine } from '../../kernel/machine.ts';
import type { ProcessRecord } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';

/** What somebody logged in on a machine can read there. Reading changes nothing. */

const YEAR_MILLIS = 365 * 24 * 3_600_000;
const PERCENT = 100;

export function machineRows(world: World): readonly MachineRow[] {
  return [...world.machines.values()].map((machine) => rowOf(world, machine));
}

function rowOf(world: World, { name, power }: Machine): MachineRow {
  return { name, address: addressOfMachine(world, name), role: roleOf(world, name), power };
}

function roleOf(world: World, name: string): MachineRole {
  if (name === GATEWAY_MACHINE) return 'laptop';
  if (name === LOAD_BALANCER_MACHINE) return 'load-balancer';
  return world.processes.has(processNames.apiServer(name)) ? 'control-plane' : 'worker';
}

/** Undefined: there is no such machine. */
export function machineFacts(world: World, name: string): MachineFacts | undefined {
  const machine = world.machines.get(name);
  if (machine === undefined) return undefined;
  const runtime = containerdDisk(world, name);
  const kubelet = kubeletOf(world, name);
  const skew = machine.clockSkewMicros ?? 0;
  return {
    ...rowOf(world, machine),
    nowMillis: Math.floor(world.epochMillis + (world.now + skew) / 1000),
    clockAheadMillis: skew / 1000,
    worldMicros: world.now,
    boots: machine.boots ?? 1,
    upMicros: world.now - (machine.bootedAt ?? 0),
    cpuMilli: kubelet?.config.node.cpuMilli ?? 2000,
    memoryBytes: kubelet?.config.node.memoryBytes ?? 2 ** 32,
    podCidr: runtime?.podCidr ?? '',
    clusterDns: dnsOf(kubelet?.config.kubernetesServiceIp ?? '10.96.0.1'),
    diskIsFull: machine.diskFull === true,
    fsyncMicros: fsyncOf(machine),
    taken: { ...machine.taken },
    processes: processesOn(world, name),
    manifests: filesOf(kubelet?.manifests),
    manifestsAside: filesOf(kubelet?.manifestsAside),
    routes: [...(runtime?.network.routes ?? [])].map(([range, to]) => ({
      cidr: `${range}.0/24`,
      machine: to,
    })),
    podAddresses: [...(runtime?.addresses.keys() ?? [])],
    lan: machineRows(world).flatMap((row) =>
      row.address === undefined ? [] : [{ name: row.name, address: row.address }],
    ),
    servingCertificateUntilMillis: certificateOf(world, name),
    containers: runtime === undefined ? [] : containersOf(runtime),
  };
}

export function containerdDisk(world: World, machine: string): ContainerdDisk | undefined {
  // Processes of this name are of kind containerd.
  return world.processes.get(processNames.containerd(machine))?.disk as ContainerdDisk | undefined;
}

interface KubeletFiles {
  readonly config: KubeletConfig;
  readonly manifests: ReadonlyMap<string, Pod>;
  readonly manifestsAside: ReadonlyMap<string, Pod>;
}

function kubeletOf(world: World, machine: string): KubeletFiles | undefined {
  const process = world.processes.get(processNames.kubelet(machine));
  if (process === undefined) return undefined;
  // Processes of this name are of kind kubelet.
  const { manifests, manifestsAside } = process.disk as Omit<KubeletFiles, 'config'>;
  return { config: process.config as KubeletConfig, manifests, manifestsAside };
}

function filesOf(files: ReadonlyMap<string, Pod> | undefined): readonly ManifestFile[] {
  return [...(files ?? [])].map(([file, manifest]) => ({ file, manifest }));
}

function dnsOf(kubernetesServiceIp: string): string {
  const parts = kubernetesServiceIp.split('.');
  return [...parts.slice(0, 3), Number(parts[3] ?? 0) + 9].join('.');
}

function fsyncOf({ fsyncMicros }: Machine): MachineFacts['fsyncMicros'] {
  const sorted = fsyncMicros.toSorted((left, right) => left - right);
  const last = Math.min(sorted.length - 1, Math.floor((sorted.length * 99) / PERCENT));
  const sum = sorted.reduce((all, each) => all + each, 0);
  return { mean: sum / Math.max(1, sorted.length), p99: sorted[last] ?? 0 };
}

function processesOn(world: World, machine: string): readonly ProcessFacts[] {
  const found: ProcessFacts[] = [];
  for (const process of world.processes.values())
    if (process.machine === machine && process.kind !== 'gateway')
      found.push(processFacts(world, process));
  return found;
}

function processFacts(world: World, process: ProcessRecord): ProcessFacts {
  const { name, kind, memory, strain, since, enabled, supervisor, incarnation } = process;
  return {
    name,
    program: kind,
    pid: pidOf(process),
    state: memory === undefined ? 'ended' : strain?.suspended === true ? 'hung' : 'running',
    sinceMicros: since === undefined ? undefined : world.now - since,
    enabled,
    runsAs: supervisor === undefined ? 'unit' : 'container',
    starts: incarnation,
  };
}

/** A number for a process of one life: the same each time it is looked at. */
export function pidOf({ name, incarnation }: ProcessRecord): number {
  let hash = incarnation * 137;
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) % 30_011;
  return 700 + hash;
}

function certificateOf(world: World, machine: string): number {
  // Processes of this name are API servers.
  const config = world.processes.get(processNames.apiServer(machine))?.config as
    | ApiServerConfig
    | undefined;
  return config?.servingCertificate?.notAfterMillis ?? world.epochMillis + YEAR_MILLIS;
}

function containersOf({ containers }: ContainerdDisk): readonly ContainerFacts[] {
  return [...containers.values()].map(({ config, record }) => ({
    id: record.id,
    pod: config.podName,
    namespace: config.podNamespace,
    name: config.name,
    process: record.process,
    isRunning: record.state === 'running',
  }));
}
