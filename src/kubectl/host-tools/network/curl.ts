import { reasonOf, type HttpResponseHead } from '../../http-message.ts';
import type { Program, ProgramContext, ProgramIo } from '../../program.ts';
import { askConnection, OVERDUE, resolveHost } from '../asking.ts';
import { readGoLine, type GoLine } from '../go-flags.ts';
import { askLocal } from './local.ts';

/** `curl` and `wget`: HTTP requests from the machine they run on, over the network of the cluster. */

const FLAGS = {
  valued: [
    'request',
    'header',
    'data',
    'data-raw',
    'data-binary',
    'max-time',
    'connect-timeout',
    'output',
    'write-out',
    'cert',
    'key',
    'cacert',
    'user-agent',
    'user',
    'retry',
    'resolve',
    'interface',
  ],
  switches: [
    'insecure',
    'silent',
    'show-error',
    'head',
    'include',
    'location',
    'fail',
    'verbose',
    'fail-with-body',
    'ipv4',
    'no-progress-meter',
    'compressed',
    'help',
    'version',
  ],
  letters: {
    X: 'request',
    H: 'header',
    d: 'data',
    m: 'max-time',
    o: 'output',
    w: 'write-out',
    E: 'cert',
    A: 'user-agent',
    u: 'user',
    k: 'insecure',
    s: 'silent',
    S: 'show-error',
    I: 'head',
    i: 'include',
    L: 'location',
    f: 'fail',
    v: 'verbose',
    '4': 'ipv4',
    h: 'help',
    V: 'version',
  },
};

/** What Linux takes to give a connection up. */
const CONNECT_PATIENCE = 130_000;

