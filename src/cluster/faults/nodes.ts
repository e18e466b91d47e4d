import type { Micros } from '../../kernel/time.ts';
import {
  noMachine,
  numberParameter,
  othersOn,
  textParameter,
  type Fault,
  type FaultContext,
  type FaultParameter,
} from './fault.ts';
import { NODE } from './parameters.ts';
import { notRunning, startAgain, stop } from './processes.ts';

/** A fault that keeps one program of a node from running: a unit stopped, or a daemon that cannot start. */
function unitStopped(
  program: string,
  words: Pick<Fault, 'kind' | 'title' | 'verb' | 'heals' | 'symptoms' | 'remedy'>,
): Fault {
  const nameOf = ({ fault }: FaultContext) => `${program}-${textParameter(fault, 'machine')}`;
  return {
    ...words,
    group: 'nodes',
    params: [NODE],
    inject: (context) =>
      noMachine(context.world, textParameter(context.fault, 'machine')) ??
      stop(context, nameOf(context)),
    heal: (context) => startAgain(context, nameOf(context)),
  };
}

export const kubeletStopped = unitStopped('kubelet', {
  kind: 'kubelet-stopped',
  title: 'kubelet stopped',
  verb: 'Stop kubelet',
  heals: 'Start kubelet',
  symptoms:
    'After 40 s without a heartbeat the node is NotReady and tainted; after 300 s its Pods are evicted and replaced elsewhere, while the old containers still run. When it returns it ends what it should no longer run. Containers that crash meanwhile are not restarted.',
  remedy:
    'kubectl get nodes; systemctl status kubelet; journalctl -u kubelet; systemctl start kubelet.',
});

export const kubeProxyStopped = unitStopped('kube-proxy', {
  kind: 'kube-proxy-stopped',
  title: 'kube-proxy cannot start',
  verb: 'Take its iptables',
  heals: 'Give iptables back',
  symptoms:
    'kube-proxy ends as soon as it starts, and its Pod goes to CrashLoopBackOff. The rules stay as they were: connections from this node to Services still go to the old backends, fail where those are gone, and new Services are not reachable. Pod-to-Pod traffic by address and other nodes are not touched.',
  remedy:
    'kubectl -n kube-system get pods -o wide; kubectl -n kube-system logs -l k8s-app=kube-proxy; curl localhost:10256/healthz on the node; mend the machine, and delete the Pod so as not to wait for the back-off: the rules are rebuilt.',
});

export const cniAgentStopped = unitStopped('cni-agent', {
  kind: 'cni-agent-stopped',
  title: 'CNI agent cannot start',
  verb: 'Take its socket',
  heals: 'Give the socket back',
  symptoms:
    'The agent ends as soon as it starts, and its Pod goes to CrashLoopBackOff. Pods that run go on. New Pods of this node cannot get a network: they wait in ContainerCreating with FailedCreatePodSandBox; deleted ones stay Terminating, as their network cannot be taken down.',
  remedy:
    'kubectl describe pod (Events); kubectl -n kube-system logs -l k8s-app=cni-agent; ip route; mend the machine, and delete the agent’s Pod so as not to wait for the back-off.',
});

/** containerd stops answering; the containers have shims of their own and run on. */
export const runtimeHang: Fault = {
  kind: 'runtime-hang',
  title: 'Container runtime hangs',
  group: 'nodes',
  verb: 'Hang runtime',
  heals: 'Let it go on',
  params: [NODE],
  symptoms:
    'Running containers go on. Nothing starts, ends or is probed on the node; new Pods stay in ContainerCreating, deleted ones in Terminating. After 45 s without an answer the kubelet gives the runtime up and the node turns NotReady: container runtime is down.',
  remedy:
    'crictl ps (times out); systemctl status containerd; journalctl -u kubelet (PLEG is not healthy); restart containerd.',
  inject(context) {
    const name = `containerd-${textParameter(context.fault, 'machine')}`;
    const problem = notRunning(context, name);
    if (problem !== undefined) return problem;
    context.kernel.suspendProcess(context.world, name);
    return undefined;
  },
  heal({ world, kernel, fault }) {
    const name = `containerd-${textParameter(fault, 'machine')}`;
    if (world.processes.has(name)) kernel.resumeProcess(world, name);
  },
};

