import type { MachineFacts } from '../../api/machines/questions.ts';
import type { Program } from '../program.ts';
import type { Completer, Completion } from '../shell/completion.ts';
import type { ProgramEntry } from '../shell/execution.ts';
import { CRICTL_WORDS, crictl } from './crictl/crictl.ts';
import { ETCDCTL_FLAGS, ETCDCTL_WORDS, etcdctl } from './etcdctl/etcdctl.ts';
import { etcdutl } from './etcdctl/etcdutl.ts';
import { kubeadm, openssl } from './machine/certificates.ts';
import { chronyc, timedatectl } from './machine/clock.ts';
import { kill, pgrep, pkill } from './machine/signals.ts';
import { df, free, iostat, powerOff, ps, reboot, top, uname, uptime } from './machine/figures.ts';
import { curl, wget } from './network/curl.ts';
import { ip, iptables, iptablesSave, ss } from './network/interfaces.ts';
import { dig, getent, host, nslookup } from './network/names.ts';
import { nc, ping, traceroute } from './network/reaching.ts';
import { journalctl } from './systemd/journalctl.ts';
import { noMachines } from './asking.ts';
import { systemctl } from './systemd/systemctl.ts';

/** The programs that ask the cluster's machines, by where they are installed. */

function entry(name: string, about: string, program: Program, complete?: Completer): ProgramEntry {
  const run: Program = (args, io, context) =>
    program(args, io, context).catch((error: unknown) => {
      const why = noMachines(error);
      if (why === undefined) throw error;
      io.err(`${name}: ${why}\n`);
      return 1;
    });
  return complete === undefined ? { name, about, run } : { name, about, run, complete };
}

/** Words after a command, by the word before; `''`: the first. */
function wordsBy(
  table: Readonly<Record<string, readonly string[]>>,
  flags: readonly string[] = [],
): Completer {
  return async (words): Promise<readonly Completion[]> => {
    const word = words.at(-1) ?? '';
    if (word.startsWith('-')) return flags.map((flag) => ({ text: `--${flag}` }));
    const before = words.slice(1, -1).filter((each) => !each.startsWith('-'));
    const key = before.length === 0 ? '' : (before.at(-1) ?? '');
    return (Object.hasOwn(table, key) ? (table[key] ?? []) : []).map((text) => ({ text }));
  };
}

const UNITS = ['kubelet', 'containerd'];
const VERBS = ['status', 'start', 'stop', 'restart', 'is-active', 'kill', 'cat', 'show'];

const completeHosts: Completer = async (_words, { context }) => {
  const machines = (await context.machines?.({ kind: 'machines' })) ?? [];
  return machines.flatMap(({ name, role }) =>
    role === 'laptop' ? [] : [{ text: name, about: role }],
  );
};

const completeSystemctl: Completer = async (words) => {
  const before = words.slice(1, -1).filter((each) => !each.startsWith('-'));
  return (before.length === 0 ? [...VERBS, 'list-units', 'reboot', 'poweroff'] : UNITS).map(
    (text) => ({ text }),
  );
};

const completeJournal: Completer = async (words) =>
  /^(?:-\w*u|--unit)$/.test(words.at(-2) ?? '')
    ? UNITS.map((text) => ({ text }))
    : ['-u', '-f', '-n', '--since', '--no-pager', '-r'].map((text) => ({ text }));

const completeCrictl: Completer = async (words, { context }) => {
  const before = words.slice(1, -1).filter((each) => !each.startsWith('-'));
  if (before.length === 0) return CRICTL_WORDS.map((text) => ({ text }));
  if (!['logs', 'exec', 'stop', 'inspect'].includes(before[0] ?? '')) return [];
  const facts = await context.machines?.({ kind: 'facts', machine: context.machine });
  return (facts?.containers ?? []).map(({ id, name, pod }) => ({
    text: id.replace(/^.*\/\//, '').slice(0, 13),
    about: `${name} of ${pod}`,
  }));
};

/** On every machine, the laptop included. */
export const NETWORK_TOOLS: readonly ProgramEntry[] = [
  entry('curl', 'an HTTP request', curl),
  entry('wget', 'fetches a page', wget),
  entry('ping', 'whether a machine or Pod answers', ping, completeHosts),
  entry('nc', 'whether a port is open (-zv)', nc, completeHosts),
  entry('nslookup', 'asks a name server', nslookup),
  entry('dig', 'asks a name server', dig),
  entry('host', 'asks a name server', host),
  entry('getent', 'addresses of names', getent),
  entry('traceroute', 'the way to a machine', traceroute, completeHosts),
  entry('openssl', 'looks at certificates (x509, s_client)', openssl),
];

const NODE_TOOLS: readonly ProgramEntry[] = [
  entry('crictl', 'containers and Pods of this machine', crictl, completeCrictl),
  entry('systemctl', 'units of this machine', systemctl, completeSystemctl),
  entry('journalctl', 'what units have logged', journalctl, completeJournal),
  entry('iptables', 'rules of this machine (-L, -S)', iptables),
  entry('iptables-save', 'all rules of this machine', iptablesSave),
  entry(
    'ip',
    'addresses and routes',
    ip,
    wordsBy({ '': ['address', 'link', 'neighbour', 'route'] }),
  ),
  entry('ss', 'ports that are listened on (-ltnp)', ss),
  entry('iostat', 'how busy and how slow the disk is (-x 1)', iostat),
  entry('df', 'room on the disk', df),
  entry('free', 'memory', free),
  entry('top', 'processes and load, once', top),
  entry('ps', 'processes', ps),
  entry('kill', 'sends a signal to a process', kill),
  entry('pkill', 'sends a signal to processes of a name', pkill),
  entry('pgrep', 'finds processes', pgrep),
  entry('pidof', 'finds processes', pgrep),
  entry('timedatectl', 'the clock', timedatectl),
  entry('chronyc', 'how far the clock is off (tracking)', chronyc),
  entry('uptime', 'since when it runs, and the load', uptime),
  entry('uname', 'the system', uname),
  entry('reboot', 'restarts the machine', reboot),
  entry('poweroff', 'switches the machine off', powerOff),
  entry('shutdown', 'switches the machine off', powerOff),
  entry(
    'kubeadm',
    'version, certs check-expiration',
    kubeadm,
    wordsBy({ '': ['version', 'certs'], certs: ['check-expiration'] }),
  ),
];

const ETCD_TOOLS: readonly ProgramEntry[] = [
  entry('etcdctl', 'asks and operates etcd', etcdctl, wordsBy(ETCDCTL_WORDS, ETCDCTL_FLAGS)),
  entry(
    'etcdutl',
    'looks at snapshots and restores them',
    etcdutl,
    wordsBy({ '': ['snapshot', 'version'], snapshot: ['status', 'restore'] }),
  ),
];

/** kubectl where there is no kubeconfig. */
const kubectlWithoutConfig: ProgramEntry = entry(
  'kubectl',
  'controls the cluster',
  async (_args, io) => {
    io.err(
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n',
    );
    return 1;
  },
);

/** What is installed on a machine besides the tools that every shell has. */
export function machinePrograms(
  role: MachineFacts['role'],
  kubectl: ProgramEntry,
): readonly ProgramEntry[] {
  if (role === 'control-plane') return [...NETWORK_TOOLS, ...NODE_TOOLS, ...ETCD_TOOLS, kubectl];
  return [...NETWORK_TOOLS, ...NODE_TOOLS, kubectlWithoutConfig];
}
