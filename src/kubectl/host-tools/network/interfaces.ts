import type { MachineFacts, ProcessFacts } from '../../../api/machines/questions.ts';
import type { Program } from '../../program.ts';
import { factsHere } from '../asking.ts';

/** `ip`, `ss`, `iptables`: the network of the machine itself. */

const GATEWAY = '192.168.0.1';

export const ip: Program = async (args, io, context) => {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const [object = ''] = words;
  const facts = await factsHere(context);
  if ('address'.startsWith(object) && object !== '')
    io.out(
      addresses(
        facts,
        args.some((arg) => /^-(?:br|brief)$/.test(arg)),
      ),
    );
  else if ('route'.startsWith(object) && object !== '') io.out(routes(facts));
  else if ('link'.startsWith(object) && object !== '') io.out(links(facts));
  else if ('neighbour'.startsWith(object) && object !== '') {
    for (const each of facts.lan)
      if (each.name !== facts.name)
        io.out(`${each.address} dev eth0 lladdr ${hardware(each.address)} REACHABLE\n`);
  } else {
    io.err(
      'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\nwhere  OBJECT := { address | link | neighbour | route }\n',
    );
    return 255;
  }
  return 0;
};

function bridge({ podCidr }: MachineFacts): string {
  return podCidr === '' ? '' : podCidr.replace(/\.0\/\d+$/, '.1');
}

function hardware(address: string): string {
  const parts = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return `52:54:${parts.join(':')}`;
}

function addresses(facts: MachineFacts, isBrief: boolean): string {
  const { address = '' } = facts;
  const bridgeAddress = bridge(facts);
  if (isBrief) {
    const rows = [
      ['lo', 'UNKNOWN', '127.0.0.1/8'],
      ['eth0', 'UP', `${address}/16`],
      ...(bridgeAddress === '' ? [] : [['cni0', 'UP', `${bridgeAddress}/24`]]),
    ];
    return rows
      .map(
        ([name = '', state = '', inet = '']) => `${name.padEnd(17)}${state.padEnd(15)}${inet} \n`,
      )
      .join('');
  }
  const lines = [
    '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000',
    '    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
    '    inet 127.0.0.1/8 scope host lo',
    '       valid_lft forever preferred_lft forever',
    '2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000',
    `    link/ether ${hardware(address)} brd ff:ff:ff:ff:ff:ff`,
    `    inet ${address}/16 brd 192.168.255.255 scope global eth0`,
    '       valid_lft forever preferred_lft forever',
  ];
  if (bridgeAddress !== '')
    lines.push(
      '3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000',
      `    link/ether ${hardware(bridgeAddress)} brd ff:ff:ff:ff:ff:ff`,
      `    inet ${bridgeAddress}/24 brd ${bridgeAddress.replace(/\.1$/, '.255')} scope global cni0`,
      '       valid_lft forever preferred_lft forever',
    );
  facts.podAddresses.forEach((_each, index) => {
    lines.push(
      `${4 + index}: veth${hardware(_each).replace(/:/g, '').slice(4)}@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master cni0 state UP group default qlen 1000`,
      `    link/ether ${hardware(_each)} brd ff:ff:ff:ff:ff:ff link-netnsid ${index}`,
    );
  });
  return `${lines.join('\n')}\n`;
}

function links(facts: MachineFacts): string {
  return addresses(facts, false)
    .split('\n')
    .filter((line) => !/^\s+(?:inet|valid_lft)/.test(line))
    .join('\n');
}

function routes(facts: MachineFacts): string {
  const { address = '', podCidr, lan } = facts;
  const lines = [`default via ${GATEWAY} dev eth0 proto static`];
  const bridgeAddress = bridge(facts);
  if (bridgeAddress !== '')
    lines.push(`${podCidr} dev cni0 proto kernel scope link src ${bridgeAddress}`);
  for (const { cidr, machine } of facts.routes) {
    const via = lan.find(({ name }) => name === machine)?.address;
    if (via !== undefined && machine !== facts.name) lines.push(`${cidr} via ${via} dev eth0`);
  }
  lines.push(`192.168.0.0/16 dev eth0 proto kernel scope link src ${address}`);
  return `${lines.join('\n')}\n`;
}

/** Ports on which the cluster's own programs listen. */
const LISTENERS: Readonly<Record<string, readonly string[]>> = {
  'kube-apiserver': ['*:6443'],
  etcd: ['127.0.0.1:2379', 'ADDRESS:2379', 'ADDRESS:2380', '127.0.0.1:2381'],
  'kube-controller-manager': ['127.0.0.1:10257'],
  'kube-scheduler': ['127.0.0.1:10259'],
  kubelet: ['127.0.0.1:10248', '*:10250'],
  'kube-proxy': ['127.0.0.1:10249', '*:10256'],
  containerd: ['127.0.0.1:44321'],
};

