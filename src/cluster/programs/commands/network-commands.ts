import {
  done,
  flagsOf,
  isBusybox,
  optionOf,
  type Command,
  type CommandResult,
  type Invocation,
  type LocalAnswer,
  type NetworkAnswer,
  type NetworkCommand,
} from './command.ts';

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

/** Whether a name means the Pod itself. */
function isLocal(host: string, call: Invocation): boolean {
  return (
    host === 'localhost' ||
    host === '0.0.0.0' ||
    host === '[::1]' ||
    host.startsWith('127.') ||
    host === call.config.hostname
  );
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
  if (isLocal(url.host, call)) return localFetch(call, url, call.local(url.port, url.path));
  return {
    kind: 'network',
    request: Object.freeze({ kind: 'connect', host: url.host, port: url.port }),
  };
};

function localFetch(call: Invocation, url: Url, answer: LocalAnswer): CommandResult {
  if (answer.kind === 'refused')
    return fetchFailed(call, url, { kind: 'refused', ip: '127.0.0.1' });
  return fetched(call, url, answer.status ?? 200, answer.body);
}

function fetchFailed(call: Invocation, url: Url, answer: NetworkAnswer): CommandResult {
  if (call.argv[0]?.endsWith('curl') === true) {
    const codes = {
      'no-such-name': [6, `Could not resolve host: ${url.host}`],
      refused: [7, `Failed to connect to ${url.host} port ${url.port}: Connection refused`],
      'timed-out': [28, 'Connection timed out'],
    } as const;
    const [code, text] =
      answer.kind === 'address' || answer.kind === 'connected' ? codes.refused : codes[answer.kind];
    return done(
      code,
      '',
      flagsOf(call.argv).flags.has('s') && !flagsOf(call.argv).flags.has('S')
        ? ''
        : `curl: (${code}) ${text}\n`,
    );
  }
  switch (answer.kind) {
    case 'no-such-name':
      return done(isBusybox(call) ? 1 : 4, '', `wget: bad address '${url.host}'\n`);
    case 'timed-out':
      return done(isBusybox(call) ? 1 : 4, '', 'wget: download timed out\n');
    default:
      return done(
        isBusybox(call) ? 1 : 4,
        '',
        `wget: can't connect to remote host (${'ip' in answer ? answer.ip : url.host}): Connection refused\n`,
      );
  }
}

const fetchAnswered: NetworkCommand = (call, answer) => {
  const url = addressOf(call.argv);
  if (url === undefined) return done(1);
  return answer.kind === 'connected'
    ? fetched(call, url, 200, PAGE)
    : fetchFailed(call, url, answer);
};

const lookUp: Command = (call) => {
  const [host = ''] = flagsOf(call.argv).operands.filter(
    (word) => !word.startsWith('@') && !word.startsWith('+'),
  );
  if (host === '') return done(1, '', `Usage: ${call.argv[0]} HOST\n`);
  if (isLocal(host, call)) return done(0, `Name:\t${host}\nAddress: 127.0.0.1\n`);
  return { kind: 'network', request: Object.freeze({ kind: 'resolve', host, port: 0 }) };
};

const lookedUp: NetworkCommand = (call, answer) => {
  const [host = ''] = flagsOf(call.argv).operands;
  const name = call.argv[0];
  const server = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';
  if (answer.kind === 'address' || answer.kind === 'connected') {
    if (name === 'dig' || name === 'host') return done(0, `${answer.ip}\n`);
    if (name === 'getent') return done(0, `${answer.ip}     ${host}\n`);
    return done(0, `${server}Name:\t${host}\nAddress: ${answer.ip}\n`);
  }
  if (name === 'dig') return done(0);
  if (name === 'getent') return done(2);
  if (answer.kind === 'timed-out')
    return done(1, '', ';; connection timed out; no servers could be reached\n');
  return done(1, server, `** server can't find ${host}: NXDOMAIN\n`);
};

const ping: Command = (call) => {
  const [host = ''] = flagsOf(call.argv).operands.filter((word) => !/^\d+$/.test(word));
  if (isLocal(host, call)) return done(0, `PING ${host}: 56 data bytes\n`);
  return { kind: 'network', request: Object.freeze({ kind: 'resolve', host, port: 0 }) };
};

const pinged: NetworkCommand = (call, answer) => {
  const [host = ''] = flagsOf(call.argv).operands.filter((word) => !/^\d+$/.test(word));
  if (answer.kind === 'no-such-name') return done(1, '', `ping: bad address '${host}'\n`);
  return answer.kind === 'timed-out' ? done(1) : done(0, `PING ${host}: 56 data bytes\n`);
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
  return { kind: 'network', request: Object.freeze({ kind: 'connect', host, port }) };
};

const connected: NetworkCommand = (call, answer) => {
  if (answer.kind === 'connected') return done(0);
  const why =
    answer.kind === 'no-such-name'
      ? `nc: bad address '${flagsOf(call.argv).operands[0] ?? ''}'`
      : 'nc: Connection refused';
  return done(1, '', `${why}\n`);
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
};