interface Target {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function targetOf(text: string): Target | undefined {
  const match = /^(?:(https?):\/\/)?(\[[^\]]+\]|[^:/?#]+)(?::(\d+))?([/?].*)?$/.exec(text);
  if (match === null) return undefined;
  const [, scheme = 'http', host = '', port, path = '/'] = match;
  return {
    scheme,
    host,
    port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
    path: path.startsWith('?') ? `/${path}` : path.replace(/#.*$/, ''),
  };
}

export const curl: Program = async (args, io, context) => {
  // Switches may stand together: -sk, -sSfL; of valued ones the last letter takes the next word.
  const split = args.flatMap((arg) =>
    /^-[a-zA-Z46]{2,}$/.test(arg) ? Array.from(arg.slice(1), (letter) => `-${letter}`) : [arg],
  );
  const line = readGoLine(split, FLAGS);
  if (typeof line === 'string') {
    io.err(
      `curl: option ${args.find((arg) => arg.startsWith('-')) ?? ''}: is unknown\ncurl: try 'curl --help' for more information\n`,
    );
    return 2;
  }
  if (line.has('version')) {
    io.out('curl 8.14.1 (x86_64-pc-linux-gnu) libcurl/8.14.1 OpenSSL/3.5.1\n');
    return 0;
  }
  if (line.words.length === 0) {
    io.err(
      "curl: no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
    );
    return 2;
  }
  let status = 0;
  for (const url of line.words) status = await request(url, line, io, context);
  return status;
};

async function request(
  url: string,
  line: GoLine,
  io: ProgramIo,
  context: ProgramContext,
): Promise<number> {
  const target = targetOf(url);
  const complain = (code: number, text: string): number => {
    if (!line.has('silent') || line.has('show-error')) io.err(`curl: (${code}) ${text}\n`);
    if (line.has('write-out')) io.out(writeOut(line.value('write-out') ?? '', '000'));
    return code;
  };
  if (target === undefined) return complain(3, 'URL rejected: Malformed input to a URL function');
  const { host, port, scheme } = target;
  const local = scheme === 'http' ? await requestLocal(target, line, io, context) : undefined;
  if (local !== undefined) return typeof local === 'number' ? local : complain(...local);
  const ip = await resolveHost(context, io, host);
  if (ip === undefined) return complain(6, `Could not resolve host: ${host}`);
  const patience = seconds(line.value('max-time')) ?? seconds(line.value('connect-timeout'));
  const millis = patience ?? CONNECT_PATIENCE;
  const data = line.value('data') ?? line.value('data-raw') ?? line.value('data-binary');
  const method =
    line.value('request') ?? (line.has('head') ? 'HEAD' : data === undefined ? 'GET' : 'POST');
  const verdict = tlsProblem(target, line);
  if (verdict !== undefined) return complain(...verdict);
  const answer = await askConnection(
    context,
    io,
    {
      kind: 'http',
      from: context.machine,
      ip,
      port,
      method: method === 'HEAD' ? 'GET' : method,
      path: target.path,
      host,
      ...identityOf(line),
      ...bodyOf(data, line),
    },
    millis,
  );
  if (answer === OVERDUE)
    return complain(
      28,
      patience === undefined
        ? `Failed to connect to ${host} port ${port} after ${CONNECT_PATIENCE} ms: Could not connect to server`
        : `Connection timed out after ${millis} milliseconds`,
    );
  if (answer.kind === 'unreachable')
    return complain(7, `Failed to connect to ${host} port ${port} after 3064 ms: No route to host`);
  if (answer.kind !== 'open')
    return complain(
      7,
      `Failed to connect to ${host} port ${port} after 0 ms: Could not connect to server`,
    );
  const { body } = answer;
  const { status: code } = answer;
  if (code === undefined) return complain(52, 'Empty reply from server');
  if (code === 0) return complain(60, 'SSL certificate problem: certificate has expired');
  if (line.has('verbose')) verbose(io, target, ip, method, code);
  if (line.has('fail') && code >= 400)
    return complain(22, `The requested URL returned error: ${code}`);
  const head = `HTTP/${scheme === 'https' ? '2' : '1.1'} ${code}${scheme === 'https' ? ' ' : ` ${reasonOf(code)}`}\ncontent-type: ${answer.contentType ?? 'text/plain; charset=utf-8'}\ncontent-length: ${body.length}\n\n`;
  const text = `${line.has('include') || line.has('head') ? head : ''}${line.has('head') ? '' : body}`;
  const output = line.value('output');
  if (output === undefined || output === '-') io.out(text);
  else io.files.write(io.files.resolve(output), text);
  if (line.has('write-out')) io.out(writeOut(line.value('write-out') ?? '', String(code)));
  return 0;
}

/** A request to another program on the laptop: its exit status, or what to complain of; undefined: it is not to one. */
async function requestLocal(
  target: Target,
  line: GoLine,
  io: ProgramIo,
  context: ProgramContext,
): Promise<number | readonly [code: number, text: string] | undefined> {
  const { host, port, path } = target;
  const body = line.value('data') ?? line.value('data-raw') ?? line.value('data-binary') ?? '';
  const method =
    line.value('request') ?? (line.has('head') ? 'HEAD' : body === '' ? 'GET' : 'POST');
  const headers = new Map([
    ['User-Agent', line.value('user-agent') ?? 'curl/8.14.1'],
    ['Accept', '*/*'],
    ...(body === '' ? [] : [['Content-Type', 'application/x-www-form-urlencoded'] as const]),
    ...line.values('header').map((each) => {
      const colon = each.indexOf(':');
      return [each.slice(0, colon), each.slice(colon + 1).trim()] as const;
    }),
  ]);
  const output = line.value('output');
  const isShown = (output === undefined || output === '-') && !line.has('head');
  const isFailing = (status: number): boolean => line.has('fail') && status >= 400;
  let isBegun = false;
  const answer = await askLocal(context, io, {
    host,
    port,
    method,
    path,
    headers,
    body,
    onBody(text, head) {
      if (!isShown || isFailing(head.status)) return;
      if (!isBegun && line.has('include')) io.out(headText(head));
      isBegun = true;
      io.out(text);
    },
  });
  if (answer === undefined) return undefined;
  if (answer.kind === 'refused')
    return [7, `Failed to connect to ${host} port ${port} after 0 ms: Could not connect to server`];
  if (answer.kind === 'empty') return [52, 'Empty reply from server'];
  const { status } = answer.head;
  if (line.has('verbose')) verbose(io, target, '127.0.0.1', method, status);
  if (isFailing(status)) return [22, `The requested URL returned error: ${status}`];
  if (line.has('head') || (line.has('include') && !isBegun)) io.out(headText(answer.head));
  if (output !== undefined && output !== '-') io.files.write(io.files.resolve(output), answer.body);
  if (line.has('write-out')) io.out(writeOut(line.value('write-out') ?? '', String(status)));
  return 0;
}

function headText({ status, headers }: HttpResponseHead): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}\n`);
  return `HTTP/1.1 ${status} ${reasonOf(status)}\n${lines.join('')}\n`;
}

function seconds(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) && value > 0 ? value * 1000 : undefined;
}

function writeOut(format: string, code: string): string {
  return format
    .replace(/%\{(?:http_code|response_code)\}/g, code)
    .replace(/%\{\w+\}/g, '')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t');
}

const TLS_PORTS = new Set([443, 6443, 2379, 2380, 10250, 10257, 10259, 8443]);

/** What goes wrong before any request: the wrong protocol, or an authority that nobody here trusts. */
function tlsProblem(
  { scheme, port }: Target,
  line: GoLine,
): readonly [code: number, text: string] | undefined {
  if (scheme === 'https' && !TLS_PORTS.has(port))
    return [35, 'TLS connect error: error:0A00010B:SSL routines::wrong version number'];
  if (scheme === 'https' && port !== 443 && !line.has('insecure') && !line.has('cacert'))
    return [
      60,
      'SSL certificate problem: unable to get local issuer certificate\nMore details here: https://curl.se/docs/sslcerts.html',
    ];
  return undefined;
}

/** Whom the API server takes the client for: by its certificate, or by its token. */
function identityOf(line: GoLine): { readonly user?: string; readonly token?: string } {
  const token = line
    .values('header')
    .map((each) => /^authorization:\s*bearer\s+(\S+)/i.exec(each)?.[1])
    .find((each) => each !== undefined);
  if (token !== undefined && token !== '') return { token };
  const cert = line.value('cert');
  if (cert === undefined) return {};
  return {
    user: /apiserver-kubelet-client|admin/.test(cert) ? 'kubernetes-admin' : 'system:anonymous',
  };
}

function bodyOf(
  data: string | undefined,
  line: GoLine,
): { readonly body?: unknown; readonly contentType?: string } {
  if (data === undefined) return {};
  const header = line.values('header').find((each) => /^content-type:/i.test(each));
  const contentType = header?.replace(/^content-type:\s*/i, '') ?? 'application/json';
  try {
    return { body: JSON.parse(data) as unknown, contentType };
  } catch {
    return { body: data, contentType };
  }
}

function verbose(
  io: ProgramIo,
  { host, port, path }: Target,
  ip: string,
  method: string,
  code: number,
): void {
  io.err(
    `*   Trying ${ip}:${port}...\n* Connected to ${host} (${ip}) port ${port}\n> ${method} ${path} HTTP/1.1\n> Host: ${host}:${port}\n> User-Agent: curl/8.14.1\n> Accept: */*\n> \n< HTTP/1.1 ${code} ${reasonOf(code)}\n< \n`,
  );
}

export const wget: Program = async (args, io, context) => {
  const quiet = args.some((arg) => /^-\w*q/.test(arg));
  const url = args.find((arg) => !arg.startsWith('-') && arg !== '-') ?? '';
  const target = targetOf(url);
  const timeout = args.find((arg) => /^(?:-T|--timeout=)\d+/.test(arg))?.replace(/\D/g, '');
  const toScreen =
    args.some((arg) => /^-\w*O-$/.test(arg) || arg === '-O-') || args.join(' ').includes('-O -');
  const complain = (text: string): number => {
    io.err(`wget: ${text}\n`);
    return 4;
  };
  if (url === '' || target === undefined) return complain('missing URL');
  const save = (body: string): void => {
    if (toScreen) {
      io.out(body);
      return;
    }
    const file = target.path.split('?')[0]?.split('/').pop() ?? '';
    const name = file === '' ? 'index.html' : file;
    io.files.write(io.files.resolve(name), body);
    if (!quiet) io.err(`‘${name}’ saved [${body.length}]\n`);
  };
  const local = await askLocal(context, io, {
    ...target,
    method: 'GET',
    headers: new Map([['User-Agent', 'Wget']]),
    body: '',
  });
  if (local?.kind === 'answered' && local.head.status < 400) {
    save(local.body);
    return 0;
  }
  const ip = await resolveHost(context, io, target.host);
  if (ip === undefined) return complain(`unable to resolve host address ‘${target.host}’`);
  const { host, port, path } = target;
  const question = {
    kind: 'http',
    from: context.machine,
    ip,
    port,
    method: 'GET',
    path,
    host,
  } as const;
  const answer = await askConnection(
    context,
    io,
    question,
    timeout === undefined ? CONNECT_PATIENCE : Number(timeout) * 1000,
  );
  if (answer === OVERDUE)
    return complain(`connecting to ${host} (${ip}:${port}): Connection timed out.`);
  if (answer.kind !== 'open')
    return complain(`connecting to ${host} (${ip}:${port}): Connection refused.`);
  if ((answer.status ?? 200) >= 400) {
    io.err(
      `wget: server returned error: HTTP/1.1 ${answer.status ?? ''} ${reasonOf(answer.status ?? 0)}\n`,
    );
    return 8;
  }
  save(answer.body);
  return 0;
};
