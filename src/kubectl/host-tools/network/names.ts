import type { ConnectionAnswer, DnsRecordType } from '../../../api/machines/questions.ts';
import type { Program, ProgramContext, ProgramIo } from '../../program.ts';
import { formatDate } from '../../tools/date-format.ts';
import { askConnection, factsHere, OVERDUE, resolveHost } from '../asking.ts';

/** `nslookup`, `dig`, `host`: names, asked of the machine's resolver or of any server. */

const PATIENCE = 5000;
const RESOLVER = '192.168.0.1';
const TYPES = new Set(['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'NS', 'TXT', 'SOA']);

interface Asked {
  readonly name: string;
  readonly type: DnsRecordType;
  /** Undefined: the machine's own. */
  readonly server: string | undefined;
}

type DnsAnswer = Extract<ConnectionAnswer, { kind: 'dns' }>;

async function ask(
  { name, type, server }: Asked,
  io: ProgramIo,
  context: ProgramContext,
): Promise<DnsAnswer | undefined> {
  const address = server === undefined ? undefined : await resolveHost(context, io, server);
  const question = {
    kind: 'dns',
    from: context.machine,
    server: address,
    name: name.replace(/\.$/, ''),
    recordType: type,
  } as const;
  const answer = await askConnection(context, io, question, PATIENCE);
  return answer === OVERDUE || answer.kind !== 'dns' ? undefined : answer;
}

function reversed(ip: string): string {
  return `${ip.split('.').reverse().join('.')}.in-addr.arpa`;
}

function isAddress(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text);
}

export const nslookup: Program = async (args, io, context) => {
  const typed = args
    .find((arg) => /^-(?:type|query|q)=/.test(arg))
    ?.split('=')[1]
    ?.toUpperCase();
  const [name, server] = args.filter((arg) => !arg.startsWith('-'));
  if (name === undefined) {
    io.err('usage: nslookup NAME [SERVER]\n');
    return 1;
  }
  const isReverse = isAddress(name);
  const type = (isReverse ? 'PTR' : (typed ?? 'A')) as DnsRecordType; // What is unknown gets no records.
  const shown = server ?? RESOLVER;
  const own = (await factsHere(context)).lan.find((each) => each.name === name);
  if (own !== undefined && server === undefined) {
    // The machines' own network has a name server that knows them.
    io.out(
      `Server:\t\t${RESOLVER}\nAddress:\t${RESOLVER}#53\n\nName:\t${name}\nAddress: ${own.address}\n\n`,
    );
    return 0;
  }
  const answer = await ask({ name: isReverse ? reversed(name) : name, type, server }, io, context);
  if (answer === undefined) {
    io.out(
      `;; communications error to ${shown}#53: timed out\n;; communications error to ${shown}#53: timed out\n;; no servers could be reached\n\n`,
    );
    return 1;
  }
  io.out(`Server:\t\t${shown}\nAddress:\t${shown}#53\n\n`);
  if (answer.records.length === 0) {
    io.out(
      `** server can't find ${isReverse ? reversed(name) : name}: ${answer.code === 'NOERROR' ? 'No answer' : answer.code}\n\n`,
    );
    return 1;
  }
  for (const record of answer.records) {
    if (record.type === 'A') io.out(`Name:\t${record.name}\nAddress: ${record.data}\n`);
    else if (record.type === 'PTR') io.out(`${record.name}\tname = ${record.data}\n`);
    else
      io.out(
        `${record.name}\t${record.type === 'SRV' ? 'service' : record.type.toLowerCase()} = ${record.data}\n`,
      );
  }
  io.out('\n');
  return 0;
};

function readDig(args: readonly string[]): Asked & { readonly isShort: boolean } {
  let server: string | undefined;
  let type: DnsRecordType = 'A';
  let name = '';
  let isShort = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg.startsWith('@')) server = arg.slice(1);
    else if (arg === '+short') isShort = true;
    else if (arg === '-x') {
      name = reversed(args[++i] ?? '');
      type = 'PTR';
    } else if (arg.startsWith('+')) continue;
    else if (TYPES.has(arg.toUpperCase())) type = arg.toUpperCase() as DnsRecordType;
    else if (!arg.startsWith('-')) name = arg;
  }
  return { name, type, server, isShort };
}

export const dig: Program = async (args, io, context) => {
  const asked = readDig(args);
  const { name, type, server, isShort } = asked;
  const shown = server ?? RESOLVER;
  const answer = await ask(asked, io, context);
  if (answer === undefined) {
    io.out(
      `;; communications error to ${shown}#53: timed out\n;; communications error to ${shown}#53: timed out\n;; communications error to ${shown}#53: timed out\n\n; <<>> DiG 9.20.11 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; no servers could be reached\n`,
    );
    return 9;
  }
  if (isShort) {
    for (const { data } of answer.records) io.out(`${data}\n`);
    return 0;
  }
  const full = name.endsWith('.') ? name : `${name}.`;
  const rows = answer.records.map(
    (each) => `${each.name}.\t\t${each.ttl}\tIN\t${each.type}\t${each.data}\n`,
  );
  const id = 1000 + ((name.length * 7919) % 60_000);
  const lines = [
    '',
    `; <<>> DiG 9.20.11 <<>> ${args.join(' ')}`,
    ';; global options: +cmd',
    ';; Got answer:',
    `;; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${id}`,
    `;; flags: qr aa rd; QUERY: 1, ANSWER: ${rows.length}, AUTHORITY: 0, ADDITIONAL: 1`,
    '',
    ';; QUESTION SECTION:',
    `;${full}\t\t\tIN\t${type}`,
    '',
    ...(rows.length > 0 ? [';; ANSWER SECTION:', rows.join('')] : []),
    ';; Query time: 0 msec',
    `;; SERVER: ${shown}#53(${shown}) (UDP)`,
    `;; WHEN: ${formatDate(context.now(), '%a %b %d %H:%M:%S UTC %Y')}`,
    `;; MSG SIZE  rcvd: ${80 + rows.join('').length}`,
    '',
    '',
  ];
  io.out(lines.join('\n'));
  return 0;
};

export const host: Program = async (args, io, context) => {
  const [name = '', server] = args.filter((arg) => !arg.startsWith('-'));
  const type = isAddress(name) ? 'PTR' : 'A';
  const answer = await ask(
    { name: type === 'PTR' ? reversed(name) : name, type, server },
    io,
    context,
  );
  if (answer === undefined) {
    io.out(';; communications error: timed out\n;; no servers could be reached\n');
    return 1;
  }
  if (answer.records.length === 0) {
    io.out(`Host ${name} not found: 3(${answer.code})\n`);
    return 1;
  }
  for (const each of answer.records)
    io.out(
      type === 'PTR'
        ? `${each.name} domain name pointer ${each.data}.\n`
        : `${each.name} has address ${each.data}\n`,
    );
  return 0;
};

/** `getent hosts NAME`. */
export const getent: Program = async (args, io, context) => {
  const [database, name] = args;
  if (database !== 'hosts' && database !== 'ahosts') return 1;
  const facts = await factsHere(context);
  if (name === undefined) {
    for (const each of facts.lan) io.out(`${each.address.padEnd(15)} ${each.name}\n`);
    return 0;
  }
  const ip = await resolveHost(context, io, name);
  if (ip === undefined) return 2;
  io.out(`${ip.padEnd(15)} ${name}\n`);
  return 0;
};
