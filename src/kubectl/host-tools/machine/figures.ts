import type { MachineFacts } from '../../../api/machines/questions.ts';
import type { Program, ProgramContext, ProgramIo } from '../../program.ts';
import { formatDate } from '../../tools/date-format.ts';
import { binaryBytes } from '../amounts.ts';
import { askProcess, factsHere, OVERDUE } from '../asking.ts';
import { power, span } from '../systemd/systemctl.ts';

/** What a machine tells about itself: `df`, `free`, `uptime`, `top`, `ps`, `iostat`. */

interface Use {
  readonly podUid: string;
  readonly container: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

/** What the cluster's own programs take, about: the engine does not count it. */
const OWN_MEMORY: Readonly<Record<string, number>> = {
  kubelet: 48 << 20,
  containerd: 52 << 20,
  'kube-proxy': 22 << 20,
  'cni-agent': 18 << 20,
  coredns: 24 << 20,
  etcd: 62 << 20,
  'kube-apiserver': 310 << 20,
  'kube-controller-manager': 64 << 20,
  'kube-scheduler': 30 << 20,
};
const SYSTEM_MEMORY = 210 << 20;
const DISK_BYTES = 100 * 2 ** 30;
const DISK_USED = 0.12;
const MEBIBYTE = 2 ** 20;

interface Figures {
  readonly facts: MachineFacts;
  readonly uses: readonly Use[];
  readonly memoryUsed: number;
  readonly cpuMilli: number;
}

async function figures(context: ProgramContext, io: ProgramIo): Promise<Figures> {
  const facts = await factsHere(context);
  const process = `containerd-${facts.name}`;
  const answer = await askProcess(context, io, { process, message: { type: 'cri/stats' } }, 1000);
  const reply = answer === OVERDUE || answer.kind !== 'answered' ? undefined : answer.message;
  // containerd's answer to cri/stats.
  const { uses: all = [] } =
    (reply as { readonly result?: { readonly uses?: readonly Use[] } } | undefined)?.result ?? {};
  // Components are processes of their own.
  const uses = all.filter(({ container }) =>
    facts.processes.every(({ program }) => program !== container),
  );
  const running = facts.processes.filter(({ state }) => state !== 'ended');
  const own = running.reduce((sum, { program }) => sum + (OWN_MEMORY[program] ?? 0), 0);
  const pods = uses.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const taken = (facts.taken['memory'] ?? 0) * facts.memoryBytes;
  return {
    facts,
    uses,
    memoryUsed: Math.min(facts.memoryBytes * 0.998, SYSTEM_MEMORY + own + pods + taken),
    cpuMilli: running.length * 12 + uses.reduce((sum, each) => sum + each.cpuMilli, 0),
  };
}

export const free: Program = async (args, io, context) => {
  const { facts, memoryUsed } = await figures(context, io);
  const letters = args.join('');
  const show = letters.includes('h')
    ? binaryBytes
    : (bytes: number) =>
        String(
          Math.round(
            bytes /
              (letters.includes('m')
                ? MEBIBYTE
                : letters.includes('g')
                  ? 2 ** 30
                  : letters.includes('b')
                    ? 1
                    : 1024),
          ),
        );
  const total = facts.memoryBytes;
  const cache = Math.min(total - memoryUsed, 0.18 * total);
  const row = (title: string, cells: readonly number[]): string =>
    `${title.padEnd(8)}${cells.map((cell) => show(cell).padStart(12)).join('')}\n`;
  io.out(
    `${' '.repeat(8)}${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((each) => each.padStart(12)).join('')}\n`,
  );
  io.out(
    row('Mem:', [
      total,
      memoryUsed,
      total - memoryUsed - cache,
      3 * MEBIBYTE,
      cache,
      total - memoryUsed,
    ]),
  );
  io.out(row('Swap:', [0, 0, 0]));
  return 0;
};

export const df: Program = async (args, io, context) => {
  const { facts } = await figures(context, io);
  const used = facts.diskIsFull ? 1 : Math.min(1, DISK_USED + (facts.taken['disk'] ?? 0));
  const human = args.some((arg) => /^-\w*h/.test(arg));
  const show = (bytes: number): string =>
    human ? binaryBytes(bytes).replace('i', '') : String(Math.round(bytes / 1024));
  const rows = [
    [
      'Filesystem',
      human ? 'Size' : '1K-blocks',
      'Used',
      human ? 'Avail' : 'Available',
      'Use%',
      'Mounted on',
    ],
    [
      'tmpfs',
      show(facts.memoryBytes / 10),
      show(1.2 * MEBIBYTE),
      show(facts.memoryBytes / 10 - MEBIBYTE),
      '1%',
      '/run',
    ],
    [
      '/dev/sda1',
      show(DISK_BYTES),
      show(DISK_BYTES * used),
      show(DISK_BYTES * (1 - used)),
      `${Math.ceil(used * 100)}%`,
      '/',
    ],
    [
      '/dev/sda15',
      show(124 * MEBIBYTE),
      show(12 * MEBIBYTE),
      show(112 * MEBIBYTE),
      '10%',
      '/boot/efi',
    ],
  ];
  // A path is on the one disk; without any all file systems are shown.
  const isAsked = args.some((arg) => arg.startsWith('/'));
  if (isAsked) rows.splice(1, rows.length - 1, rows[2] ?? []);
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      if (column === 0) return cell.padEnd(Math.max(14, width));
      return column === 5 ? cell : cell.padStart(Math.max(5, width));
    });
    io.out(`${cells.join(' ')}\n`);
  }
  return 0;
};

