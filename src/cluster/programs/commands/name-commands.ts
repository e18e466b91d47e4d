import type { DnsType } from '../../network/packets.ts';
import {
  done,
  flagsOf,
  isBusybox,
  type Command,
  type CommandResult,
  type Invocation,
  type NetworkAnswer,
  type NetworkCommand,
  type NetworkRequest,
} from './command.ts';

/** nslookup, dig, host and getent: what a name server says, in each program's own words. */

/** Whether a name means the Pod itself. */
export function isLocal(host: string, call: Invocation): boolean {
  return (
    host === 'localhost' ||
    host === '0.0.0.0' ||
    host === '[::1]' ||
    host.startsWith('127.') ||
    host === call.config.hostname
  );
}

const TYPES: readonly DnsType[] = ['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'NS', 'TXT', 'SOA'];

function typeOf(word: string | undefined): DnsType | undefined {
  const upper = word?.toUpperCase().replace(/^-(Q?TYPE|QUERY)=/, '');
  return TYPES.find((type) => type === upper);
}

/** What one of these commands asks for; undefined: it names nothing. */
function questionOf(call: Invocation): NetworkRequest | undefined {
  const name = call.argv[0];
  const words = call.argv.slice(1);
  let recordType: DnsType | undefined;
  let server: string | undefined;
  let searches = name !== 'dig';
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string; // In range.
    if (word === '-t' || word === '-x') {
      if (word === '-t') recordType = typeOf(words[++i]) ?? recordType;
    } else if (word.startsWith('@')) server = word.slice(1);
    else if (word === '+search') searches = true;
    else if (typeOf(word) !== undefined) recordType = typeOf(word);
    else if (!/^[+-]/.test(word)) operands.push(word);
  }
  const [host] = operands;
  if (host === undefined) return undefined;
  if (name !== 'dig' && name !== 'getent') server ??= operands[1];
  return Object.freeze({
    kind: 'resolve',
    host,
    port: 0,
    ...(recordType === undefined ? undefined : { recordType }),
    ...(server === undefined ? undefined : { server }),
    ...(searches ? undefined : { plain: true as const }),
  });
}

export const lookUp: Command = (call) => {
  const request = questionOf(call);
  if (request === undefined) return done(1, '', `Usage: ${call.argv[0]} HOST\n`);
  const { host } = request;
  if (isLocal(host, call)) return done(0, `Name:\t${host}\nAddress: 127.0.0.1\n`);
  return { kind: 'network', request };
};

export const lookedUp: NetworkCommand = (call, answer) => {
  const request = questionOf(call);
  if (request === undefined) return done(1);
  switch (call.argv[0]) {
    case 'dig':
      return dug(call, request, answer);
    case 'host':
      return hostSays(request, answer);
    case 'getent':
      return answer.kind === 'address'
        ? done(0, answer.ips.map((ip) => `${ip.padEnd(15)} ${answer.name}\n`).join(''))
        : done(2);
    default:
      return nslookupSays(call, request, answer);
  }
};

function nslookupSays(
  call: Invocation,
  { host }: NetworkRequest,
  answer: NetworkAnswer,
): CommandResult {
  if (answer.kind === 'no-name-server' && answer.why !== 'failed')
    return done(1, '', ';; connection timed out; no servers could be reached\n\n');
  const server = 'server' in answer ? (answer.server ?? '') : '';
  const at = isBusybox(call) ? ':53' : '#53';
  const head = `Server:\t\t${server}\nAddress:\t${server}${at}\n\n`;
  if (answer.kind === 'no-name-server')
    return done(1, head, `** server can't find ${host}: SERVFAIL\n`);
  if (answer.kind !== 'address') {
    const empty = answer.kind === 'no-such-name' && answer.empty;
    return done(
      1,
      head,
      empty ? `*** Can't find ${host}: No answer\n` : `** server can't find ${host}: NXDOMAIN\n`,
    );
  }
  const lines = answer.records.map(({ name, type, data }) => {
    if (type === 'A') return `Name:\t${name}\nAddress: ${data}\n`;
    if (type === 'PTR') return `${name}\tname = ${data}\n`;
    return type === 'SRV' ? `${name}\tservice = ${data}\n` : `${name}\tcanonical name = ${data}.\n`;
  });
  return done(0, `${head}${lines.join('')}\n`);
}

function hostSays({ host }: NetworkRequest, answer: NetworkAnswer): CommandResult {
  if (answer.kind === 'no-name-server')
    return done(1, ';; connection timed out; no servers could be reached\n');
  if (answer.kind !== 'address') {
    const empty = answer.kind === 'no-such-name' && answer.empty;
    return done(empty ? 0 : 1, empty ? '' : `Host ${host} not found: 3(NXDOMAIN)\n`);
  }
  const words: Readonly<Partial<Record<DnsType, string>>> = {
    A: 'has address',
    PTR: 'domain name pointer',
    SRV: 'has SRV record',
    CNAME: 'is an alias for',
  };
  return done(
    0,
    answer.records
      .map(({ name, type, data }) => `${name} ${words[type] ?? 'has'} ${data}\n`)
      .join(''),
  );
}

function dug(call: Invocation, request: NetworkRequest, answer: NetworkAnswer): CommandResult {
  const isShort = call.argv.includes('+short');
  if (answer.kind === 'no-name-server' && answer.why !== 'failed') {
    const why = answer.why === 'refused' ? 'connection refused' : 'timed out';
    return done(
      9,
      `;; communications error to ${request.server ?? 'the name server'}#53: ${why}\n;; no servers could be reached\n`,
    );
  }
  const records = answer.kind === 'address' ? answer.records : [];
  if (isShort) return done(0, records.map(({ data }) => `${data}\n`).join(''));
  const status =
    answer.kind === 'no-name-server'
      ? 'SERVFAIL'
      : answer.kind === 'no-such-name' && !answer.empty
        ? 'NXDOMAIN'
        : 'NOERROR';
  const name = answer.kind === 'address' ? answer.name : request.host;
  const type = request.recordType ?? 'A';
  const server = 'server' in answer ? (answer.server ?? '') : '';
  const section = records.map(
    (each) => `${each.name}.\t${each.ttl}\tIN\t${each.type}\t${each.data}`,
  );
  return done(
    0,
    [
      '',
      `; <<>> DiG 9.18.33 <<>> ${flagsOf(call.argv).operands.join(' ')}`,
      ';; global options: +cmd',
      ';; Got answer:',
      `;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: 4096`,
      `;; flags: qr aa rd; QUERY: 1, ANSWER: ${records.length}, AUTHORITY: 0, ADDITIONAL: 1`,
      '',
      ';; QUESTION SECTION:',
      `;${name}.\t\tIN\t${type}`,
      '',
      ...(section.length > 0 ? [';; ANSWER SECTION:', ...section, ''] : []),
      ';; Query time: 1 msec',
      `;; SERVER: ${server}#53(${server}) (UDP)`,
      '',
      '',
    ].join('\n'),
  );
}
