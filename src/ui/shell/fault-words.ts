import type { FaultRow } from '../../bridge/cards.ts';
import { machineOf, programOf } from '../../view/process-title.ts';
import { faultTarget } from '../actions/faults.ts';

/** What is said of a target, short enough for a lamp's second line. */
const WORDS: Readonly<Record<string, string>> = {
  'power-off': 'has no power',
  'network-cut': 'is cut off',
  'process-stopped': 'is stopped',
};

/** `node-2 has no power`, `kubelet on node-1 is stopped`. */
export function faultWords(fault: FaultRow): string {
  const target = faultTarget(fault);
  const isProcess = typeof fault.params['process'] === 'string';
  const program = programOf(target);
  const perNode = program === 'kubelet' || program === 'containerd';
  const name = !isProcess ? target : perNode ? `${program} on ${machineOf(target)}` : program;
  return `${name} ${WORDS[fault.kind] ?? fault.title.toLowerCase()}`;
}
