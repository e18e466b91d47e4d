import { insistentLoad, load, running } from '../image-profile.ts';
import { pidOf } from '../process-roots.ts';
import {
  done,
  flagsOf,
  optionOf,
  parseDuration,
  wait,
  type Command,
  type Invocation,
} from './command.ts';

const sleep: Command = (call) => {
  let total = 0;
  for (const word of call.argv.slice(1)) {
    const duration = parseDuration(word);
    if (duration === undefined) return wait(undefined);
    if (duration === 'invalid') return done(1, '', `sleep: invalid time interval '${word}'\n`);
    total += duration;
  }
  return call.argv.length < 2 ? done(1, '', 'sleep: missing operand\n') : wait(total);
};

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const date: Command = (call) => {
  const at = new Date(call.epochMillis + call.now / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = DAYS[at.getUTCDay()] ?? '';
  const month = MONTHS[at.getUTCMonth()] ?? '';
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  const format = call.argv.find((word) => word.startsWith('+'))?.slice(1);
  if (format === undefined) {
    return done(
      0,
      `${day} ${month} ${String(at.getUTCDate()).padStart(2)} ${time} UTC ${at.getUTCFullYear()}\n`,
    );
  }
  const iso = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  const codes: Readonly<Record<string, string>> = {
    Y: String(at.getUTCFullYear()),
    m: two(at.getUTCMonth() + 1),
    d: two(at.getUTCDate()),
    H: two(at.getUTCHours()),
    M: two(at.getUTCMinutes()),
    S: two(at.getUTCSeconds()),
    s: String(Math.floor(at.getTime() / 1000)),
    F: iso,
    T: time,
    N: '000000000',
    Z: 'UTC',
    z: '+0000',
    a: day,
    b: month,
    '%': '%',
    n: '\n',
    u: String(at.getUTCDay() || 7),
    j: '1',
    R: time.slice(0, 5),
  };
  return done(0, `${format.replace(/%([a-zA-Z%])/g, (all, code: string) => codes[code] ?? all)}\n`);
};

const printenv: Command = (call) => {
  const names = flagsOf(call.argv).operands;
  if (names.length > 0) {
    const values = names.map((name) => call.find(name));
    return done(
      values.includes(undefined) ? 1 : 0,
      values.map((value) => (value === undefined ? '' : `${value}\n`)).join(''),
    );
  }
  return done(0, [...call.variables()].map(([name, value]) => `${name}=${value}\n`).join(''));
};

const hostname: Command = (call) => {
  const { flags } = flagsOf(call.argv);
  return done(
    0,
    flags.has('i') || flags.has('I')
      ? `${call.find('POD_IP') ?? '10.244.0.1'}\n`
      : `${call.config.hostname}\n`,
  );
};

const uname: Command = (call) => {
  const { flags } = flagsOf(call.argv);
  if (flags.has('a'))
    return done(0, `Linux ${call.config.hostname} 6.12.0 #1 SMP x86_64 GNU/Linux\n`);
  return done(
    0,
    flags.has('r')
      ? '6.12.0\n'
      : flags.has('m')
        ? 'x86_64\n'
        : flags.has('n')
          ? `${call.config.hostname}\n`
          : 'Linux\n',
  );
};

const ps: Command = (call) => {
  const lines = call
    .processes()
    .map((name, index) => `${String(pidOf(index)).padStart(5)} root      0:00 ${name}\n`);
  return done(0, `  PID USER     TIME  COMMAND\n${lines.join('')}`);
};

function signalName(argv: readonly string[]): string {
  const explicit = optionOf(argv, '-s', '--signal');
  if (explicit !== undefined) return explicit.replace(/^SIG/, '');
  const word = argv.find((each) => /^-(\d+|[A-Z][A-Z0-9]+)$/.test(each))?.slice(1) ?? 'TERM';
  const numbers: Readonly<Record<string, string>> = {
    '0': '0',
    '1': 'HUP',
    '2': 'INT',
    '3': 'QUIT',
    '9': 'KILL',
    '15': 'TERM',
  };
  return numbers[word] ?? word.replace(/^SIG/, '');
}

function targetsOf(call: Invocation): readonly string[] {
  const explicit = optionOf(call.argv, '-s', '--signal');
  return call.argv
    .slice(1)
    .filter((word) => !/^-(\d+|[A-Z]|[a-z]$)/.test(word) && word !== explicit);
}

const kill: Command = (call) => {
  const signal = signalName(call.argv);
  const failed = targetsOf(call).filter((target) => !call.signal(target, signal));
  return done(
    failed.length === 0 ? 0 : 1,
    '',
    failed.map((target) => `kill: can't kill pid ${target}: No such process\n`).join(''),
  );
};

const killall: Command = (call) => {
  const signal = signalName(call.argv);
  const failed = targetsOf(call).filter((name) => !call.signal(name, signal));
  return done(
    failed.length === 0 ? 0 : 1,
    '',
    failed.map((name) => `${call.argv[0]}: ${name}: no process killed\n`).join(''),
  );
};

const pgrep: Command = (call) => {
  const [pattern = ''] = flagsOf(call.argv).operands;
  const index = call.processes().findIndex((name) => name.includes(pattern));
  return index < 0 ? done(1) : done(0, `${pidOf(index)}\n`);
};

/** Bytes as stress tools write them: `250M`, `1g`, `150000000`. */
function parseBytes(text: string | undefined, whenMissing: number): number {
  const match = /^(\d+(?:\.\d+)?)([bkmgKMG]?)i?[bB]?$/.exec(text ?? '');
  if (match === null) return whenMissing;
  const factor: Readonly<Record<string, number>> = {
    '': 1,
    b: 1,
    k: 2 ** 10,
    m: 2 ** 20,
    g: 2 ** 30,
  };
  return Math.round(Number(match[1]) * (factor[(match[2] ?? '').toLowerCase()] ?? 1));
}

/** stress, stress-ng and the documentation's vish/stress: CPU and memory as asked. */
const stress: Command = (call) => {
  const { argv } = call;
  if (argv.includes('--help') || argv.includes('-h'))
    return done(0, "`stress' imposes certain types of compute stress on your system\n");
  const workers =
    Number(optionOf(argv, '--vm', '-m') ?? 0) ||
    (optionOf(argv, '--vm-bytes') === undefined ? 0 : 1);
  const perWorker = parseBytes(optionOf(argv, '--vm-bytes'), 256 * 2 ** 20);
  const total = parseBytes(optionOf(argv, '-mem-total', '--mem-total'), 0);
  const cpus = Number(optionOf(argv, '--cpu', '-c', '-cpus', '--cpus') ?? 0);
  const timeout = parseDuration(optionOf(argv, '--timeout', '-t') ?? 'infinity');
  const memory = workers * perWorker + total;
  const allocations = total > 0 ? 12 : 0.4;
  return {
    kind: 'run',
    running: running(argv[0]?.slice(argv[0].lastIndexOf('/') + 1) ?? 'stress', {
      log: `stress: info: [1] dispatching hogs: ${cpus} cpu, 0 io, ${workers} vm, 0 hdd\n`,
      onTerm: { code: 143, after: 20_000 },
      lasts: timeout === 'invalid' ? undefined : timeout,
      endLog: 'stress: info: [1] successful run completed\n',
      load: insistentLoad(
        cpus * 1000 + workers * 1000 || 10,
        memory + 2 ** 21,
        Math.round(allocations * 1_000_000),
      ),
    }),
  };
};

/** Package managers: they take a while, end well, and what they installed is there afterwards. */
const slowly: Command = (call) => {
  const { operands } = flagsOf(call.argv);
  if (/^(install|add)$/.test(operands[0] ?? '')) {
    for (const name of operands.slice(1))
      call.files.write(`/usr/bin/${name.replace(/[=~<>].*$/, '')}`, '', false);
  }
  return wait(3_000_000, 0);
};

const timeout: Command = (call) => {
  const at = call.argv.findIndex(
    (word, i) =>
      i > 0 &&
      !word.startsWith('-') &&
      !/^(-s|-k|--signal|--kill-after)$/.test(call.argv[i - 1] ?? ''),
  );
  const limit = parseDuration(call.argv[at] ?? '');
  if (at < 0 || limit === 'invalid' || at + 1 >= call.argv.length)
    return done(125, '', 'timeout: missing operand\n');
  return { kind: 'becomes', argv: call.argv.slice(at + 1), within: limit };
};

/** Commands that run what stands behind them: `nohup x`, `nice -n 5 x`, `env A=1 x`, `tini -- x`. */
const wrapper: Command = (call) => {
  const at = call.argv.findIndex(
    (word, i) =>
      i > 0 &&
      !word.startsWith('-') &&
      !/^\w+=/.test(word) &&
      !/^-[nuc]$/.test(call.argv[i - 1] ?? ''),
  );
  if (at < 0) return call.argv[0] === 'env' ? printenv({ ...call, argv: ['env'] }) : done(0);
  return { kind: 'becomes', argv: call.argv.slice(at), within: undefined };
};

/** chroot: a shell, or what is named, in another root. */
const chroot: Command = ({ argv, files }) => {
  const [, root, ...rest] = argv;
  if (root === undefined) return done(125, '', 'chroot: missing operand\n');
  if (!files.isDirectory(root)) {
    const why = `cannot change root directory to '${root}': No such file or directory`;
    return done(125, '', `chroot: ${why}\n`);
  }
  return {
    kind: 'becomes',
    argv: rest.length > 0 ? rest : ['sh'],
    within: undefined,
    root: files.resolve(root),
  };
};

/** xargs: its input becomes further words. */
const xargs: Command = (call) => {
  const { operands } = flagsOf(call.argv);
  const words = (call.input ?? '').split(/\s+/).filter((word) => word !== '');
  return words.length === 0
    ? done(0)
    : {
        kind: 'becomes',
        argv: [...(operands.length === 0 ? ['echo'] : operands), ...words],
        within: undefined,
      };
};

export const systemCommands: Readonly<Record<string, Command>> = {
  sleep,
  usleep: (call) => wait(Number(call.argv[1] ?? 0)),
  date,
  printenv,
  env: wrapper,
  nohup: wrapper,
  nice: wrapper,
  ionice: wrapper,
  setsid: wrapper,
  sudo: wrapper,
  gosu: (call) => wrapper({ ...call, argv: ['gosu', ...call.argv.slice(2)] }),
  'su-exec': (call) => wrapper({ ...call, argv: ['su-exec', ...call.argv.slice(2)] }),
  tini: wrapper,
  'dumb-init': wrapper,
  stdbuf: wrapper,
  time: wrapper,
  xargs,
  chroot,
  hostname,
  uname,
  ps,
  top: ps,
  kill,
  killall,
  pkill: killall,
  pgrep,
  pidof: pgrep,
  stress,
  'stress-ng': stress,
  timeout,
  true: () => done(0),
  false: () => done(1),
  whoami: () => done(0, 'root\n'),
  id: (call) =>
    done(0, flagsOf(call.argv).flags.has('u') ? '0\n' : 'uid=0(root) gid=0(root) groups=0(root)\n'),
  nproc: () => done(0, '4\n'),
  free: () =>
    done(
      0,
      '              total        used        free      shared  buff/cache   available\nMem:       16393884     1203456    12345678        1024     2844750    14889000\n',
    ),
  uptime: () => done(0, ' 09:00:00 up 1 day,  0 users,  load average: 0.08, 0.03, 0.01\n'),
  tty: () => done(1, 'not a tty\n'),
  dmesg: () => done(0),
  clear: () => done(0),
  which: (call) => done(0, `/usr/bin/${call.argv[1] ?? ''}\n`),
  ulimit: () => done(0, 'unlimited\n'),
  umask: () => done(0),
  sysctl: (call) => done(0, `${call.argv.at(-1) ?? ''}\n`),
  mktemp: (call) => {
    const path = '/tmp/tmp.kPbFQm';
    call.files.write(path, '', false);
    return done(0, `${path}\n`);
  },
  useradd: () => done(0),
  adduser: () => done(0),
  groupadd: () => done(0),
  addgroup: () => done(0),
  apt: slowly,
  'apt-get': slowly,
  apk: slowly,
  yum: slowly,
  dnf: slowly,
  pip: slowly,
  pip3: slowly,
  npm: (call) =>
    call.argv[1] === 'start' || call.argv[1] === 'run'
      ? { kind: 'run', running: running('npm', { ports: 'any', http: 'any', load: load(5, 80) }) }
      : wait(8_000_000),
  git: () => wait(1_500_000),
  openssl: () => wait(150_000),
  kubectl: () => wait(300_000),
};
