import {
  done,
  flagsOf,
  isBusybox,
  optionOf,
  parseDuration,
  type Command,
  type CommandResult,
  type Invocation,
  type LocalAnswer,
  type NetworkAnswer,
  type NetworkCommand,
} from './command.ts';
import { askGrpcHealth, grpcHealthAnswered } from './grpc-health.ts';
import { askedOf } from './http-options.ts';
import { isLocal, lookedUp, lookUp } from './name-commands.ts';

interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function parseUrl(text: string): Url | undefined {
  const match = /^(?:(\w+):\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^:/?]+)(?::(\d+))?([/?].*)?$/.exec(text);
  if (match === null) return undefined;
  const scheme = match[1] ?? 'http';
  return {
    scheme,
    host: match[2] as string,
    port: match[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(match[3]),
    path: match[4] ?? '/',
  };
}

/** Options of wget and curl that take a value, which is not the address. */
const VALUED = new Set([
  '-O',
  '-o',
  '-T',
  '-t',
  '-P',
  '-U',
  '-H',
  '-X',
  '-d',
  '-m',
  '-A',
  '-e',
  '-u',
  '-w',
  '-F',
  '-b',
  '-c',
  '-D',
  '-x',
  '-S_',
  '--header',
  '--timeout',
  '--tries',
  '--connect-timeout',
  '--max-time',
  '--retry',
  '--retry-delay',
  '--request',
  '--data',
  '--data-raw',
  '--data-binary',
  '--data-urlencode',
  '--json',
  '--post-data',
  '--user-agent',
  '--output',
  '--output-document',
  '--user',
  '--cacert',
  '--cert',
  '--key',
  '--write-out',
  '--resolve',
  '--retry-max-time',
]);

function addressOf(argv: readonly string[]): Url | undefined {
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    if (VALUED.has(word) || (/^-[a-zA-Z]+[OoHXdmw]$/.test(word) && !word.startsWith('--'))) i += 1;
    else if (!word.startsWith('-')) return parseUrl(word);
  }
  return undefined;
}

/** What a page holds when nothing is known of its server. */
const PAGE = '<html><body>ok</body></html>\n';

function fetched(call: Invocation, url: Url, status: number, body: string): CommandResult {
  const isCurl = call.argv[0]?.endsWith('curl') === true;
  const { flags } = flagsOf(call.argv);
  const failing = status >= 400;
  if (isCurl) {
    const writeOut =
      optionOf(call.argv, '-w', '--write-out')
        ?.replace('%{http_code}', String(status))
        .replaceAll('\\n', '\n') ?? '';
    if (failing && (flags.has('f') || flags.has('fail')))
      return done(22, writeOut, `curl: (22) The requested URL returned error: ${status}\n`);
    const target = optionOf(call.argv, '-o', '--output');
    const text = flags.has('I') ? `HTTP/1.1 ${status} ${failing ? 'Error' : 'OK'}\r\n\r\n` : body;
    if (target !== undefined) call.files.write(target, text, false);
    return done(0, (target === undefined ? text : '') + writeOut);
  }
  const server =
    flags.has('S') || flags.has('server-response')
      ? `  HTTP/1.1 ${status} ${failing ? 'Error' : 'OK'}\n`
      : '';
  if (failing)
    return done(
      isBusybox(call) ? 1 : 8,
      '',
      `${server}wget: server returned error: HTTP/1.1 ${status} ${status === 404 ? 'Not Found' : 'Error'}\n`,
    );
  if (flags.has('spider')) return done(0, '', server);
  const target =
    optionOf(call.argv, '-O', '--output-document') ??
    (flags.has('q') && /^-\w*O-?$/.test(call.argv[1] ?? '') ? '-' : undefined);
  if (target === '-' || call.argv.includes('-qO-') || call.argv.includes('-O-'))
    return done(0, body, server);
  const file = target ?? (url.path.slice(url.path.lastIndexOf('/') + 1) || 'index.html');
  const fault = call.files.write(file, body, false);
  if (fault !== undefined) return done(1, '', `wget: can't open '${file}': ${fault}\n`);
  return done(0, '', flags.has('q') ? server : `${server}'${file}' saved\n`);
}

