import { parseGoDuration } from '../../api/go-duration.ts';
import type { KubeRequest, KubeResponse } from '../kube-client.ts';
import type { KubeStream, ProgramContext, ProgramIo } from '../program.ts';
import { DISCOVERY_ACCEPT, discoveryOf, type Discovery } from './discovery.ts';
import { fail, Failure, type FailureStatus } from './failure.ts';
import type { Flags, ParsedLine } from './flags.ts';
import {
  contextNamespace,
  readKubeConfig,
  refuseWrongConfig,
  serverAddress,
  tokenOf,
  type KubeConfig,
} from './kubeconfig.ts';
import { klogHead } from './klog.ts';
import { isFields, textAt } from './objects.ts';

/** One run of kubectl: its command line, its surroundings, and the server. */
export interface Session extends ParsedLine {
  /** `get`, `rollout status`. */
  readonly command: string;
  /** The whole command line, for the chain of causes. */
  readonly line: string;
  readonly io: ProgramIo;
  readonly context: ProgramContext;
  readonly config: KubeConfig;
  /** Of the flag, else of the context. */
  readonly namespace: string;
  readonly namespaceIsGiven: boolean;
  out(text: string): void;
  err(text: string): void;
  /** Prints a warning; the same one only once. */
  warn(text: string): void;
  warningCount(): number;
  /** Sends a request and answers whatever comes back; its warnings are printed. */
  send(request: KubeRequest): Promise<KubeResponse>;
  /** Sends a request and leaves with the refusal if there is one. */
  /** Who asks, where that is not the client itself; part of every request, streams too. */
  readonly identity: Pick<KubeRequest, 'token' | 'impersonate'>;
  ask(request: KubeRequest): Promise<unknown>;
  get(path: string, query?: Query): Promise<unknown>;
  discovery(): Promise<Discovery>;
  /** As another session with other flags or arguments. */
  readonly dryRun: 'none' | 'client' | 'server';
}

