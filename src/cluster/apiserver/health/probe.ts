import { methodNotAllowedError, unknownResourceError } from '../../../api/status-error.ts';
import type { EtcdResponse, HealthCheck } from '../../messages.ts';
import { sendReply } from '../answers.ts';
import { PENDING, refuse, type Answer, type Exchange, type Reply } from '../exchange.ts';
import { askEtcd, type Server } from '../server.ts';
import { isTrue } from '../verb.ts';
import { asksEtcd, checksOf, problemOf } from './checks.ts';
import { ETCD_PATIENCE, type HealthQuestion } from './state.ts';

/**
 * The server's probes: `/livez`, `/readyz`, `/healthz` and each of their checks. The check of etcd really reads from
 * it and waits two seconds for the answer; within that time of a question the last answer is told again.
 */

const HEALTH_KEY = '/registry/health';

/** The answer to a probe, at once or when etcd has been asked; undefined for paths that are no probe. */
export function healthAnswer(exchange: Exchange, server: Server): Answer | undefined {
  const { request } = exchange;
  const probe = probeOf(request.path);
  if (probe === undefined) return undefined;
  if (request.method !== 'GET') return refuse(methodNotAllowedError());
  if (probe.check !== '' && !probe.listed.includes(probe.check)) {
    return refuse(unknownResourceError());
  }
  if (!mustAsk(server, request.path, request.query)) {
    return answerTo(server, request.path, request.query);
  }
  ask(server, { kind: 'request', exchange });
  return PENDING;
}

/** A bare check: what a kubelet or a balancer sends. */
export function takeHealthCheck(server: Server, check: HealthCheck): void {
  const { id, path } = check;
  const client = server.env.from;
  if (client === undefined) return;
  const [bare = '', search = ''] = path.split('?');
  const again = check.again === true;
  if (mustAsk(server, bare, queryOf(search)))
    ask(server, { kind: 'check', client, id, path, again });
  else answerCheck(server, { client, id, path, again });
}

/** etcd has answered the health check, or a connection to it was lost. */
export function takeEtcdHealth(server: Server, answer: EtcdResponse | undefined): void {
  if (answer?.type === 'etcd/range-result' && answer.stands === true) {
    server.memory.health.stands = server.env.rest?.(server.config.etcd) === true;
  }
  settle(
    server,
    answer === undefined
      ? 'error getting data from etcd: rpc error: code = Unavailable desc = connection error'
      : answer.type === 'etcd/error'
        ? `error getting data from etcd: ${answer.error}`
        : undefined,
  );
}

/** etcd has not answered the health check in time. */
export function healthOverdue(server: Server, question: number): void {
  const { memory } = server;
  if (memory.health.asking !== question) return;
  memory.calls.delete(question);
  settle(server, 'error getting data from etcd: context deadline exceeded');
}

function settle(server: Server, problem: string | undefined): void {
  const { health } = server.memory;
  health.asking = 0;
  health.etcdProblem = problem;
  for (const question of health.asked.splice(0)) {
    if (question.kind === 'check') answerCheck(server, question);
    else {
      const { exchange } = question;
      const { path, query } = exchange.request;
      server.env.resumeCause(exchange.cause);
      sendReply(server, exchange, answerTo(server, path, query));
    }
  }
}

function ask(server: Server, question: HealthQuestion): void {
  const { memory, env } = server;
  const { health } = memory;
  health.asked.push(Object.freeze(question));
  if (health.asking !== 0) return;
  health.askedAt = env.now;
  health.asking = askEtcd(server, { kind: 'health' }, (id) => ({
    type: 'etcd/range',
    id,
    key: HEALTH_KEY,
    again: true,
  }));
  env.after(ETCD_PATIENCE, { type: 'apiserver/health-overdue', question: health.asking });
}

function mustAsk(
  { memory, env }: Server,
  path: string,
  query: Readonly<Record<string, string>>,
): boolean {
  const probe = probeOf(path);
  if (probe === undefined) return false;
  const asked = probe.check === '' ? probe.listed : [probe.check];
  const excluded = query['exclude'] ?? '';
  if (!asked.some((check) => asksEtcd(check) && check !== excluded)) return false;
  const { health } = memory;
  if (health.stands) return false;
  return health.asking !== 0 || health.askedAt < 0 || env.now - health.askedAt >= ETCD_PATIENCE;
}

interface Probe {
  readonly name: string;
  readonly listed: readonly string[];
  /** The empty text for the probe itself. */
  readonly check: string;
}

function probeOf(path: string): Probe | undefined {
  const [, name = '', ...rest] = path.split('/');
  const listed = Object.hasOwn(checksOf, name) ? checksOf[name] : undefined;
  return listed === undefined ? undefined : { name, listed, check: rest.join('/') };
}

/** The text of a probe, as upstream's handler writes it: reasons are for the log and not for whoever asks. */
function answerTo(server: Server, path: string, query: Readonly<Record<string, string>>): Reply {
  const probe = probeOf(path);
  if (probe === undefined) return refuse(unknownResourceError());
  const { name, listed, check } = probe;
  if (check !== '') {
    const problem = problemOf(name, check, server);
    return problem === undefined
      ? text(200, 'ok')
      : text(500, `internal server error: ${problem}\n`);
  }
  const excluded = query['exclude'] ?? '';
  const failed = listed.filter(
    (each) => each !== excluded && problemOf(name, each, server) !== undefined,
  );
  if (failed.length === 0 && !isTrue(query['verbose'])) return text(200, 'ok');
  const lines = listed.map((each) => {
    if (each === excluded) return `[+]${each} excluded: ok\n`;
    return failed.includes(each) ? `[-]${each} failed: reason withheld\n` : `[+]${each} ok\n`;
  });
  if (excluded !== '' && !listed.includes(excluded)) {
    lines.push(`warn: some health checks cannot be excluded: no matches for "${excluded}"\n`);
  }
  return failed.length === 0
    ? text(200, `${lines.join('')}${name} check passed\n`)
    : text(500, `${lines.join('')}${name} check failed\n`);
}

function answerCheck(
  server: Server,
  question: Omit<Extract<HealthQuestion, { kind: 'check' }>, 'kind'>,
): void {
  const { client, id, path, again } = question;
  const { health } = server.memory;
  const [bare = '', search = ''] = path.split('?');
  const { code, body } = answerTo(server, bare, queryOf(search));
  const stands = again && code === 200 && health.stands;
  if (stands) health.told.add(client);
  server.env.send(client, {
    type: 'health/answer',
    id,
    code,
    body: typeof body === 'string' ? body : '404 page not found',
    ...(stands ? { stands } : undefined),
  });
}

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze({});

function queryOf(search: string): Readonly<Record<string, string>> {
  if (search === '') return NO_QUERY;
  const query = Object.create(null) as Record<string, string>; // Keys are the asker's.
  for (const part of search.split('&')) {
    const [key = '', value = ''] = part.split('=');
    query[key] = value;
  }
  return query;
}

function text(code: number, body: string): Reply {
  return { kind: 'reply', code, body, contentType: 'text/plain; charset=utf-8' };
}