const fetchCommand: Command = (call) => {
  const name = call.argv[0] ?? '';
  const url = addressOf(call.argv);
  if (url === undefined)
    return done(
      name.endsWith('curl') ? 2 : 1,
      '',
      `${name}: try '${name} --help' for more information\n`,
    );
  const asked = askedOf(call.argv);
  if (isLocal(url.host, call)) return localFetch(call, url, call.local(url.port, url.path, asked));
  const timeoutMicros = patienceOf(
    call.argv,
    '--connect-timeout',
    '-m',
    '--max-time',
    ...WGET_TIME,
  );
  return {
    kind: 'network',
    request: Object.freeze({
      kind: 'connect',
      host: url.host,
      port: url.port,
      path: url.path,
      ...(asked === undefined ? undefined : { asked }),
      ...(timeoutMicros === undefined ? undefined : { timeoutMicros }),
    }),
  };
};

const WGET_TIME = ['-T', '--timeout'];

/** How long a command waits, from the first of these options that it is given. */
function patienceOf(argv: readonly string[], ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const text = optionOf(argv, name);
    const lasts = text === undefined ? undefined : parseDuration(text);
    if (typeof lasts === 'number') return lasts;
  }
  return undefined;
}

function localFetch(call: Invocation, url: Url, answer: LocalAnswer): CommandResult {
  if (answer.kind === 'refused')
    return fetchFailed(call, url, { kind: 'refused', ip: '127.0.0.1' });
  return fetched(call, url, answer.status ?? 200, answer.body);
}

function fetchFailed(call: Invocation, url: Url, answer: NetworkAnswer): CommandResult {
  return call.argv[0]?.endsWith('curl') === true
    ? curlFailed(call, url, answer)
    : wgetFailed(call, url, answer);
}

function curlFailed(call: Invocation, url: Url, answer: NetworkAnswer): CommandResult {
  const limit = patienceOf(call.argv, '--connect-timeout', '-m', '--max-time');
  const connecting = `Failed to connect to ${url.host} port ${url.port}`;
  const [code, text] = ((): readonly [number, string] => {
    switch (answer.kind) {
      case 'no-such-name':
      case 'no-name-server':
        return [6, `Could not resolve host: ${url.host}`];
      case 'timed-out':
        return [
          28,
          limit === undefined
            ? `${connecting} after 130000 ms: Connection timed out`
            : `Connection timed out after ${limit / 1000} milliseconds`,
        ];
      case 'unreachable':
        return [7, `${connecting} after 3060 ms: No route to host`];
      default:
        return [7, `${connecting}: Connection refused`];
    }
  })();
  const { flags } = flagsOf(call.argv);
  const isSilent = flags.has('s') && !flags.has('S');
  return done(code, '', isSilent ? '' : `curl: (${code}) ${text}\n`);
}

function wgetFailed(call: Invocation, url: Url, answer: NetworkAnswer): CommandResult {
  const code = isBusybox(call) ? 1 : 4;
  const ip = 'ip' in answer ? answer.ip : url.host;
  switch (answer.kind) {
    case 'no-such-name':
    case 'no-name-server':
      return done(code, '', `wget: bad address '${url.host}'\n`);
    case 'timed-out':
      return done(
        code,
        '',
        patienceOf(call.argv, ...WGET_TIME) === undefined
          ? `wget: can't connect to remote host (${ip}): Connection timed out\n`
          : 'wget: download timed out\n',
      );
    case 'unreachable':
      return done(code, '', `wget: can't connect to remote host (${ip}): No route to host\n`);
    default:
      return done(code, '', `wget: can't connect to remote host (${ip}): Connection refused\n`);
  }
}

const fetchAnswered: NetworkCommand = (call, answer) => {
  const url = addressOf(call.argv);
  if (url === undefined) return done(1);
  return answer.kind === 'connected'
    ? fetched(call, url, answer.status ?? 200, answer.body === '' ? PAGE : answer.body)
    : fetchFailed(call, url, answer);
};

const pingCount = (call: Invocation) => Math.min(Number(optionOf(call.argv, '-c') ?? 4) || 4, 100);

