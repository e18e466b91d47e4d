import type { Program } from '../../program.ts';
import { askConnection, OVERDUE, resolveHost } from '../asking.ts';

/** `ping`, `nc`, `traceroute`: whether somebody answers. */

const PING_PATIENCE = 1000;

export const ping: Program = async (args, io, context) => {
  const given = new Map<string, number>();
  let host: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const match = /^-([cWwis])(\d+(?:\.\d+)?)?$/.exec(args[i] ?? '');
    if (match !== null) given.set(match[1] ?? '', Number(match[2] ?? args[++i] ?? 1));
    else if (!args[i]?.startsWith('-')) host = args[i];
  }
  if (host === undefined) {
    io.err('ping: usage error: Destination address required\n');
    return 1;
  }
  const ip = await resolveHost(context, io, host);
  if (ip === undefined) {
    io.err(`ping: ${host}: Name or service not known\n`);
    return 2;
  }
  const count = given.get('c') ?? Number.POSITIVE_INFINITY;
  const patience = (given.get('W') ?? given.get('w') ?? 0) * 1000 || PING_PATIENCE;
  io.out(`PING ${host} (${ip}) 56(84) bytes of data.\n`);
  let received = 0;
  let sent = 0;
  const began = context.now();
  while (sent < count && !io.signal.aborted) {
    if (sent > 0) {
      await context.sleep((given.get('i') ?? 1) * 1000, io.signal).catch(() => undefined);
      if (io.signal.aborted) break;
    }
    sent += 1;
    const answer = await askConnection(
      context,
      io,
      { kind: 'echo', from: context.machine, ip },
      patience,
    );
    if (answer === OVERDUE) continue;
    if (answer.kind === 'unreachable') {
      io.out(`From ${context.machine} icmp_seq=${sent} Destination Host Unreachable\n`);
      continue;
    }
    received += 1;
    const millis = ip.startsWith('127.') ? '0.041' : (0.31 + ((sent * 37) % 23) / 100).toFixed(3);
    io.out(`64 bytes from ${ip}: icmp_seq=${sent} ttl=64 time=${millis} ms\n`);
  }
  const lost = sent === 0 ? 0 : Math.round(((sent - received) / sent) * 100);
  io.out(
    `\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${received} received, ${lost}% packet loss, time ${Math.max(0, Math.round(context.now() - began))}ms\n`,
  );
  return received > 0 ? 0 : 1;
};

export const nc: Program = async (args, io, context) => {
  let patience = 130_000;
  const words: string[] = [];
  let isUdp = false;
  let isVerbose = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (/^-w\d*$/.test(arg)) patience = Number(arg.slice(2) || args[++i] || 1) * 1000;
    else if (arg.startsWith('-')) {
      isUdp ||= arg.includes('u');
      isVerbose ||= arg.includes('v');
    } else words.push(arg);
  }
  const [host, range = ''] = words;
  if (host === undefined || range === '') {
    io.err('usage: nc [-uvz] [-w timeout] destination port\n');
    return 1;
  }
  const ip = await resolveHost(context, io, host);
  if (ip === undefined) {
    io.err(`nc: getaddrinfo for host "${host}" port ${range}: Name or service not known\n`);
    return 1;
  }
  const [from = 0, to = from] = range.split('-').map(Number);
  let status = 0;
  for (let port = from; port <= to && port < from + 1024; port++) {
    const question = {
      kind: 'open',
      from: context.machine,
      ip,
      port,
      protocol: isUdp ? 'UDP' : 'TCP',
    } as const;
    const answer = await askConnection(context, io, question, patience);
    const protocol = isUdp ? 'udp' : 'tcp';
    if (answer !== OVERDUE && answer.kind === 'open') {
      if (isVerbose)
        io.err(`Connection to ${host} (${ip}) ${port} port [${protocol}/*] succeeded!\n`);
      continue;
    }
    status = 1;
    const why =
      answer === OVERDUE
        ? 'Connection timed out'
        : answer.kind === 'unreachable'
          ? 'No route to host'
          : 'Connection refused';
    if (isVerbose)
      io.err(`nc: connect to ${host} (${ip}) port ${port} (${protocol}) failed: ${why}\n`);
  }
  return status;
};

/** The machines are on one network, so that the way to any of them is one step. */
export const traceroute: Program = async (args, io, context) => {
  const host = args.find((arg) => !arg.startsWith('-'));
  if (host === undefined) {
    io.err('Usage: traceroute host\n');
    return 2;
  }
  const ip = await resolveHost(context, io, host);
  if (ip === undefined) {
    io.err(`${host}: Name or service not known\n`);
    return 2;
  }
  io.out(`traceroute to ${host} (${ip}), 30 hops max, 60 byte packets\n`);
  const answer = await askConnection(
    context,
    io,
    { kind: 'echo', from: context.machine, ip },
    5000,
  );
  if (answer !== OVERDUE && answer.kind === 'open')
    io.out(` 1  ${host} (${ip})  0.312 ms  0.287 ms  0.291 ms\n`);
  else for (let hop = 1; hop <= 5; hop++) io.out(` ${hop}  * * *\n`);
  return 0;
};
