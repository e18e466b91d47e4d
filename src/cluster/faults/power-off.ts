import { textParameter, type Fault } from './fault.ts';

/** A machine without power: its processes are gone at once, and nobody is told. */
export const powerOff: Fault = {
  kind: 'power-off',
  title: 'Machine without power',
  verb: 'Power off',
  heals: 'Power on',
  params: [{ name: 'machine', type: 'machine' }],
  symptoms:
    'Nothing at first. After 40 s without a heartbeat the node is NotReady and tainted; 300 s later its Pods are marked for deletion and replaced elsewhere; the old ones stay Terminating until the machine returns.',
  remedy:
    'kubectl get nodes; kubectl describe node NAME (conditions, lease); power the machine on.',
  inject({ world, kernel, fault }) {
    const name = textParameter(fault, 'machine');
    const machine = world.machines.get(name);
    if (machine === undefined) return `there is no machine "${name}"`;
    if (machine.power === 'off') return `${name} is off already`;
    kernel.powerOff(world, name);
    return undefined;
  },
  heal({ world, kernel, fault, cause, sink }) {
    kernel.powerOn(world, textParameter(fault, 'machine'), cause, sink);
  },
};