function pingedHost(call: Invocation): string {
  const valued = new Set(['-c', '-i', '-w', '-W', '-s']);
  const words = call.argv.filter(
    (word, i) => i > 0 && !word.startsWith('-') && !valued.has(call.argv[i - 1] ?? ''),
  );
  return words[0] ?? '';
}

const ping: Command = (call) => {
  const host = pingedHost(call);
  if (isLocal(host, call)) return done(0, `PING ${host}: 56 data bytes\n`);
  return {
    kind: 'network',
    request: Object.freeze({
      kind: 'ping',
      host,
      port: 0,
      timeoutMicros: patienceOf(call.argv, '-w', '-W') ?? 10_000_000,
    }),
  };
};

const pinged: NetworkCommand = (call, answer) => {
  const host = pingedHost(call);
  if (answer.kind === 'no-such-name' || answer.kind === 'no-name-server')
    return done(1, '', `ping: bad address '${host}'\n`);
  const count = pingCount(call);
  const ip = 'ip' in answer ? answer.ip : host;
  const head = `PING ${host} (${ip}): 56 data bytes\n`;
  const tail = `\n--- ${host} ping statistics ---\n${count} packets transmitted, `;
  if (answer.kind !== 'connected')
    return done(1, `${head}${tail}0 packets received, 100% packet loss\n`);
  let lines = '';
  for (let seq = 0; seq < count; seq++)
    lines += `64 bytes from ${ip}: seq=${seq} ttl=62 time=0.2${seq % 10} ms\n`;
  return done(
    0,
    `${head}${lines}${tail}${count} packets received, 0% packet loss\nround-trip min/avg/max = 0.200/0.245/0.290 ms\n`,
  );
};

/** `nc -z host port`, `nc host port`, and the wait-for scripts; `nc -l` is a server (server-commands.ts). */
const connect: Command = (call) => {
  const { operands } = flagsOf(call.argv);
  const words = operands.filter(
    (word, i) => !(i > 0 && call.argv[call.argv.indexOf(word) - 1] === '-w'),
  );
  const joined = /^([^:]+):(\d+)$/.exec(words[0] ?? '');
  const host = joined?.[1] ?? words[0] ?? '';
  const port = Number(joined?.[2] ?? words[1] ?? 0);
  if (isLocal(host, call)) {
    return call.local(port, '/').kind === 'open'
      ? done(0)
      : done(1, '', `nc: ${host} (${port}): Connection refused\n`);
  }
  const timeoutMicros = patienceOf(call.argv, '-w');
  return {
    kind: 'network',
    request: Object.freeze({
      kind: 'connect',
      host,
      port,
      protocol: flagsOf(call.argv).flags.has('u') ? 'UDP' : 'TCP',
      ...(timeoutMicros === undefined ? undefined : { timeoutMicros }),
    }),
  };
};

const connected: NetworkCommand = (call, answer) => {
  if (answer.kind === 'connected') return done(0);
  const host = flagsOf(call.argv).operands[0] ?? '';
  const why = {
    'no-such-name': `bad address '${host}'`,
    'no-name-server': `bad address '${host}'`,
    'timed-out': 'Connection timed out',
    unreachable: 'No route to host',
    refused: 'Connection refused',
    address: 'Connection refused',
  }[answer.kind];
  return done(1, '', `nc: ${why}\n`);
};

export const networkCommands: Readonly<
  Record<string, { readonly ask: Command; readonly answered: NetworkCommand }>
> = {
  wget: { ask: fetchCommand, answered: fetchAnswered },
  curl: { ask: fetchCommand, answered: fetchAnswered },
  nslookup: { ask: lookUp, answered: lookedUp },
  dig: { ask: lookUp, answered: lookedUp },
  host: { ask: lookUp, answered: lookedUp },
  getent: {
    ask: (call) => lookUp({ ...call, argv: ['getent', ...call.argv.slice(2)] }),
    answered: (call, answer) =>
      lookedUp({ ...call, argv: ['getent', ...call.argv.slice(2)] }, answer),
  },
  ping: { ask: ping, answered: pinged },
  nc: { ask: connect, answered: connected },
  ncat: { ask: connect, answered: connected },
  netcat: { ask: connect, answered: connected },
  telnet: { ask: connect, answered: connected },
  grpc_health_probe: { ask: askGrpcHealth, answered: grpcHealthAnswered },
};