export const ss: Program = async (args, io, context) => {
  const facts = await factsHere(context);
  const letters = args.filter((arg) => /^-\w/.test(arg)).join('');
  const withProcess = letters.includes('p');
  const rows: { readonly local: string; readonly process: ProcessFacts | undefined }[] = [
    { local: '0.0.0.0:22', process: undefined },
  ];
  for (const process of facts.processes) {
    if (process.state === 'ended') continue;
    const ports = Object.hasOwn(LISTENERS, process.program)
      ? (LISTENERS[process.program] ?? [])
      : [];
    for (const port of ports)
      rows.push({ local: port.replace('ADDRESS', facts.address ?? ''), process });
  }
  io.out(
    `State   Recv-Q  Send-Q    Local Address:Port     Peer Address:Port  ${withProcess ? 'Process' : ''}\n`.replace(
      / +\n/,
      '\n',
    ),
  );
  for (const { local, process } of rows) {
    const peer = local.startsWith('*') ? '*:*' : '0.0.0.0:*';
    const users = !withProcess
      ? ''
      : process === undefined
        ? 'users:(("sshd",pid=611,fd=3))'
        : `users:(("${process.program}",pid=${process.pid},fd=3))`;
    const colon = local.lastIndexOf(':');
    const from = `${local.slice(0, colon).padStart(15)}:${local.slice(colon + 1).padEnd(10)}`;
    const to = `${(peer.split(':')[0] ?? '').padStart(12)}:*    `;
    const line = `LISTEN  0       4096  ${from} ${to} ${users}`;
    io.out(`${line.trimEnd()}\n`);
  }
  return 0;
};

export const iptablesSave: Program = async (args, io, context) => {
  const table = valueOf(args, '-t', '--table');
  const text = (await context.machines?.({ kind: 'rules', machine: context.machine })) ?? '';
  io.out(table === undefined ? text : (tableOf(text, table)?.join('\n') ?? '').concat('\n'));
  return 0;
};

function valueOf(args: readonly string[], ...names: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => names.includes(arg));
  return at < 0 ? undefined : args[at + 1];
}

function tableOf(text: string, table: string): readonly string[] | undefined {
  const lines = text.split('\n');
  const from = lines.indexOf(`*${table}`);
  return from < 0 ? undefined : lines.slice(from, lines.indexOf('COMMIT', from) + 1);
}

/** `iptables [-t TABLE] -L|-S [CHAIN]`. */
export const iptables: Program = async (args, io, context) => {
  const table = valueOf(args, '-t', '--table') ?? 'filter';
  const verb = args.find((arg) => /^-(?:L|S|[nv]*L[nv]*)$|^--list/.test(arg)) ?? '';
  const words = args.filter(
    (arg, index) =>
      !arg.startsWith('-') && args[index - 1] !== '-t' && args[index - 1] !== '--table',
  );
  const text = (await context.machines?.({ kind: 'rules', machine: context.machine })) ?? '';
  const lines = tableOf(text, table);
  if (lines === undefined) {
    io.err(
      `iptables v1.8.11 (nf_tables): can't initialize iptables table \`${table}': Table does not exist\n`,
    );
    return 3;
  }
  if (verb === '') {
    io.err(
      'iptables v1.8.11 (nf_tables): kubarium: rules are listed here (-L, -S); kube-proxy writes them\n',
    );
    return 2;
  }
  const [chain] = words;
  const chains = lines
    .filter((line) => line.startsWith(':'))
    .map((line) => line.slice(1).split(' '));
  const wanted = chains.filter(([name]) => chain === undefined || name === chain);
  if (wanted.length === 0) {
    io.err('iptables: No chain/target/match by that name.\n');
    return 1;
  }
  const rules = lines.filter((line) => line.startsWith('-A '));
  if (verb.includes('S')) {
    for (const [name = '', policy = ''] of wanted)
      io.out(policy === '-' ? `-N ${name}\n` : `-P ${name} ${policy}\n`);
    for (const rule of rules)
      if (chain === undefined || rule.startsWith(`-A ${chain} `)) io.out(`${rule}\n`);
    return 0;
  }
  const shown = wanted.map(([name = '', policy = '']) => {
    const own = rules.filter((rule) => rule.startsWith(`-A ${name} `));
    const references = rules.filter((rule) => rule.includes(`-j ${name}`)).length;
    const title =
      policy === '-'
        ? `Chain ${name} (${references} references)`
        : `Chain ${name} (policy ${policy})`;
    return [title, 'target     prot opt source               destination', ...own.map(listed)].join(
      '\n',
    );
  });
  io.out(`${shown.join('\n\n')}\n`);
  return 0;
};

/** A rule as `iptables -L -n` shows it. */
function listed(rule: string): string {
  const option = (name: string): string | undefined =>
    new RegExp(`(?:^| )${name} ("[^"]*"|\\S+)`).exec(rule)?.[1];
  const target = option('-j') ?? '';
  const protocol = option('-p') ?? 'all';
  const numbers: Readonly<Record<string, string>> = { tcp: '6', udp: '17', all: '0' };
  const comment = option('--comment');
  const rest = [
    comment === undefined ? '' : `/* ${comment.replace(/"/g, '')} */`,
    option('--dport') === undefined ? '' : `${protocol} dpt:${option('--dport') ?? ''}`,
    option('--probability') === undefined
      ? ''
      : `statistic mode random probability ${option('--probability') ?? ''}`,
    option('--to-destination') === undefined ? '' : `to:${option('--to-destination') ?? ''}`,
    option('--reject-with') === undefined ? '' : `reject-with ${option('--reject-with') ?? ''}`,
  ].filter((each) => each !== '');
  const source = (option('-s') ?? '0.0.0.0/0').replace('/32', '');
  const destination = (option('-d') ?? '0.0.0.0/0').replace('/32', '');
  const number = (numbers[protocol] ?? protocol).padEnd(4);
  const ends = `${source.padEnd(20)} ${destination.padEnd(20)}`;
  return `${target.padEnd(10)} ${number} --  ${ends} ${rest.join(' ')}`.trimEnd();
}