/** Whom to act as: `--as`, `--as-group`, `--as-uid` and `--as-user-extra key=value`. */
function impersonationOf(flags: Flags): Pick<KubeRequest, 'impersonate'> {
  const user = flags.text('as');
  if (user === '') return {};
  const uid = flags.text('as-uid');
  const extra = new Map<string, string[]>();
  for (const pair of flags.list('as-user-extra')) {
    const equals = pair.indexOf('=');
    if (equals < 0)
      fail(
        `invalid argument ${JSON.stringify(pair)} for "--as-user-extra" flag: must be formatted as key=value`,
      );
    const key = pair.slice(0, equals);
    extra.set(key, [...(extra.get(key) ?? []), pair.slice(equals + 1)]);
  }
  return {
    impersonate: {
      user,
      groups: flags.list('as-group'),
      ...(uid === '' ? undefined : { uid }),
      ...(extra.size === 0 ? undefined : { extra: Object.fromEntries(extra) }),
    },
  };
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function queryText(query: Query): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** A number of seconds, or one with a unit. (Upstream: clientcmd's ParseTimeout.) */
function refuseWrongTimeout(text: string): void {
  if (text === '' || /^[-+]?\d+$/.test(text) || parseGoDuration(text).ok) return;
  fail(
    'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  );
}

export function createSession(
  command: string,
  parsed: ParsedLine,
  { io, context, line }: { io: ProgramIo; context: ProgramContext; line: string },
): Session {
  const { flags } = parsed;
  const config = readKubeConfig(io, flags);
  const warned = new Set<string>();
  let discovery: Promise<Discovery> | undefined;
  const token = tokenOf(config, flags);
  const identity = { ...impersonationOf(flags), ...(token === '' ? undefined : { token }) };

  const session: Session = {
    ...parsed,
    command,
    line,
    io,
    context,
    config,
    identity,
    namespace: flags.has('namespace') ? flags.text('namespace') : contextNamespace(config, flags),
    namespaceIsGiven: flags.has('namespace'),
    dryRun: dryRunOf(flags, (text) => io.err(`${klogHead('W', context.now())} ${text}\n`)),
    out: (text) => io.out(text),
    err: (text) => io.err(text),
    warn(text) {
      if (warned.has(text)) return;
      warned.add(text);
      io.err(`Warning: ${text}\n`);
    },
    warningCount: () => warned.size,
    async send(request) {
      if (io.signal.aborted) throw new Failure('', { isVerbatim: true, exitCode: 130 });
      refuseWrongConfig(config, flags, { io, command });
      refuseWrongTimeout(flags.text('request-timeout'));
      const act = request.method === 'GET' ? {} : { act: line };
      const began = context.now();
      const response = await context.kube.request({ ...act, ...identity, ...request });
      if (flags.int('v') >= 6 && request.accept !== DISCOVERY_ACCEPT) {
        io.err(logLine(session, request, response.code, began));
      }
      for (const warning of response.warnings) session.warn(warning);
      return response;
    },
    async ask(request) {
      const response = await session.send(request);
      if (response.code >= 200 && response.code < 300) return response.body;
      throw refusalOf(response);
    },
    get: (path, query = {}) => session.ask({ method: 'GET', path: `${path}${queryText(query)}` }),
    discovery() {
      discovery ??= discover();
      return discovery;
    },
  };

  async function discover(): Promise<Discovery> {
    const answers = await Promise.all(
      ['/api', '/apis'].map((path) =>
        session.send({ method: 'GET', path, accept: DISCOVERY_ACCEPT }),
      ),
    );
    if (answers.some(({ code }) => code === 0)) complainOfDiscovery(session);
    return discoveryOf(
      answers.map((answer) => {
        if (answer.code !== 200) throw refusalOf(answer);
        return answer.body;
      }),
    );
  }

  return session;
}

/** How often upstream tries to learn what is served, when no server answers. */
const discoveryTries: Readonly<Record<string, number>> = {
  'api-resources': 1,
  'api-versions': 1,
  'auth can-i': 2,
  explain: 2,
  logs: 4,
};
const DISCOVERY_TRIES = 5;

/** client-go says so each time, before kubectl does. */
function complainOfDiscovery({ err, command, config, flags, context }: Session): void {
  const server = serverAddress(config, flags);
  const host = server.replace(/^https?:\/\//, '');
  const why = `Get \\"${server}/api?timeout=32s\\": dial tcp ${host}: connect: connection refused`;
  const line = `${klogHead('E', context.now())} memcache.go:265] "Unhandled Error" err="couldn't get current server API group list: ${why}"\n`;
  err(line.repeat(discoveryTries[command] ?? DISCOVERY_TRIES));
}

/** What `-v=6` and more add: a line for each answer, in the form of klog. */
function logLine(
  { config, flags, context }: Session,
  request: KubeRequest,
  code: number,
  began: number,
): string {
  const now = context.now();
  const head = `${klogHead('I', now)} round_trippers.go:632]`;
  const url = `${serverAddress(config, flags)}${request.path}`;
  return `${head} "Response" verb="${request.method}" url="${url}" status="${code} ${code === 200 ? 'OK' : ''}" milliseconds=${Math.round(now - began)}\n`;
}

/** What client-go makes of an answer that is no Status, by its code: reason and message. (Upstream: NewGenericServerResponse.) */
const genericRefusals: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
};

/** The failure that a response tells of. */
export function refusalOf({
  code,
  body,
}: {
  readonly code: number;
  readonly body: unknown;
}): Failure {
  const generic = isFields(body) ? undefined : genericRefusals[code];
  if (generic !== undefined) {
    const [reason, message] = generic;
    return new Failure(message, { status: { reason, message, code } });
  }
  const status: FailureStatus = isFields(body) ? (body as FailureStatus) : {};
  let message = textAt(body, 'message');
  if (message === '') message = typeof body === 'string' ? body : `HTTP ${code}`;
  return new Failure(message, {
    status: { ...status, message, ...(code === 0 ? { code: 0 } : {}) },
  });
}

function dryRunOf(flags: Flags, complain: (text: string) => void): Session['dryRun'] {
  const text = flags.text('dry-run');
  switch (text) {
    case '':
    case 'none':
      return 'none';
    case 'client':
    case 'server':
      return text;
    case 'unchanged':
      complain(
        'helpers.go:719] --dry-run is deprecated and can be replaced with --dry-run=client.',
      );
      return 'client';
    default:
      if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) {
        complain(
          `helpers.go:733] --dry-run=${text} is deprecated (boolean value) and can be replaced with --dry-run=client.`,
        );
        return 'client';
      }
      if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) {
        complain(
          `helpers.go:736] --dry-run=${text} is deprecated (boolean value) and can be replaced with --dry-run=none.`,
        );
        return 'none';
      }
      throw new Failure(`Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
  }
}

/** One event of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** Why a watch was left: the caller had enough, its time was up, the server ended it, or Ctrl-C. */
export type WatchEnd = 'done' | 'timeout' | 'ended' | 'aborted';

/**
 * Watches until `onEvent` answers true, the time is up (milliseconds of the cluster; 0 for no limit), the server ends the
 * watch, or the user does. A refusal of the server leaves as a failure.
 */
export async function watch(
  session: Session,
  request: { readonly path: string; readonly accept?: string },
  onEvent: (event: WatchEvent) => boolean,
  timeoutMillis = 0,
): Promise<WatchEnd> {
  const { io, context } = session;
  const timer = new AbortController();
  let stream: KubeStream | undefined;
  let end: WatchEnd | undefined;
  let broken: unknown;
  const leave = (why: WatchEnd): void => {
    end ??= why;
    stream?.close();
    release?.();
  };
  let release: (() => void) | undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const onAbort = (): void => leave('aborted');
  io.signal.addEventListener('abort', onAbort, { once: true });
  const accept = request.accept === undefined ? {} : { accept: request.accept };
  stream = context.kube.stream(
    { ...session.identity, method: 'GET', path: request.path, ...accept },
    {
      onEvents(events) {
        for (const event of events) {
          if (end !== undefined) return;
          try {
            if (onEvent(event)) leave('done');
          } catch (error) {
            broken = error;
            leave('done');
          }
        }
      },
    },
  );
  if (io.signal.aborted) leave('aborted');
  if (end !== undefined) stream.close();
  if (timeoutMillis > 0) {
    context.sleep(timeoutMillis, timer.signal).then(
      () => leave('timeout'),
      () => undefined,
    );
  }
  const ended = stream.done.then((answer) => {
    end ??= 'ended';
    return answer;
  });
  const answer = await Promise.race([ended, released.then(() => undefined)]);
  timer.abort();
  io.signal.removeEventListener('abort', onAbort);
  if (broken !== undefined) throw broken;
  if (answer !== undefined && end === 'ended' && answer.code !== 200) throw refusalOf(answer);
  return end ?? 'ended';
}
