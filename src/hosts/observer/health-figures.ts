import type { ApiServerMemory } from '../../cluster/apiserver/server.ts';
import type { ContainerdDisk } from '../../cluster/containerd/state.ts';
import type { ControllerManagerMemory } from '../../cluster/controllers/state.ts';
import type { CniAgentMemory } from '../../cluster/dataplane/cni-agent/process.ts';
import type { CoreDnsMemory } from '../../cluster/dataplane/coredns/process.ts';
import type { KubeProxyMemory } from '../../cluster/dataplane/kube-proxy/state.ts';
import type { KubeletMemory } from '../../cluster/kubelet/state.ts';
import type { LoadBalancerMemory } from '../../cluster/load-balancer/state.ts';
import type { SchedulerMemory } from '../../cluster/scheduler/memory.ts';
import type { ProcessRecord } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import { figuresOfApiServer, figuresOfLoadBalancer } from './figures/api-server.ts';
import { figuresOfEtcd } from './figures/etcd.ts';
import { flag, NO_FIGURES, seconds, type Figures } from './figures/figures.ts';
import { figuresOfControllerManager, figuresOfScheduler } from './figures/loops.ts';
import {
  figuresOfCniAgent,
  figuresOfContainerd,
  figuresOfCoreDns,
  figuresOfKubelet,
  figuresOfKubeProxy,
  heartbeatAge,
} from './figures/node.ts';

/**
 * What can be measured of one process, by name: numbers for charts, scenarios and lamps. Nothing while it is down, but
 * for a kubelet's heartbeat, which grows old then. The names are listed in `scenarios/FORMAT.md`.
 */
export function healthFiguresOf(world: World, process: string): Figures {
  const record = world.processes.get(process);
  if (record === undefined) return NO_FIGURES;
  if (record.memory === undefined) return figuresWhileDown(world, record);
  const own = figuresOf(world, record);
  const { strain, incarnation } = record;
  return own === NO_FIGURES
    ? own
    : new Map([
        ...own,
        ['hanging', flag(strain?.suspended === true)],
        ['waitingMessages', strain?.queue.length ?? 0],
        ['starts', incarnation],
      ]);
}

function figuresWhileDown(world: World, { kind, machine }: ProcessRecord): Figures {
  const age = kind === 'kubelet' ? heartbeatAge(world, machine) : undefined;
  return age === undefined ? NO_FIGURES : new Map([['heartbeatAgeSeconds', seconds(age)]]);
}

/** Each kind's memory and disk are of the types named here: that is what a kind means. */
function figuresOf(world: World, record: ProcessRecord): Figures {
  const { kind, machine, memory, disk } = record;
  switch (kind) {
    case 'etcd':
      return figuresOfEtcd(record);
    case 'kube-apiserver':
      return figuresOfApiServer(memory as ApiServerMemory, world.now);
    case 'load-balancer':
      return figuresOfLoadBalancer(memory as LoadBalancerMemory);
    case 'kube-scheduler':
      return figuresOfScheduler(memory as SchedulerMemory, world.now);
    case 'kube-controller-manager':
      return figuresOfControllerManager(memory as ControllerManagerMemory, world.now);
    case 'kubelet':
      return figuresOfKubelet(world, machine, memory as KubeletMemory);
    case 'containerd':
      return figuresOfContainerd(disk as ContainerdDisk);
    case 'kube-proxy':
      return figuresOfKubeProxy(world, machine, memory as KubeProxyMemory);
    case 'cni-agent':
      return figuresOfCniAgent(world, machine, memory as CniAgentMemory);
    case 'coredns':
      return figuresOfCoreDns(memory as CoreDnsMemory);
    default:
      return NO_FIGURES;
  }
}
