import type { MachineFacts, ProcessFacts } from '../../../api/machines/questions.ts';

/** The units of a machine that are the cluster's own. */
export interface Unit {
  readonly name: string;
  readonly title: string;
  readonly command: string;
  readonly docs: string;
  readonly process: ProcessFacts;
}

interface Words {
  readonly title: string;
  readonly command: string;
  readonly docs: string;
}

const KNOWN: Readonly<Record<string, Words>> = {
  kubelet: {
    title: 'kubelet: The Kubernetes Node Agent',
    command:
      '/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml',
    docs: 'https://kubernetes.io/docs/',
  },
  containerd: {
    title: 'containerd container runtime',
    command: '/usr/bin/containerd',
    docs: 'https://containerd.io',
  },
};

export function unitsOf({ processes }: MachineFacts): readonly Unit[] {
  return processes.flatMap((process) => {
    const words = Object.hasOwn(KNOWN, process.program) ? KNOWN[process.program] : undefined;
    if (process.runsAs !== 'unit' || words === undefined) return [];
    return [{ name: process.program, ...words, process }];
  });
}

export function unitNamed(facts: MachineFacts, name: string): Unit | undefined {
  const plain = name.replace(/\.service$/, '');
  return unitsOf(facts).find((unit) => unit.name === plain);
}

export type ActiveState = 'active' | 'inactive' | 'activating';

/** A unit that has ended against its will waits to be started again. */
export function activeState({ process }: Unit): ActiveState {
  if (process.state !== 'ended') return 'active';
  return process.enabled ? 'activating' : 'inactive';
}

export function subState(unit: Unit): string {
  return { active: 'running', inactive: 'dead', activating: 'auto-restart' }[activeState(unit)];
}
