import { NODE } from './parameters.ts';
import { textParameter, type Fault, type FaultContext } from './fault.ts';

/** A container's main process dies of itself, as a bug would make it. */
export const containerCrash: Fault = {
  kind: 'container-crash',
  title: 'Container crash',
  group: 'containers',
  verb: 'Crash container',
  heals: undefined,
  params: [
    NODE,
    { name: 'podUid', label: 'Pod', type: 'pod' },
    { name: 'container', label: 'Container', type: 'container' },
  ],
  symptoms:
    'The container exits with code 1; the kubelet restarts it after a back-off that doubles each time.',
  remedy: 'kubectl describe pod NAME (Last State); kubectl logs NAME --previous.',
  inject: (context) => kill(context, 'crash'),
  heal() {},
};

/** The kernel's out-of-memory killer takes a container. */
export const containerOom: Fault = {
  ...containerCrash,
  kind: 'container-oom',
  title: 'Out of memory',
  verb: 'OOM-kill container',
  symptoms: 'The container ends with exit code 137 and reason OOMKilled; the kubelet restarts it.',
  inject: (context) => kill(context, 'oom'),
};

function kill(
  { world, kernel, fault, cause }: FaultContext,
  how: 'crash' | 'oom',
): string | undefined {
  const machine = textParameter(fault, 'machine');
  const to = `containerd-${machine}`;
  const runtime = world.processes.get(to);
  if (runtime === undefined) return `there is no container runtime on "${machine}"`;
  if (runtime.memory === undefined) return `${to} is not running`;
  kernel.prod(world, {
    to,
    message: {
      type: 'containerd/kill-container',
      podUid: textParameter(fault, 'podUid'),
      container: textParameter(fault, 'container'),
      how,
    } as { type: string },
    cause,
  });
  return undefined;
}
