import type { FaultRow } from '../../bridge/cards.ts';
import { machineOf, programOf } from '../../view/process-title.ts';
import { faultTarget } from '../actions/faults.ts';

/** `node-2: Power off`, `kubelet on node-1: Stopped`. */
export function faultWords(fault: FaultRow): string {
  const target = faultTarget(fault);
  const isProcess = typeof fault.params['process'] === 'string';
  const program = programOf(target);
  const perNode = program === 'kubelet' || program === 'containerd';
  const name = !isProcess ? target : perNode ? `${program} on ${machineOf(target)}` : program;
  return `${name}: ${fault.title.toLowerCase()}`;
}
