import { MILLISECOND } from '../../kernel/time.ts';
import { giveNeeds, isDaemon, takeNeeds } from './daemons.ts';
import {
  numberParameter,
  othersOn,
  textParameter,
  type Fault,
  type FaultContext,
  type FaultParameter,
} from './fault.ts';
import { hasManifest, isMovedAway, moveAway, moveBack } from './static-pod-files.ts';

const PROCESS: FaultParameter = { name: 'process', label: 'Process', type: 'process' };

/** Ends a process as an operator does it, whatever keeps it running. Answers a sentence when that cannot be done. */
export function stop(context: FaultContext, name: string): string | undefined {
  const { world, kernel, cause } = context;
  const process = world.processes.get(name);
  if (process === undefined) return `there is no process "${name}"`;
  if (hasManifest(world, name)) {
    if (isMovedAway(world, name)) return `${name} is stopped already`;
    moveAway(world, kernel, name, cause);
    return undefined;
  }
  if (isDaemon(context, name)) return takeNeeds(context, name);
  if (!process.enabled) return `${name} is stopped already`;
  kernel.stopProcess(world, name, cause);
  return undefined;
}

export function startAgain(context: FaultContext, name: string): void {
  const { world, kernel, cause, sink } = context;
  if (!world.processes.has(name)) return;
  if (hasManifest(world, name)) moveBack(world, kernel, name, cause);
  else if (isDaemon(context, name)) giveNeeds(context, name);
  else kernel.startProcess(world, name, cause, sink);
}

/** Answers a sentence when a process is not there or not running. */
export function notRunning({ world }: FaultContext, name: string): string | undefined {
  const process = world.processes.get(name);
  if (process === undefined) return `there is no process "${name}"`;
  return process.memory === undefined ? `${name} is not running` : undefined;
}

/** A component that has been stopped: its memory is gone, its disk stays. */
export const processStopped: Fault = {
  kind: 'process-stopped',
  title: 'Component stopped',
  group: 'components',
  verb: 'Stop',
  heals: 'Start',
  params: [PROCESS],
  symptoms:
    'What this loop did is no longer done: without a scheduler new Pods stay Pending without an event, without the controller-manager nothing is replaced, without the API server nothing changes, without a kubelet its node goes NotReady while its containers run on. A component of the control plane is stopped by moving its manifest away, so its Pod in kube-system is gone too; one in a Pod of a DaemonSet by taking from its machine what it needs, so it is started again and again and its Pod is in CrashLoopBackOff.',
  remedy:
    'kubectl get pods,lease -n kube-system; on the machine: ls /etc/kubernetes/manifests, crictl ps, systemctl status NAME; move the manifest back or start the unit.',
  inject: (context) => stop(context, textParameter(context.fault, 'process')),
  heal: (context) => startAgain(context, textParameter(context.fault, 'process')),
};

/** `kill -9`: whoever keeps the process running starts it again. */
export const processCrash: Fault = {
  kind: 'process-crash',
  title: 'Component crash',
  group: 'components',
  verb: 'Crash',
  heals: undefined,
  params: [PROCESS],
  symptoms:
    'The process is gone at once and comes back by itself: a static Pod is restarted by the kubelet (its restart count rises, and after a few crashes it waits in CrashLoopBackOff), a unit of the host by systemd after 5 to 10 s. Its clients see the connection break and list and watch anew.',
  remedy: 'kubectl get pods -n kube-system (RESTARTS); crictl ps -a; journalctl -u NAME.',
  inject(context) {
    const name = textParameter(context.fault, 'process');
    const problem = notRunning(context, name);
    if (problem !== undefined) return problem;
    context.kernel.killProcess(context.world, name, context.cause);
    return undefined;
  },
  heal() {},
};

/** `kill -STOP`: alive, and deaf. */
export const processHang: Fault = {
  kind: 'process-hang',
  title: 'Component hangs',
  group: 'components',
  verb: 'Hang',
  heals: 'Let go on',
  params: [PROCESS],
  symptoms:
    'The process neither answers nor ends. Its connections stay open, so peers wait for their own timeouts and give up after 45 s of silence; leases it holds run out. In a static Pod its probes time out, and after the failure threshold the kubelet kills the container and starts another.',
  remedy:
    'On the machine: ps -o stat,pid,cmd (state T); curl -k https://localhost:PORT/livez; kill -CONT, or kill -9.',
  inject(context) {
    const name = textParameter(context.fault, 'process');
    const problem = notRunning(context, name);
    if (problem !== undefined) return problem;
    context.kernel.suspendProcess(context.world, name);
    return undefined;
  },
  heal({ world, kernel, fault }) {
    const name = textParameter(fault, 'process');
    if (world.processes.has(name)) kernel.resumeProcess(world, name);
  },
};

/** Others take the CPU: each step takes its time. */
export const processSlow: Fault = {
  kind: 'process-slow',
  title: 'Component short of CPU',
  group: 'components',
  verb: 'Slow down',
  heals: 'Give it CPU',
  params: [
    PROCESS,
    {
      name: 'stepMillis',
      label: 'Each step takes',
      type: 'number',
      unit: 'ms',
      default: 50,
      min: 1,
      max: 10_000,
    },
  ],
  symptoms:
    'Everything that the process does comes late, in order; under load its queue grows without end. Requests to it run into timeouts, its own renewals of a lease come too late, and another replica takes over.',
  remedy:
    'On the machine: top, /sys/fs/cgroup/…/cpu.stat (throttled); raise requests, move load away.',
  inject({ world, kernel, fault }) {
    const name = textParameter(fault, 'process');
    if (!world.processes.has(name)) return `there is no process "${name}"`;
    kernel.slowProcess(world, name, numberParameter(fault, 'stepMillis') * MILLISECOND);
    return undefined;
  },
  heal(context) {
    const { world, kernel, fault } = context;
    const name = textParameter(fault, 'process');
    if (!world.processes.has(name)) return;
    const last = othersOn(context, 'process').at(-1);
    const millis = last === undefined ? 0 : numberParameter(last, 'stepMillis');
    kernel.slowProcess(world, name, millis * MILLISECOND);
  },
};
