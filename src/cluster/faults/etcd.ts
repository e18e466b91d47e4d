import { fsyncLatencies, SSD_FSYNC_MICROS } from '../../kernel/machine.ts';
import { MILLISECOND } from '../../kernel/time.ts';
import type { ProcessRecord } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import {
  noMachine,
  othersOn,
  textParameter,
  type Fault,
  type FaultContext,
  type FaultParameter,
} from './fault.ts';
import { addRule, dropRule } from './network.ts';
import { MACHINE } from './parameters.ts';
import { startAgain, stop } from './processes.ts';
import { moveAway, moveBack } from './static-pod-files.ts';

const CONTROL_PLANE: FaultParameter = { ...MACHINE, among: 'control plane', default: 'cp-1' };
const MEMBER: FaultParameter = {
  name: 'process',
  label: 'Member',
  type: 'process',
  choices: ['etcd'],
  default: 'etcd-cp-1',
};

/** Speeds of the dial: what one flush in a hundred takes. */
const SPEEDS: Readonly<Record<string, number>> = {
  '2 ms': 2 * MILLISECOND,
  '10 ms': 10 * MILLISECOND,
  '100 ms': 100 * MILLISECOND,
  '1 s': 1000 * MILLISECOND,
};

export const diskSlow: Fault = {
  kind: 'disk-slow',
  title: 'Slow disk',
  group: 'etcd',
  verb: 'Slow disk',
  heals: 'Restore disk',
  params: [
    CONTROL_PLANE,
    {
      name: 'p99',
      label: 'One flush in a hundred takes',
      type: 'choice',
      choices: Object.keys(SPEEDS),
      default: '100 ms',
    },
  ],
  symptoms:
    'etcd flushes its log before it answers a write: the latency of every write follows. At 100 ms Pods take seconds to start; at 1 s renewals of leases miss their deadline, leaders of the scheduler and the controller-manager change, node heartbeats are late, and Pods stay Pending for want of etcd, not of CPU.',
  remedy:
    'etcd_disk_wal_fsync_duration_seconds (p99 below 10 ms is healthy); etcdctl check perf; iostat -x 1 on the machine; give etcd a disk of its own.',
  inject({ world, fault }) {
    const machine = world.machines.get(textParameter(fault, 'machine'));
    if (machine === undefined) return noMachine(world, textParameter(fault, 'machine'));
    const micros = SPEEDS[textParameter(fault, 'p99')];
    if (micros === undefined) return `there is no such speed: ${textParameter(fault, 'p99')}`;
    machine.fsyncMicros = fsyncLatencies(micros);
    return undefined;
  },
  heal(context) {
    const machine = context.world.machines.get(textParameter(context.fault, 'machine'));
    if (machine === undefined) return;
    const last = othersOn(context, 'machine').at(-1);
    const micros = last === undefined ? undefined : SPEEDS[textParameter(last, 'p99')];
    machine.fsyncMicros =
      micros === undefined ? Object.freeze([...SSD_FSYNC_MICROS]) : fsyncLatencies(micros);
  },
};

export const diskFull: Fault = {
  kind: 'disk-full',
  title: 'Disk full',
  group: 'etcd',
  verb: 'Fill disk',
  heals: 'Free disk',
  params: [CONTROL_PLANE],
  symptoms:
    'etcd cannot write its log: it ends with "no space left on device", and its container goes into CrashLoopBackOff. With one member nothing can change; with three the other two go on.',
  remedy:
    'df -h /var/lib/etcd; kubectl logs -n kube-system etcd-NAME --previous, or crictl logs; free room, and the member comes back by itself.',
  inject({ world, fault }) {
    const name = textParameter(fault, 'machine');
    const machine = world.machines.get(name);
    if (machine === undefined) return `there is no machine "${name}"`;
    if (machine.diskFull === true) return `the disk of ${name} is full already`;
    machine.diskFull = true;
    return undefined;
  },
  heal({ world, fault }) {
    const machine = world.machines.get(textParameter(fault, 'machine'));
    if (machine !== undefined) machine.diskFull = false;
  },
};

/** The etcd processes, in order of installation. */
function members(world: World): readonly ProcessRecord[] {
  return [...world.processes.values()].filter(({ kind }) => kind === 'etcd');
}

export const memberLost: Fault = {
  kind: 'etcd-member-lost',
  title: 'etcd member lost',
  group: 'etcd',
  verb: 'Lose member',
  heals: 'Start it empty',
  params: [MEMBER],
  symptoms:
    'The member and its data are gone. Of three, two go on without a gap. Of one, everything is lost that has not been saved in a snapshot.',
  remedy:
    'etcdctl member list; etcdctl member remove ID; etcdctl member add NAME --peer-urls=…; start the member with an empty directory and --initial-cluster-state=existing. With one member: etcdutl snapshot restore.',
  inject({ world, kernel, fault, cause }) {
    const name = textParameter(fault, 'process');
    const process = world.processes.get(name);
    if (process?.kind !== 'etcd') return `${name} is no etcd member`;
    moveAway(world, kernel, name, cause);
    kernel.stopProcess(world, name, cause);
    kernel.wipeDisk(world, name);
    return undefined;
  },
  heal({ world, kernel, fault, cause }) {
    const name = textParameter(fault, 'process');
    const process = world.processes.get(name);
    if (process === undefined) return;
    if (members(world).length > 1 && process.memory === undefined) {
      // A process of kind etcd has a configuration, and it is plain data.
      const config = process.config as object;
      const existing = Object.freeze({ ...config, initialClusterState: 'existing' });
      kernel.configureProcess(world, name, existing);
      kernel.wipeDisk(world, name);
    }
    moveBack(world, kernel, name, cause);
  },
};

