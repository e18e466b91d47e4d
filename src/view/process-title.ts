/** A process as a person calls it: its program, and the machine where that matters. */

const PROGRAMS: Readonly<Record<string, string>> = {
  'kube-apiserver': 'API server',
  'kube-scheduler': 'Scheduler',
  'kube-controller-manager': 'Controller manager',
  etcd: 'etcd',
  kubelet: 'kubelet',
  containerd: 'containerd',
  'load-balancer': 'Load balancer',
  coredns: 'CoreDNS',
  'kube-proxy': 'kube-proxy',
  'cni-agent': 'CNI agent',
};

/** The program of a process named `program-machine`, or the name itself. */
export function programOf(process: string): string {
  for (const program of Object.keys(PROGRAMS)) {
    if (process === program || process.startsWith(`${program}-`)) return program;
  }
  return process;
}

/** The machine of a process named `program-machine`; empty when there is none. */
export function machineOf(process: string): string {
  const program = programOf(process);
  return process.length > program.length ? process.slice(program.length + 1) : '';
}

/** Programs that run on every node, so that their machine must be said. */
const PER_NODE: ReadonlySet<string> = new Set(['kubelet', 'containerd', 'kube-proxy', 'cni-agent']);

/** `kube-scheduler-cp-1` → `Scheduler`; `kubelet-node-1` → `kubelet on node-1`; `etcd-cp-2` → `etcd on cp-2`; `you` → `You`. */
export function processTitle(process: string): string {
  if (process === 'you') return 'You';
  const program = programOf(process);
  const title = PROGRAMS[program] ?? process;
  const machine = machineOf(process);
  // The first machine of the control plane is most often the only one.
  const isOther = machine.startsWith('cp-') && machine !== 'cp-1';
  return PER_NODE.has(program) || isOther ? `${title} on ${machineOf(process)}` : title;
}

/** The title of a component: `kube-scheduler` → `Scheduler`. */
export function componentTitle(component: string): string {
  return PROGRAMS[component] ?? component;
}

/** The same where there is little room: `kube-controller-manager` → `Controllers`. */
export function shortComponentTitle(component: string): string {
  return component === 'kube-controller-manager' ? 'Controllers' : componentTitle(component);
}
