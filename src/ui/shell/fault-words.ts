import type { FaultRow, FaultScheduleRow } from '../../bridge/cards.ts';
import type { FaultDeclaration } from '../../bridge/protocol.ts';
import { machineOf, programOf } from '../../view/process-title.ts';
import { ageText } from '../../view/words.ts';
import { faultTarget } from '../actions/faults.ts';

/** What is said of a target, short enough for a lamp's second line. */
const WORDS: Readonly<Record<string, string>> = {
  'power-off': 'power off',
  'network-cut': 'network cut',
  'process-stopped': 'stopped',
  'process-hang': 'hangs',
  'disk-slow': 'slow disk',
};

/** Parameters that name the target: they are said first, the others after the fault. */
const TARGETS: ReadonlySet<string> = new Set(['machine', 'process', 'podUid', 'container']);

const PER_NODE: ReadonlySet<string> = new Set(['kubelet', 'containerd', 'kube-proxy', 'cni-agent']);

/** `node-2: power off`, `kubelet on node-1: stopped`, `cp-1: slow disk, 100 ms`. */
export function faultWords(
  fault: Pick<FaultRow, 'kind' | 'title' | 'params'>,
  catalogue: readonly FaultDeclaration[] = [],
): string {
  const target = faultTarget(fault);
  const isProcess = typeof fault.params['process'] === 'string';
  const program = programOf(target);
  const machine = machineOf(target);
  const isAmongOthers = PER_NODE.has(program) || (machine !== '' && machine !== 'cp-1');
  const name = !isProcess ? target : isAmongOthers ? `${program} on ${machine}` : program;
  const what = WORDS[fault.kind] ?? lowerFirst(fault.title);
  const details = detailsOf(fault, catalogue);
  const said = details === '' ? what : `${what}, ${details}`;
  return name === '' ? said : `${name}: ${said}`;
}

/** `node-2: machine rebooted, 30 s, every 5m`. */
export function scheduleWords(
  schedule: FaultScheduleRow,
  catalogue: readonly FaultDeclaration[] = [],
): string {
  const again = `every ${ageText(schedule.everyMicros)}`;
  const left = schedule.left === undefined ? '' : `, ${schedule.left} more`;
  return `${faultWords(schedule, catalogue)}, ${again}${left}`;
}

/** `Slow disk` → `slow disk`; `API server overload` and `kubelet stopped` stay as they are. */
function lowerFirst(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

function detailsOf(
  { kind, params }: Pick<FaultRow, 'kind' | 'params'>,
  catalogue: readonly FaultDeclaration[],
): string {
  const declared = catalogue.find((each) => each.kind === kind)?.params ?? [];
  const said: string[] = [];
  if (typeof params['from'] === 'string')
    said.push(`${params['from']} – ${String(params['to'] ?? '*').replace('*', 'everyone else')}`);
  for (const { name, type, unit = '' } of declared) {
    const value = params[name];
    if (TARGETS.has(name) || type === 'machines' || value === undefined || value === '') continue;
    if (type === 'switch') {
      if (name === 'bothWays' && value === false) said.push('one way');
      continue;
    }
    said.push(
      `${String(value)}${unit === '' || unit === '%' || unit.startsWith('/') ? unit : ` ${unit}`}`,
    );
  }
  return said.join(', ');
}
