import { textParameter, type Fault } from './fault.ts';

/** A component that has been stopped (`systemctl stop`): its memory is gone, its disk stays. */
export const processStopped: Fault = {
  kind: 'process-stopped',
  title: 'Component stopped',
  verb: 'Stop',
  heals: 'Start',
  params: [{ name: 'process', type: 'process' }],
  symptoms:
    'What this loop did is no longer done: without a scheduler new Pods stay Pending without an event, without the controller-manager nothing is replaced, without the API server nothing changes, without a kubelet its node goes NotReady while its containers run on.',
  remedy: 'kubectl get lease -n kube-system; systemctl status NAME on its machine; start it again.',
  inject({ world, kernel, fault, cause }) {
    const name = textParameter(fault, 'process');
    const process = world.processes.get(name);
    if (process === undefined) return `there is no process "${name}"`;
    if (!process.enabled) return `${name} is stopped already`;
    kernel.stopProcess(world, name, cause);
    return undefined;
  },
  heal({ world, kernel, fault, cause, sink }) {
    kernel.startProcess(world, textParameter(fault, 'process'), cause, sink);
  },
};