export const quorumLost: Fault = {
  kind: 'etcd-quorum-lost',
  title: 'etcd quorum lost',
  group: 'etcd',
  verb: 'Stop a majority',
  heals: 'Start them',
  params: [],
  symptoms:
    'No write is committed and no linearizable read answered: requests to the API server time out, controllers and scheduler lose their leases, watches are idle. Running Pods and existing Service routing are not touched.',
  remedy:
    'etcdctl endpoint health --cluster; bring one member back, or restore a snapshot into a new cluster (etcdutl snapshot restore).',
  inject(context) {
    const all = members(context.world);
    const majority = Math.floor(all.length / 2) + 1;
    for (const { name } of all.slice(-majority)) stop(context, name);
    return undefined;
  },
  heal(context) {
    for (const { name } of members(context.world)) startAgain(context, name);
  },
};

export const leaderIsolated: Fault = {
  kind: 'etcd-leader-isolated',
  title: 'etcd leader isolated',
  group: 'etcd',
  verb: 'Isolate leader',
  heals: 'Mend network',
  params: [],
  symptoms:
    'The leader no longer reaches the other members: it steps down after an election timeout, and they elect another within one or two seconds. Writes that were under way at the old one are tried again; nothing acknowledged is lost.',
  remedy:
    'etcdctl endpoint status --cluster -w table (IS LEADER, RAFT TERM); etcd_server_leader_changes_seen_total.',
  inject({ world, fault }) {
    const all = members(world);
    if (all.length < 2) return 'there is only one etcd member';
    // A running process of kind etcd remembers its part in Raft.
    const leader = all.find(
      ({ memory }) =>
        (memory as { readonly raft?: { readonly role: string } } | undefined)?.raft?.role ===
        'leader',
    );
    if (leader === undefined) return 'etcd has no leader';
    const to = all.filter((each) => each !== leader).map(({ machine }) => machine);
    addRule(world, fault, { from: [leader.machine], to, bothWays: true }, { kind: 'cut' });
    return undefined;
  },
  heal: dropRule,
};

/** What this file knows of an etcd member. */
interface MemberParts {
  readonly config: { readonly quotaBackendBytes?: number };
  readonly disk: { readonly backend?: { readonly dbSize: number } };
}

function partsOf(process: ProcessRecord): MemberParts {
  // A process of kind etcd.
  return { config: process.config, disk: process.disk } as MemberParts;
}

export const quotaReached: Fault = {
  kind: 'etcd-quota-reached',
  title: 'etcd database at its quota',
  group: 'etcd',
  verb: 'Reach quota',
  heals: 'Raise quota',
  params: [],
  symptoms:
    'The quota is as large as the database is now: the next write raises the NOSPACE alarm, and from then on writes are refused with "etcdserver: mvcc: database space exceeded". Reads and watches go on.',
  remedy:
    'etcdctl alarm list; etcdctl compact REVISION; etcdctl defrag; etcdctl alarm disarm; raise --quota-backend-bytes.',
  inject({ world, kernel }) {
    for (const process of members(world)) {
      const { config, disk } = partsOf(process);
      const quotaBackendBytes = Math.max(1, disk.backend?.dbSize ?? 1);
      kernel.configureProcess(world, process.name, Object.freeze({ ...config, quotaBackendBytes }));
    }
    return undefined;
  },
  heal({ world, kernel }) {
    for (const process of members(world)) {
      const { quotaBackendBytes: _, ...config } = partsOf(process).config;
      kernel.configureProcess(world, process.name, Object.freeze(config));
    }
  },
};

export const dataCorrupt: Fault = {
  kind: 'etcd-data-corrupt',
  title: 'etcd data corrupt',
  group: 'etcd',
  verb: 'Corrupt data',
  heals: undefined,
  params: [MEMBER],
  symptoms:
    'One member answers another value for a key than the others. The corruption check finds it out and raises the CORRUPT alarm for that member, which then refuses requests.',
  remedy:
    'etcdctl alarm list; etcdctl endpoint hashkv --cluster; remove the member, empty its directory, add it again.',
  inject({ world, kernel, fault, cause }: FaultContext) {
    const name = textParameter(fault, 'process');
    const process = world.processes.get(name);
    if (process?.kind !== 'etcd') return `${name} is no etcd member`;
    if (process.memory === undefined) return `${name} is not running`;
    // A process of kind etcd keeps its keys on its disk.
    const { keys } = process.disk as { readonly keys: ReadonlyMap<string, unknown> };
    const key = [...keys.keys()].find((each) => each.startsWith('/registry/configmaps/'));
    if (key === undefined) return 'there is no ConfigMap whose value could be changed';
    kernel.prod(world, {
      to: name,
      message: { type: 'etcd/flip-value', key } as { type: string },
      cause,
    });
    return undefined;
  },
  heal() {},
};
