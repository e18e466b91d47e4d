import type { Kernel, Sink } from '../../kernel/kernel.ts';
import type { ActiveFault, World } from '../../kernel/world.ts';
import { apiOverload, certificateExpired } from './api-server.ts';
import { containerCrash, containerOom } from './container-killed.ts';
import {
  dataCorrupt,
  diskFull,
  diskSlow,
  leaderIsolated,
  memberLost,
  quorumLost,
  quotaReached,
} from './etcd.ts';
import type { Fault } from './fault.ts';
import { clockSkew, powerOff, reboot } from './machines.ts';
import { networkCut, networkDelay, networkLoss, networkPartition } from './network.ts';
import {
  cniAgentStopped,
  diskPressure,
  kubeletStopped,
  kubeProxyStopped,
  memoryPressure,
  pidPressure,
  runtimeHang,
} from './nodes.ts';
import { withDefaults } from './parameters.ts';
import { processCrash, processHang, processSlow, processStopped } from './processes.ts';

/** Every fault there is, in the order in which menus show them. */
export const FAULTS: readonly Fault[] = [
  powerOff,
  reboot,
  clockSkew,
  networkCut,
  networkPartition,
  networkDelay,
  networkLoss,
  processStopped,
  processCrash,
  processHang,
  processSlow,
  diskSlow,
  diskFull,
  memberLost,
  quorumLost,
  leaderIsolated,
  quotaReached,
  dataCorrupt,
  apiOverload,
  certificateExpired,
  kubeletStopped,
  runtimeHang,
  kubeProxyStopped,
  cniAgentStopped,
  memoryPressure,
  diskPressure,
  pidPressure,
  containerCrash,
  containerOom,
];

/** A fault that somebody asks for. */
export interface FaultRequest {
  readonly fault: string;
  readonly params: ActiveFault['params'];
  /** It mends itself after this long; undefined: it stays. */
  readonly forMicros?: number;
  /** It comes back, counted from one beginning to the next; undefined: once. */
  readonly everyMicros?: number;
  /** How often it comes in all; undefined: until it is called off. */
  readonly times?: number;
}

/** Breaks something, now and as often as asked. Answers a sentence when it cannot be done; the world is then unchanged. */
export function injectFault(
  world: World,
  kernel: Kernel,
  sink: Sink,
  request: FaultRequest,
): string | undefined {
  const { everyMicros, forMicros, times } = request;
  if (everyMicros !== undefined) {
    if (everyMicros <= 0) return 'every is longer than nothing';
    if (forMicros !== undefined && forMicros >= everyMicros)
      return 'a fault is over before it comes back: for is shorter than every';
  }
  const refusal = breakOnce(world, kernel, sink, request, everyMicros !== undefined);
  if (refusal !== undefined || everyMicros === undefined || times === 1) return refusal;
  const id = `repeat-${world.nextSeq++}`;
  const schedule = Object.freeze({
    id,
    fault: request.fault,
    params: Object.freeze({ ...request.params }),
    ...(forMicros === undefined ? undefined : { forMicros }),
    everyMicros,
    left: times === undefined ? undefined : times - 1,
    nextAt: world.now + everyMicros,
  });
  world.faultSchedules = [...(world.faultSchedules ?? []), schedule];
  kernel.appoint(world, schedule.nextAt, { type: 'lab/repeat', id } as LabAppointment);
  return undefined;
}

