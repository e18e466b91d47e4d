import type { Program } from '../../program.ts';
import { readGoLine } from '../go-flags.ts';
import { fail, openSession, type EtcdSession } from './client.ts';
import { endpoint } from './endpoint.ts';
import { compact, del, get, put } from './keys.ts';
import { alarm, check, defrag, snapshot } from './maintenance.ts';
import { member, moveLeader } from './member.ts';

/** `etcdctl` 3.6: asks the members that its endpoints lead to, as an operator does on a control-plane machine. */

const VERSION = '3.6.6';

type Command = (session: EtcdSession, words: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, { readonly about: string; readonly run: Command }>> = {
  alarm: { about: 'Alarm related commands', run: alarm },
  check: { about: 'commands for checking properties of the etcd cluster', run: check },
  compaction: { about: 'Compacts the event history in etcd', run: compact },
  defrag: {
    about: 'Defragments the storage of the etcd members with given endpoints',
    run: (session) => defrag(session),
  },
  del: { about: 'Removes the specified key or range of keys [key, range_end)', run: del },
  endpoint: { about: 'Endpoint related commands', run: endpoint },
  get: { about: 'Gets the key or a range of keys', run: get },
  member: { about: 'Membership related commands', run: member },
  'move-leader': {
    about: 'Transfers leadership to another etcd cluster member.',
    run: moveLeader,
  },
  put: { about: 'Puts the given key into the store', run: put },
  snapshot: { about: 'Manages etcd node snapshots', run: snapshot },
};

const FLAGS = {
  valued: [
    'endpoints',
    'cacert',
    'cert',
    'key',
    'command-timeout',
    'dial-timeout',
    'keepalive-time',
    'keepalive-timeout',
    'user',
    'password',
    'write-out',
    'peer-urls',
    'limit',
    'rev',
    'consistency',
    'sort-by',
    'order',
    'discovery-srv',
    'lease',
    'load',
  ],
  switches: [
    'cluster',
    'prefix',
    'from-key',
    'keys-only',
    'count-only',
    'print-value-only',
    'physical',
    'learner',
    'debug',
    'hex',
    'help',
    'insecure-transport',
    'insecure-skip-tls-verify',
    'insecure-discovery',
    'prev-kv',
    'auto-compact',
    'auto-defrag',
  ],
  letters: { w: 'write-out', h: 'help' },
};

/** What nobody here answers. */
const ABSENT = new Set([
  'auth',
  'role',
  'user',
  'lease',
  'lock',
  'elect',
  'txn',
  'watch',
  'make-mirror',
  'downgrade',
]);

export const etcdctl: Program = async (args, io, context) => {
  const line = readGoLine(args, FLAGS);
  if (typeof line === 'string') return fail({ io }, line, 1);
  const [name, ...words] = line.words;
  if (name === undefined || name === 'help' || (line.has('help') && words.length === 0)) {
    io.out(help());
    return 0;
  }
  if (name === 'version') {
    io.out(`etcdctl version: ${VERSION}\nAPI version: 3.6\n`);
    return 0;
  }
  if (ABSENT.has(name))
    return fail({ io }, `kubarium: etcdctl ${name} is not there (see kubectl get -w for watching)`);
  const key = name === 'compact' ? 'compaction' : name;
  const command = Object.hasOwn(COMMANDS, key) ? COMMANDS[key] : undefined;
  if (command === undefined) {
    io.err(`Error: unknown command "${name}" for "etcdctl"\nRun 'etcdctl --help' for usage.\n`);
    return 1;
  }
  const session = openSession(context, io, line);
  if (typeof session === 'string') return fail({ io }, session, 128);
  const formats = ['simple', 'json', 'table', 'fields', 'protobuf'];
  if (!formats.includes(session.format) || session.format === 'protobuf')
    return fail(session, 'unsupported output format', 2);
  return command.run(session, words);
};

function help(): string {
  const rows = [
    ...Object.entries(COMMANDS),
    ['version', { about: 'Prints the version of etcdctl' }] as const,
  ];
  const commands = rows.map(([name, { about }]) => `\t${name.padEnd(14)}${about}\n`).join('');
  return `NAME:
	etcdctl - A simple command line client for etcd3.

USAGE:
	etcdctl [flags]

VERSION:
	${VERSION}

API VERSION:
	3.6

COMMANDS:
${commands}
OPTIONS:
      --cacert=""				verify certificates of TLS-enabled secure servers using this CA bundle
      --cert=""					identify secure client using this TLS certificate file
      --command-timeout=5s			timeout for short running command (excluding dial timeout)
      --endpoints=[127.0.0.1:2379]		gRPC endpoints
  -h, --help[=false]				help for etcdctl
      --key=""					identify secure client using this TLS key file
  -w, --write-out="simple"			set the output format (fields, json, simple, table)
`;
}

/** Words that may follow, for completion. */
export const ETCDCTL_WORDS: Readonly<Record<string, readonly string[]>> = {
  '': [...Object.keys(COMMANDS), 'version'],
  endpoint: ['health', 'status', 'hashkv'],
  member: ['add', 'list', 'promote', 'remove', 'update'],
  alarm: ['list', 'disarm'],
  snapshot: ['save'],
  check: ['perf'],
};
export const ETCDCTL_FLAGS: readonly string[] = [...FLAGS.valued, ...FLAGS.switches];