function loads({ facts, cpuMilli }: Figures): readonly string[] {
  const load = (cpuMilli / 1000) * 1.1;
  const waiting = facts.fsyncMicros.mean > 20_000 ? 1.5 : 0;
  return [load + waiting, load * 0.95 + waiting * 0.8, load * 0.9 + waiting * 0.5].map((each) =>
    each.toFixed(2),
  );
}

function uptimeLine(all: Figures): string {
  const { facts } = all;
  const time = formatDate(facts.nowMillis, '%H:%M:%S');
  const minutes = Math.floor(facts.upMicros / 60e6);
  const days = Math.floor(minutes / 1440);
  const rest = minutes % 1440;
  const clock =
    rest >= 60 ? `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, '0')}` : `${rest} min`;
  const up = days > 0 ? `${days} day${days === 1 ? '' : 's'}, ${clock}` : clock;
  return ` ${time} up ${up},  1 user,  load average: ${loads(all).join(', ')}`;
}

export const uptime: Program = async (args, io, context) => {
  const all = await figures(context, io);
  if (args.includes('-p')) io.out(`up ${span(all.facts.upMicros)}\n`);
  else io.out(`${uptimeLine(all)}\n`);
  return 0;
};

export const top: Program = async (_args, io, context) => {
  const all = await figures(context, io);
  const { facts, memoryUsed, cpuMilli } = all;
  const total = facts.memoryBytes / MEBIBYTE;
  const used = memoryUsed / MEBIBYTE;
  const busy = Math.min(100, (cpuMilli / facts.cpuMilli) * 100);
  const wait = facts.fsyncMicros.mean > 20_000 ? 22 : 0.1;
  const running = facts.processes.filter(({ state }) => state !== 'ended');
  io.out(`top -${uptimeLine(all)}\n`);
  io.out(
    `Tasks: ${96 + running.length + all.uses.length} total,   1 running, ${95 + running.length + all.uses.length} sleeping,   ${running.filter(({ state }) => state === 'hung').length} stopped,   0 zombie\n`,
  );
  io.out(
    `%Cpu(s): ${(busy * 0.7).toFixed(1)} us, ${(busy * 0.3).toFixed(1)} sy,  0.0 ni, ${Math.max(0, 100 - busy - wait).toFixed(1)} id, ${wait.toFixed(1)} wa,  0.0 hi,  0.0 si,  0.0 st\n`,
  );
  io.out(
    `MiB Mem : ${total.toFixed(1)} total, ${(total - used).toFixed(1)} free, ${used.toFixed(1)} used, ${(0.18 * total).toFixed(1)} buff/cache\n`,
  );
  io.out('MiB Swap:      0.0 total,      0.0 free,      0.0 used.\n\n');
  io.out('    PID USER      S  %CPU  %MEM COMMAND\n');
  const rows = [
    ...running.map((each) => ({
      pid: each.pid,
      state: each.state === 'hung' ? 'T' : 'S',
      cpu: 1.2,
      memory: OWN_MEMORY[each.program] ?? MEBIBYTE,
      command: each.program,
    })),
    ...all.uses.map((each, index) => ({
      pid: 5000 + index * 7,
      state: 'S',
      cpu: each.cpuMilli / 10,
      memory: each.memoryBytes,
      command: each.container,
    })),
  ].toSorted((left, right) => right.cpu - left.cpu);
  for (const row of rows) {
    const pid = String(row.pid).padStart(7);
    const shares = [row.cpu, (row.memory / facts.memoryBytes) * 100];
    const [cpu, memory] = shares.map((share) => share.toFixed(1).padStart(5));
    io.out(`${pid} root      ${row.state} ${cpu} ${memory} ${row.command}\n`);
  }
  return 0;
};