function breakOnce(
  world: World,
  kernel: Kernel,
  sink: Sink,
  request: FaultRequest,
  isRepeated: boolean,
): string | undefined {
  const fault = FAULTS.find((each) => each.kind === request.fault);
  if (fault === undefined) return `there is no fault "${request.fault}"`;
  const { forMicros } = request;
  if (forMicros !== undefined && forMicros <= 0) return 'for is longer than nothing';
  if (fault.heals !== undefined && isRepeated && forMicros === undefined)
    return `${fault.title} stays until it is mended: to repeat it say for how long (for)`;
  const params = withDefaults(fault, request.params);
  if (typeof params === 'string') return params;
  const active: ActiveFault = Object.freeze({
    id: `fault-${world.nextSeq++}`,
    kind: fault.kind,
    params: Object.freeze(params),
    since: world.now,
    ...(forMicros === undefined ? undefined : { until: world.now + forMicros }),
  });
  const cause = kernel.note(world, { by: 'you', what: describeFault(fault.verb, active) });
  const refusal = fault.inject({ world, kernel, sink, cause, fault: active });
  kernel.disturb(world);
  if (refusal !== undefined) return refusal;
  if (fault.heals === undefined) return undefined;
  world.faults = [...world.faults, active];
  if (active.until !== undefined)
    kernel.appoint(world, active.until, { type: 'lab/heal', id: active.id } as LabAppointment);
  return undefined;
}

/** Mends one active fault, or calls a repetition off. Answers a sentence when there is none with this id. */
export function healFault(
  world: World,
  kernel: Kernel,
  sink: Sink,
  id: string,
): string | undefined {
  const schedules = world.faultSchedules ?? [];
  if (schedules.some((each) => each.id === id)) {
    world.faultSchedules = schedules.filter((each) => each.id !== id);
    return undefined;
  }
  const active = world.faults.find((each) => each.id === id);
  const fault = FAULTS.find((each) => each.kind === active?.kind);
  if (active === undefined || fault === undefined) return `nothing called "${id}" is broken`;
  world.faults = world.faults.filter((each) => each.id !== id);
  const cause = kernel.note(world, {
    by: 'you',
    what: describeFault(fault.heals ?? 'Mend', active),
  });
  fault.heal({ world, kernel, sink, cause, fault: active });
  kernel.disturb(world);
  return undefined;
}

/** What the laboratory has put on the agenda. */
export type LabAppointment =
  | { readonly type: 'lab/heal'; readonly id: string }
  | { readonly type: 'lab/repeat'; readonly id: string }
  | { readonly type: 'lab/power-on'; readonly machine: string };

/** Keeps an appointment of the laboratory. What has been called off meanwhile is not done. */
export function keepLabAppointment(
  world: World,
  kernel: Kernel,
  sink: Sink,
  appointment: LabAppointment,
): void {
  switch (appointment.type) {
    case 'lab/heal':
      if (world.faults.some(({ id }) => id === appointment.id))
        healFault(world, kernel, sink, appointment.id);
      return;
    case 'lab/power-on': {
      const cause = kernel.note(world, { by: 'you', what: `${appointment.machine} starts again` });
      kernel.powerOn(world, appointment.machine, cause, sink);
      return;
    }
    case 'lab/repeat':
      repeat(world, kernel, sink, appointment.id);
  }
}

function repeat(world: World, kernel: Kernel, sink: Sink, id: string): void {
  const schedule = world.faultSchedules?.find((each) => each.id === id);
  if (schedule === undefined || schedule.nextAt > world.now) return;
  const others = (world.faultSchedules ?? []).filter((each) => each !== schedule);
  // A target that is gone or broken otherwise is left out this time.
  breakOnce(world, kernel, sink, schedule, true);
  const left = schedule.left === undefined ? undefined : schedule.left - 1;
  if (left === 0) {
    world.faultSchedules = others;
    return;
  }
  const next = Object.freeze({ ...schedule, left, nextAt: world.now + schedule.everyMicros });
  world.faultSchedules = [...others, next];
  kernel.appoint(world, next.nextAt, { type: 'lab/repeat', id } as LabAppointment);
}

/** A sentence for the chain of causes, for example `Power off node-2`. */
function describeFault(verb: string, active: ActiveFault): string {
  const subject =
    active.params['process'] ?? active.params['container'] ?? active.params['machine'] ?? '';
  return `${verb} ${subject}`.trim();
}
