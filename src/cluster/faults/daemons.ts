import type { FaultContext } from './fault.ts';

/**
 * Programs of a node that run in Pods of DaemonSets. Nobody can stop one of those for good: the kubelet starts it again,
 * and its Pod, once deleted, is made anew. What keeps one down is a machine that is not as it needs it.
 */

/** What is found missing, by the kind of process: words of its log. */
const LACKS: Readonly<Record<string, string>> = {
  'kube-proxy': 'iptables is not available on this host',
  'cni-agent': 'listen unix /run/cni-agent/cni-agent.sock: bind: permission denied',
};

/** Whether a process runs in a Pod of a DaemonSet. */
export function isDaemon({ world }: FaultContext, name: string): boolean {
  return Object.hasOwn(LACKS, world.processes.get(name)?.kind ?? '');
}

/** Takes from the machine what a daemon needs: it ends, and ends again as often as it is started. */
export function takeNeeds(
  { world, kernel, cause }: FaultContext,
  name: string,
): string | undefined {
  const process = world.processes.get(name);
  if (process === undefined) return `there is no process "${name}"`;
  const config = process.config as { readonly lacks?: string }; // Of a kind in the table.
  if (config.lacks !== undefined) return `${name} is stopped already`;
  const lacks = LACKS[process.kind];
  kernel.configureProcess(world, name, Object.freeze({ ...config, lacks }));
  kernel.killProcess(world, name, cause);
  return undefined;
}

/** The machine is as it should be: the next start succeeds, for which the kubelet takes its time. */
export function giveNeeds({ world, kernel }: FaultContext, name: string): void {
  const process = world.processes.get(name);
  if (process === undefined) return;
  const { lacks: _, ...config } = process.config as { readonly lacks?: string };
  kernel.configureProcess(world, name, Object.freeze(config));
}