export const ps: Program = async (args, io, context) => {
  const { facts, uses } = await figures(context, io);
  const started = formatDate(facts.nowMillis - facts.upMicros / 1000, '%H:%M');
  const pidsOnly =
    args.some((arg) => arg.includes('pid,')) || (args.includes('-o') && args.includes('pid'));
  const running = facts.processes.filter(({ state }) => state !== 'ended');
  const rows = [
    { pid: 1, state: 'Ss', command: '/sbin/init', memory: 12 * MEBIBYTE, cpu: 0 },
    ...running.map((each) => ({
      pid: each.pid,
      state: each.state === 'hung' ? 'T' : 'Ssl',
      command: `/usr/bin/${each.program}`,
      memory: OWN_MEMORY[each.program] ?? MEBIBYTE,
      cpu: 1.2,
    })),
    ...uses.map((each, index) => ({
      pid: 5000 + index * 7,
      state: 'Ss',
      command: each.container,
      memory: each.memoryBytes,
      cpu: each.cpuMilli / 10,
    })),
  ];
  if (pidsOnly || args.some((arg) => arg.includes('stat'))) {
    io.out('STAT     PID CMD\n');
    for (const row of rows)
      io.out(`${row.state.padEnd(4)} ${String(row.pid).padStart(7)} ${row.command}\n`);
    return 0;
  }
  io.out('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n');
  for (const row of rows) {
    const pid = String(row.pid).padStart(7);
    const shares = [row.cpu, (row.memory / facts.memoryBytes) * 100];
    const [cpu, memory] = shares.map((share) => share.toFixed(1).padStart(4));
    const virtual = String(Math.round(row.memory / 256)).padStart(6);
    const resident = String(Math.round(row.memory / 1024)).padStart(5);
    const state = row.state.padEnd(4);
    io.out(
      `root     ${pid} ${cpu} ${memory} ${virtual} ${resident} ?        ${state} ${started}   0:01 ${row.command}\n`,
    );
  }
  return 0;
};

const IOSTAT_COLUMNS = [
  'r/s',
  'rkB/s',
  'rrqm/s',
  '%rrqm',
  'r_await',
  'rareq-sz',
  'w/s',
  'wkB/s',
  'wrqm/s',
  '%wrqm',
  'w_await',
  'wareq-sz',
  'd/s',
  'f/s',
  'f_await',
  'aqu-sz',
  '%util',
];

