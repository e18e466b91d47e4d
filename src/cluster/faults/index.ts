import type { Kernel, Sink } from '../../kernel/kernel.ts';
import type { ActiveFault, World } from '../../kernel/world.ts';
import { containerCrash, containerOom } from './container-killed.ts';
import type { Fault } from './fault.ts';
import { networkCut } from './network-cut.ts';
import { powerOff } from './power-off.ts';
import { processStopped } from './process-stopped.ts';

/** Every fault there is, in the order in which menus show them. */
export const FAULTS: readonly Fault[] = [
  powerOff,
  networkCut,
  processStopped,
  containerCrash,
  containerOom,
];

/** Breaks something. Answers a sentence when it cannot be done; the world is then unchanged. */
export function injectFault(
  world: World,
  kernel: Kernel,
  sink: Sink,
  request: { readonly fault: string; readonly params: ActiveFault['params'] },
): string | undefined {
  const fault = FAULTS.find((each) => each.kind === request.fault);
  if (fault === undefined) return `there is no fault "${request.fault}"`;
  const active: ActiveFault = Object.freeze({
    id: `fault-${world.nextSeq++}`,
    kind: fault.kind,
    params: Object.freeze({ ...request.params }),
    since: world.now,
  });
  const cause = kernel.note(world, { by: 'you', what: describeFault(fault.verb, active) });
  const refusal = fault.inject({ world, kernel, sink, cause, fault: active });
  if (refusal !== undefined) return refusal;
  if (fault.heals !== undefined) world.faults = [...world.faults, active];
  return undefined;
}

/** Mends one active fault. Answers a sentence when there is none with this id. */
export function healFault(
  world: World,
  kernel: Kernel,
  sink: Sink,
  id: string,
): string | undefined {
  const active = world.faults.find((each) => each.id === id);
  const fault = FAULTS.find((each) => each.kind === active?.kind);
  if (active === undefined || fault === undefined) return `nothing called "${id}" is broken`;
  world.faults = world.faults.filter((each) => each.id !== id);
  const cause = kernel.note(world, {
    by: 'you',
    what: describeFault(fault.heals ?? 'Mend', active),
  });
  fault.heal({ world, kernel, sink, cause, fault: active });
  return undefined;
}

/** A sentence for the chain of causes, for example `Power off node-2`. */
function describeFault(verb: string, active: ActiveFault): string {
  const subject =
    active.params['process'] ?? active.params['container'] ?? active.params['machine'] ?? '';
  return `${verb} ${subject}`;
}
