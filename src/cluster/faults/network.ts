import { MILLISECOND } from '../../kernel/time.ts';
import type { WireRule } from '../../kernel/wire.ts';
import type { ActiveFault, World } from '../../kernel/world.ts';
import {
  noMachine,
  numberParameter,
  textParameter,
  type Fault,
  type FaultContext,
  type FaultParameter,
} from './fault.ts';
import { MACHINE } from './parameters.ts';

/** A machine that no packet reaches or leaves; everything on it goes on running. */
export const networkCut: Fault = {
  kind: 'network-cut',
  title: 'Network cut',
  group: 'network',
  verb: 'Cut network',
  heals: 'Mend network',
  params: [MACHINE],
  symptoms:
    'As for a lost node to the rest of the cluster, but its containers go on running: after eviction two copies of a Pod may be alive. When the cable is back the kubelet ends the ones it should no longer run.',
  remedy:
    'kubectl get nodes; compare crictl ps on the machine with kubectl get pods; mend the network.',
  inject({ world, fault }) {
    const machine = textParameter(fault, 'machine');
    const problem = noMachine(world, machine);
    if (problem !== undefined) return problem;
    const isCut = world.wire.rules.some(
      ({ effect, from, to }) => effect.kind === 'cut' && from.includes(machine) && to.includes('*'),
    );
    if (isCut) return `${machine} is cut off already`;
    addRule(world, fault, { from: [machine], to: ['*'], bothWays: true }, { kind: 'cut' });
    return undefined;
  },
  heal: dropRule,
};

const FROM: FaultParameter = { name: 'from', label: 'Between', type: 'machines' };
const TO: FaultParameter = { name: 'to', label: 'and', type: 'machines', default: '*' };
const BOTH_WAYS: FaultParameter = {
  name: 'bothWays',
  label: 'In both directions',
  type: 'switch',
  default: true,
};

/** Two groups of machines that do not reach each other, or only one way. */
export const networkPartition: Fault = {
  kind: 'network-partition',
  title: 'Network partition',
  group: 'network',
  verb: 'Partition',
  heals: 'Mend network',
  params: [FROM, TO, BOTH_WAYS],
  symptoms:
    'Between the groups nothing passes. A minority of etcd members elects nobody and serves no writes; nodes on the far side of the API server go NotReady. One way only is the cruel case: requests arrive and answers do not.',
  remedy:
    'etcdctl endpoint status --cluster; kubectl get nodes; ping and ip route between machines.',
  inject: (context) => between(context, { kind: 'cut' }),
  heal: dropRule,
};

export const networkDelay: Fault = {
  kind: 'network-delay',
  title: 'Network latency',
  group: 'network',
  verb: 'Delay packets',
  heals: 'Mend network',
  params: [
    FROM,
    TO,
    {
      name: 'millis',
      label: 'Delay',
      type: 'number',
      unit: 'ms',
      default: 100,
      min: 1,
      max: 60_000,
    },
    BOTH_WAYS,
  ],
  symptoms:
    'Every round trip takes longer. Between etcd members beyond the heartbeat interval leaders change; between nodes and the API server everything is late and nothing fails.',
  remedy:
    'etcd_network_peer_round_trip_time_seconds; ping; tc qdisc show; raise --heartbeat-interval where members are far apart.',
  inject: (context) =>
    between(context, {
      kind: 'delay',
      byMicros: numberParameter(context.fault, 'millis') * MILLISECOND,
    }),
  heal: dropRule,
};

export const networkLoss: Fault = {
  kind: 'network-loss',
  title: 'Packet loss',
  group: 'network',
  verb: 'Lose packets',
  heals: 'Mend network',
  params: [
    FROM,
    TO,
    {
      name: 'percent',
      label: 'Lost',
      type: 'number',
      unit: '%',
      default: 20,
      min: 1,
      max: 100,
    },
    BOTH_WAYS,
  ],
  symptoms:
    'Lost packets are sent again after 200 ms and longer, and what follows waits behind them: latencies jump, heartbeats come in bursts, short timeouts fail.',
  remedy: 'ping -c 100; ip -s link; netstat -s (retransmitted segments).',
  inject: (context) =>
    between(context, { kind: 'loss', percent: numberParameter(context.fault, 'percent') }),
  heal: dropRule,
};

function between({ world, fault }: FaultContext, effect: WireRule['effect']): string | undefined {
  const from = machinesOf(fault, 'from');
  const to = machinesOf(fault, 'to');
  for (const name of [...from, ...to]) {
    const problem = name === '*' ? undefined : noMachine(world, name);
    if (problem !== undefined) return problem;
  }
  if (from.length === 0 || to.length === 0) return 'between which machines?';
  addRule(world, fault, { from, to, bothWays: fault.params['bothWays'] !== false }, effect);
  return undefined;
}

/** A list of machines: names with commas between them. */
export function machinesOf(fault: ActiveFault, name: string): readonly string[] {
  return textParameter(fault, name)
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

export function addRule(
  world: World,
  fault: ActiveFault,
  where: { from: readonly string[]; to: readonly string[]; bothWays: boolean },
  effect: WireRule['effect'],
): void {
  const rule: WireRule = Object.freeze({
    id: fault.id,
    from: Object.freeze([...where.from]),
    to: Object.freeze([...where.to]),
    bothWays: where.bothWays,
    effect: Object.freeze(effect),
  });
  world.wire.rules = [...world.wire.rules, rule];
}

export function dropRule({ world, fault }: FaultContext): void {
  world.wire.rules = world.wire.rules.filter((rule) => rule.id !== fault.id);
}