/** `iostat [-x] [SECONDS [COUNT]]`: what a flushed write takes is the disk's own figure; how many there are is about right. */
export const iostat: Program = async (args, io, context) => {
  const numbers = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const every = numbers[0];
  const count = every === undefined ? 1 : (numbers[1] ?? Number.POSITIVE_INFINITY);
  const isExtended = args.some((arg) => /^-\w*x/.test(arg));
  const first = await figures(context, io);
  io.out(
    `Linux 6.12.48 (${context.machine}) \t${formatDate(first.facts.nowMillis, '%m/%d/%Y')} \t_x86_64_\t(${Math.round(first.facts.cpuMilli / 1000)} CPU)\n\n`,
  );
  for (let round = 0; round < count && !io.signal.aborted; round++) {
    if (round > 0) await context.sleep((every ?? 1) * 1000, io.signal);
    io.out(isExtended ? extended(await figures(context, io)) : plain(await figures(context, io)));
  }
  return 0;
};

function cpuLines({ facts, cpuMilli }: Figures): string {
  const busy = Math.min(100, (cpuMilli / facts.cpuMilli) * 100);
  const wait = facts.fsyncMicros.mean > 20_000 ? 22 : 0.1;
  const cells = [busy * 0.7, 0, busy * 0.3, wait, 0, Math.max(0, 100 - busy - wait)];
  return `avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n        ${cells.map((cell) => cell.toFixed(2).padStart(8)).join('')}\n\n`;
}

function writesOf({ facts }: Figures): {
  readonly rate: number;
  readonly await: number;
  readonly util: number;
} {
  const isControlPlane = facts.processes.some(
    ({ program, state }) => program === 'etcd' && state !== 'ended',
  );
  const asked = isControlPlane ? 24 : 4;
  const millis = facts.fsyncMicros.mean / 1000;
  // A disk does one flush after the other.
  const rate = Math.min(asked, 1000 / Math.max(millis, 0.1));
  return { rate, await: millis, util: Math.min(100, (rate * millis) / 10) };
}

function extended(all: Figures): string {
  const { rate, await: wait, util } = writesOf(all);
  const cells = [
    0.1,
    2,
    0,
    0,
    0.4,
    18,
    rate,
    rate * 7.4,
    rate * 0.4,
    28,
    wait,
    7.4,
    0,
    rate * 0.8,
    wait * 0.8,
    (rate * wait) / 1000,
    util,
  ];
  const head = `Device  ${IOSTAT_COLUMNS.map((each) => each.padStart(9)).join('')}\n`;
  return `${cpuLines(all)}${head}sda     ${cells.map((cell) => cell.toFixed(2).padStart(9)).join('')}\n\n`;
}

function plain(all: Figures): string {
  const { rate } = writesOf(all);
  const head = ['tps', 'kB_read/s', 'kB_wrtn/s', 'kB_dscd/s', 'kB_read', 'kB_wrtn', 'kB_dscd'];
  const seconds = all.facts.upMicros / 1e6;
  const cells = [rate, 2, rate * 7.4, 0].map((each) => each.toFixed(2));
  const totals = [2 * seconds, rate * 7.4 * seconds, 0].map((each) => String(Math.round(each)));
  const row = (texts: readonly string[]): string => texts.map((each) => each.padStart(12)).join('');
  return `${cpuLines(all)}Device  ${row(head)}\nsda     ${row([...cells, ...totals])}\n\n`;
}

export const reboot: Program = (_args, io, context) => power(context, io, 'reboot');
export const powerOff: Program = (_args, io, context) => power(context, io, 'off');

export const uname: Program = async (args, io, context) => {
  const letters = args.join('');
  const version = '#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 (2025-09-20)';
  const parts: readonly (readonly [string, string])[] = [
    ['s', 'Linux'],
    ['n', context.machine],
    ['r', '6.12.48'],
    ['v', version],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ];
  const shown = letters.includes('a')
    ? parts
    : letters === ''
      ? parts.slice(0, 1)
      : parts.filter(([letter]) => letters.includes(letter));
  io.out(`${shown.map(([, text]) => text).join(' ')}\n`);
  return 0;
};
