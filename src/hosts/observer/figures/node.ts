import type { Lease } from '../../../api/generated/types.ts';
import { parseTime } from '../../../api/time.ts';
import type { ContainerdDisk } from '../../../cluster/containerd/state.ts';
import type { CniAgentMemory } from '../../../cluster/dataplane/cni-agent/process.ts';
import type { CoreDnsMemory } from '../../../cluster/dataplane/coredns/process.ts';
import type { KubeProxyMemory } from '../../../cluster/dataplane/kube-proxy/state.ts';
import type { KubeletMemory } from '../../../cluster/kubelet/state.ts';
import { storedAt } from '../../../cluster/observe.ts';
import { processNames } from '../../../cluster/set-up.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { World } from '../../../kernel/world.ts';
import { flag, seconds, type Figures } from './figures.ts';

/**
 * Since a machine's node lease was last renewed, by the truth in etcd, with the error of the machine's clock taken out.
 * Undefined: there is no lease.
 */
export function heartbeatAge(world: World, machine: string): Micros | undefined {
  // Only Leases are stored below this prefix.
  const lease = storedAt(world, `/registry/leases/kube-node-lease/${machine}`)?.value as
    | Lease
    | undefined;
  const renewed = parseTime(lease?.spec.renewTime ?? '');
  if (renewed === undefined) return undefined;
  const skew = world.machines.get(machine)?.clockSkewMicros ?? 0;
  return Math.max(0, world.now - ((renewed - world.epochMillis) * 1000 - skew));
}

/** A kubelet: its heartbeat as etcd has it, its Pods, its runtime. */
export function figuresOfKubelet(world: World, machine: string, memory: KubeletMemory): Figures {
  const { workers, runtime, node, pulls, client } = memory;
  const age = heartbeatAge(world, machine);
  return new Map([
    ...(age === undefined ? [] : [['heartbeatAgeSeconds', seconds(age)] as const]),
    ['registered', flag(node.registered)],
    ['ready', flag(node.ready)],
    ['pods', workers.size],
    ['runtimeUp', flag(runtime.up)],
    ['runtimeRequests', runtime.pending.size],
    ['pullsWaiting', pulls.waiting.length],
    ['requestsUnderWay', client.inFlight.size],
  ]);
}

/** A container runtime: what is on its machine. */
export function figuresOfContainerd(disk: ContainerdDisk): Figures {
  let running = 0;
  for (const { record } of disk.containers.values()) if (record.state === 'running') running += 1;
  return new Map([
    ['containers', disk.containers.size],
    ['containersRunning', running],
    ['sandboxes', disk.sandboxes.size],
    ['images', disk.images.size],
    ['networkConfigured', flag(disk.network.configured)],
  ]);
}

/** A kube-proxy: how old its rules are, and how many there are in its machine. */
export function figuresOfKubeProxy(
  world: World,
  machine: string,
  memory: KubeProxyMemory,
): Figures {
  const { syncedAt, queuedAt, dirty, syncs } = memory;
  // A process of this name is a container runtime; the machine's rules are on its disk.
  const disk = world.processes.get(processNames.containerd(machine))?.disk as
    | ContainerdDisk
    | undefined;
  let rules = 0;
  for (const list of disk?.network.rules.values() ?? []) rules += list.length;
  return new Map([
    ...(syncedAt === undefined ? [] : [['syncAgeSeconds', seconds(world.now - syncedAt)] as const]),
    ['syncs', syncs],
    ['rules', rules],
    ['services', disk?.network.rules.size ?? 0],
    ['servicesPending', dirty.size],
    ['pendingAgeSeconds', queuedAt === undefined ? 0 : seconds(world.now - queuedAt)],
  ]);
}

/** An agent of the network plugin. */
export function figuresOfCniAgent(world: World, machine: string, memory: CniAgentMemory): Figures {
  const disk = world.processes.get(processNames.containerd(machine))?.disk as
    | ContainerdDisk
    | undefined; // As above.
  return new Map([
    ['hasRange', flag(memory.podCidr !== '')],
    ['routes', disk?.network.routes.size ?? 0],
  ]);
}

/** A CoreDNS: whether it answers, and how much it knows. */
export function figuresOfCoreDns({ connected, ready, informers }: CoreDnsMemory): Figures {
  return new Map([
    ['ready', flag(ready)],
    ['connected', flag(connected)],
    ['services', informers.get('services')?.items.size ?? 0],
  ]);
}