type Resource = 'memory' | 'disk' | 'pids';

const PERCENT: Omit<FaultParameter, 'label'> = {
  name: 'percent',
  type: 'number',
  unit: '%',
  min: 1,
  max: 100,
};

/** Something on the machine that is no Pod takes this much of a resource. */
function pressure(
  resource: Resource,
  words: Pick<Fault, 'kind' | 'title' | 'verb' | 'heals' | 'symptoms' | 'remedy'> & {
    readonly label: string;
    readonly percent: number;
  },
): Fault {
  const { label, percent, ...rest } = words;
  return {
    ...rest,
    group: 'nodes',
    params: [NODE, { ...PERCENT, label, default: percent }],
    inject(context) {
      const { world, fault } = context;
      const problem = noMachine(world, textParameter(fault, 'machine'));
      if (problem !== undefined) return problem;
      take(context, resource, numberParameter(fault, 'percent'));
      return undefined;
    },
    heal(context) {
      const last = othersOn(context, 'machine').at(-1);
      take(context, resource, last === undefined ? 0 : numberParameter(last, 'percent'));
    },
  };
}

/** Sets how much of a resource is taken by others, and lets the kubelet notice, as the kernel's notifier does. */
function take(
  { world, kernel, fault, cause }: FaultContext,
  resource: Resource,
  percent: number,
): void {
  const name = textParameter(fault, 'machine');
  const machine = world.machines.get(name);
  if (machine === undefined) return;
  machine.taken = Object.freeze({ ...machine.taken, [resource]: percent / 100 });
  const to = `kubelet-${name}`;
  const at: Micros = world.now;
  if (world.processes.get(to)?.memory !== undefined)
    kernel.prod(world, {
      to,
      message: { type: 'kubelet/pressure', at } as { type: string },
      cause,
    });
}

export const memoryPressure = pressure('memory', {
  kind: 'memory-pressure',
  title: 'Memory pressure',
  verb: 'Take memory',
  heals: 'Free memory',
  label: 'Memory taken by others',
  percent: 99.5,
  symptoms:
    'Below 100 MiB of memory.available the node reports MemoryPressure and gets the taint node.kubernetes.io/memory-pressure; the kubelet evicts one Pod after the other, those that use more than they asked for first (BestEffort, then Burstable). BestEffort Pods are no longer admitted. The condition stays for 5 minutes after the pressure.',
  remedy:
    'kubectl describe node NAME (Conditions); kubectl get events --field-selector reason=Evicted; free on the machine; set requests and limits.',
});

export const diskPressure = pressure('disk', {
  kind: 'disk-pressure',
  title: 'Disk pressure',
  verb: 'Fill node disk',
  heals: 'Free node disk',
  label: 'Disk taken by others',
  percent: 95,
  symptoms:
    'Below 10 % of nodefs.available (15 % of imagefs) the kubelet first removes unused images; if that is not enough the node reports DiskPressure, is tainted, and Pods are evicted. The condition stays for 5 minutes after the pressure.',
  remedy:
    'kubectl describe node NAME; df -h /var/lib/kubelet /var/lib/containerd; crictl rmi --prune; remove what fills the disk.',
});

export const pidPressure = pressure('pids', {
  kind: 'pid-pressure',
  title: 'PID pressure',
  verb: 'Take process ids',
  heals: 'Free process ids',
  label: 'Process ids taken by others',
  percent: 98,
  symptoms:
    'When fewer than 5 % of the process ids are left the node reports PIDPressure, is tainted, and Pods are evicted by priority.',
  remedy:
    'kubectl describe node NAME; ps -e | wc -l; cat /proc/sys/kernel/pid_max; end what forks.',
});
