import type { FaultRow } from '../../bridge/cards.ts';
import { machineOf, programOf } from '../../view/process-title.ts';
import { faultTarget } from '../actions/faults.ts';

/** What is said of a target, short enough for a lamp's second line. */
const WORDS: Readonly<Record<string, string>> = {
  'power-off': 'power off',
  'network-cut': 'network cut',
  'process-stopped': 'stopped',
};

/** `node-2: power off`, `kubelet on node-1: stopped`. */
export function faultWords(fault: FaultRow): string {
  const target = faultTarget(fault);
  const isProcess = typeof fault.params['process'] === 'string';
  const program = programOf(target);
  const perNode = program === 'kubelet' || program === 'containerd' || program === 'kube-proxy';
  const name = !isProcess ? target : perNode ? `${program} on ${machineOf(target)}` : program;
  return `${name}: ${WORDS[fault.kind] ?? fault.title.toLowerCase()}`;
}
