import { SECOND } from '../../kernel/time.ts';
import {
  noMachine,
  numberParameter,
  othersOn,
  textParameter,
  type Fault,
  type FaultContext,
} from './fault.ts';
import { MACHINE } from './parameters.ts';

/** A machine without power: its processes are gone at once, and nobody is told. */
export const powerOff: Fault = {
  kind: 'power-off',
  title: 'Machine without power',
  group: 'machines',
  verb: 'Power off',
  heals: 'Power on',
  params: [MACHINE],
  symptoms:
    'Nothing at first. After 40 s without a heartbeat the node is NotReady and tainted; 300 s later its Pods are marked for deletion and replaced elsewhere; the old ones stay Terminating until the machine returns. Of the only control-plane machine: nothing can change, and what runs runs on.',
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

/** A reset: off, and on again when the firmware and the operating system have started. */
export const reboot: Fault = {
  kind: 'reboot',
  title: 'Machine rebooted',
  group: 'machines',
  verb: 'Reboot',
  heals: undefined,
  params: [
    MACHINE,
    {
      name: 'seconds',
      label: 'Back after',
      type: 'number',
      unit: 's',
      default: 30,
      min: 1,
      max: 3600,
    },
  ],
  symptoms:
    'Every container of the machine ends; when it is back the kubelet starts them anew (exit code 255, reason Unknown), writes the Event Rebooted and a new boot id. Shorter than 40 s, the node never turns NotReady.',
  remedy: 'kubectl describe node NAME (Events, System Info: Boot ID); last reboot on the machine.',
  inject({ world, kernel, fault }) {
    const name = textParameter(fault, 'machine');
    const machine = world.machines.get(name);
    if (machine === undefined) return `there is no machine "${name}"`;
    if (machine.power === 'off') return `${name} is off`;
    kernel.powerOff(world, name);
    const message = { type: 'lab/power-on', machine: name } as { type: string };
    kernel.appoint(world, world.now + numberParameter(fault, 'seconds') * SECOND, message);
    return undefined;
  },
  heal() {},
};

/** A clock that is ahead or behind. */
export const clockSkew: Fault = {
  kind: 'clock-skew',
  title: 'Clock skew',
  group: 'machines',
  verb: 'Skew clock',
  heals: 'Set clock',
  params: [
    MACHINE,
    {
      name: 'seconds',
      label: 'Ahead by (negative: behind)',
      type: 'number',
      unit: 's',
      default: 120,
      min: -86_400,
      max: 86_400,
    },
  ],
  symptoms:
    'Times that this machine writes (renewTime, lastTransitionTime, creationTimestamp, Events) are wrong by that much. Leases and node heartbeats go on: their observers count from when they saw a change, by their own clock. Ages look wrong, events out of order.',
  remedy:
    'chronyc tracking, timedatectl on the machine; compare kubectl get lease -A renewTime with date; start the time service.',
  inject({ world, fault }) {
    const machine = world.machines.get(textParameter(fault, 'machine'));
    if (machine === undefined) return noMachine(world, textParameter(fault, 'machine'));
    machine.clockSkewMicros = Math.round(numberParameter(fault, 'seconds') * SECOND);
    return undefined;
  },
  heal(context) {
    const machine = context.world.machines.get(textParameter(context.fault, 'machine'));
    if (machine === undefined) return;
    machine.clockSkewMicros = lastSeconds(context) * SECOND;
  },
};

function lastSeconds(context: FaultContext): number {
  const last = othersOn(context, 'machine').at(-1);
  return last === undefined ? 0 : numberParameter(last, 'seconds');
}
