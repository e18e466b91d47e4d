import type { AnswerConnection } from '../../program.ts';
import { readRequest, responseHead, type HttpRequestMessage } from '../../http-message.ts';
import { fail } from '../failure.ts';
import type { Session } from '../session.ts';

/** What the proxy lets through, by regular expressions (upstream: the defaults of `kubectl proxy`). */
interface Filter {
  readonly accepts: readonly RegExp[];
  readonly rejects: readonly RegExp[];
  readonly hosts: readonly RegExp[];
  readonly methods: readonly RegExp[];
}

/** kubectl proxy: the API on a port of the laptop, with the user's own credentials, until Ctrl-C. */
export async function proxy(session: Session): Promise<number> {
  const { flags, io, context } = session;
  if (flags.text('unix-socket') !== '') fail('there are no Unix sockets on this laptop');
  const { ports } = context;
  if (ports === undefined) return fail('this client has no ports to listen on');
  const asked = flags.int('port');
  const port = asked === 0 ? ports.choose() : asked;
  const address = flags.text('address');
  const prefix = `/${flags.text('api-prefix').replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');
  const folder = flags.text('www');
  const files = `/${flags.text('www-prefix').replace(/^\/+|\/+$/g, '')}/`;
  const filter = flags.bool('disable-filter') ? undefined : filterOf(session);
  const release = ports.listen(port, answerFrom(session, { prefix, folder, files, filter }));
  if (release === undefined) fail(`listen tcp ${address}:${port}: bind: address already in use`);
  session.out(`Starting to serve on ${address}:${port}\n`);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  release();
  return 130;
}

function filterOf({ flags }: Session): Filter {
  const read = (name: string): readonly RegExp[] =>
    flags
      .text(name)
      .split(',')
      .filter((each) => each !== '')
      .map((each) => {
        try {
          return new RegExp(each);
        } catch {
          return fail(`invalid regular expression in --${name}: ${each}`);
        }
      });
  return {
    accepts: read('accept-paths'),
    rejects: read('reject-paths'),
    hosts: read('accept-hosts'),
    methods: read('reject-methods'),
  };
}

function lets(
  { accepts, rejects, hosts, methods }: Filter,
  { method, path, headers }: HttpRequestMessage,
): boolean {
  const host = (headers.get('host') ?? '').replace(/:\d+$/, '');
  const bare = path.replace(/\?.*$/, '');
  const any = (list: readonly RegExp[], text: string): boolean =>
    list.some((each) => each.test(text));
  return any(hosts, host) && any(accepts, bare) && !any(rejects, bare) && !any(methods, method);
}

interface Serving {
  readonly prefix: string;
  /** Of files that are served beside the API; empty: none. */
  readonly folder: string;
  readonly files: string;
  readonly filter: Filter | undefined;
}

function answerFrom(session: Session, serving: Serving): AnswerConnection {
  return async (text, onData, signal) => {
    const request = readRequest(text);
    if (request === undefined) return;
    if (serving.filter !== undefined && !lets(serving.filter, request)) {
      onData(`${plain(403)}Forbidden\n`);
      return;
    }
    if (serving.folder !== '' && request.path.startsWith(serving.files)) {
      onData(fileAnswer(session, serving, request.path));
      return;
    }
    if (!request.path.startsWith(serving.prefix)) {
      onData(`${plain(404)}404 page not found\n`);
      return;
    }
    const path = `/${request.path.slice(serving.prefix.length)}`;
    if (request.method === 'GET' && /[?&](?:watch|follow)=(?:true|1)\b/.test(path))
      await streamed(session, path, onData, signal);
    else await answered(session, path, request, onData);
  };
}

function plain(status: number): string {
  return responseHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
}

function fileAnswer(
  { io: { files } }: Session,
  { folder, files: prefix }: Serving,
  path: string,
): string {
  const name = path.slice(prefix.length).replace(/\?.*$/, '');
  const full = `${files.resolve(folder)}/${name === '' ? 'index.html' : name}`;
  const text = files.read(full);
  if (text === undefined) return `${plain(404)}404 page not found\n`;
  const type = full.endsWith('.html') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
  return responseHead(200, { 'Content-Type': type }) + text;
}

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

async function answered(
  session: Session,
  path: string,
  { method, headers, body }: HttpRequestMessage,
  onData: (text: string) => void,
): Promise<void> {
  if (!METHODS.has(method)) {
    onData(`${plain(405)}Method Not Allowed\n`);
    return;
  }
  const accept = headers.get('accept');
  const contentType = headers.get('content-type');
  const response = await session.send({
    method: method as 'GET', // One of those that are known.
    path,
    ...(accept === undefined || accept === '*/*' ? {} : { accept }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(body === '' ? {} : { body: valueOf(body) }),
  });
  const { code, body: answer } = response;
  if (code === 0) {
    onData(plain(502));
    return;
  }
  const isText = typeof answer === 'string';
  // The API server writes for people who come with curl or a browser.
  const text = isText ? answer : JSON.stringify(answer, null, 2);
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  onData(responseHead(code, { 'Content-Type': type }) + text);
}

function valueOf(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

/** A watch, or a log that is followed: as long as the client listens. */
async function streamed(
  { context }: Session,
  path: string,
  onData: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let hasBegun = false;
  const say = (text: string): void => {
    if (!hasBegun) onData(responseHead(200, { 'Content-Type': 'application/json' }));
    hasBegun = true;
    onData(text);
  };
  const stream = context.kube.stream(
    { method: 'GET', path, ...(path.includes('follow=') ? { accept: '*/*' } : {}) },
    {
      onEvents: (events) => events.forEach((event) => say(`${JSON.stringify(event)}\n`)),
      onText: say,
    },
  );
  const stop = (): void => stream.close();
  signal.addEventListener('abort', stop, { once: true });
  const { code, body } = await stream.done;
  signal.removeEventListener('abort', stop);
  if (!hasBegun && code !== 200)
    onData(
      responseHead(code, { 'Content-Type': 'application/json' }) + JSON.stringify(body, null, 2),
    );
}
