import type { ApiRequest } from '../messages.ts';
import type { Exchange, Reply } from './exchange.ts';
import { release } from './flow-control/release.ts';
import {
  countAnswer,
  countersOf,
  labelsText,
  type AnswerCounters,
  type ApiRequestObservation,
  type ApiServerMetrics,
} from './metrics.ts';
import { noteOwnAnswer } from './own/state.ts';
import { passageOf, type Passage } from './passage.ts';
import type { Server } from './server.ts';
import { collectedDeletions, notePart } from './writes/delete-collection.ts';

/** Sends the answer of a request to whoever waits for it. `passage` is that of the request. */
export function sendReply(
  server: Server,
  exchange: Exchange,
  answer: Reply,
  passage: Passage = passageOf(server, exchange.request, exchange.receivedAt),
): void {
  const { client, request, group } = exchange;
  if (group !== 0) {
    noteGroupReply(server, group, answer);
    return;
  }
  const { code, body, warnings, retryAfterSeconds, contentType } = answer;
  count(server, exchange, code, passage);
  if (client === undefined) {
    noteOwnAnswer(server, code);
    return;
  }
  const isPlain =
    warnings === undefined &&
    retryAfterSeconds === undefined &&
    contentType === undefined &&
    passage.kind?.deprecation === undefined;
  // Nearly every answer; putting one together from optional parts costs several times as much.
  if (isPlain) server.env.send(client, { type: 'api/response', id: request.id, code, body });
  else sendWhole(server, client, request, answer, passage);
}

function sendWhole(
  { env }: Server,
  client: string,
  { id, typed }: ApiRequest,
  { code, body, warnings: own, retryAfterSeconds, contentType }: Reply,
  { kind }: Passage,
): void {
  const deprecation = kind?.deprecation;
  // Whoever speaks to a kind that is on its way out is told so, except for components.
  const warnings =
    deprecation === undefined || typed === true ? own : [deprecation, ...(own ?? [])];
  env.send(client, {
    type: 'api/response',
    id,
    code,
    body,
    ...(warnings === undefined ? undefined : { warnings }),
    ...(retryAfterSeconds === undefined ? undefined : { retryAfterSeconds }),
    ...(contentType === undefined ? undefined : { contentType }),
  });
}

/** Counts an answer, and tells the observers of it. */
export function report(server: Server, exchange: Exchange, code: number): void {
  count(server, exchange, code, passageOf(server, exchange.request, exchange.receivedAt));
}

function count(server: Server, exchange: Exchange, code: number, passage: Passage): void {
  const { env, memory } = server;
  const { request, receivedAt, seat, client } = exchange;
  if (seat !== undefined) release(server, seat, passage.gate?.level);
  const { verb } = passage;
  const resource = passage.kind?.plural ?? '';
  const { now } = env;
  const latencyMicros = now - receivedAt;
  // Trials are rare, and of a site of their own only here.
  const isTrial = request.query['dryRun'] !== undefined;
  const counters =
    (isTrial ? undefined : passage.counters) ??
    findCounters(memory.metrics, passage, request, isTrial);
  countAnswer(memory.metrics, counters, code, latencyMicros, now);
  const observation: ApiRequestObservation = {
    kind: 'api-request',
    method: request.method,
    path: request.path,
    user: request.user,
    from: client ?? '',
    code,
    latencyMicros,
    resource,
    verb,
  };
  env.emit(observation);
}

function findCounters(
  metrics: ApiServerMetrics,
  passage: Passage,
  request: ApiRequest,
  isTrial: boolean,
): AnswerCounters {
  const found = countersOf(metrics, passage.verb, labelsOf(passage, request));
  if (!isTrial) passage.counters = found;
  return found;
}

/** What upstream labels a request with (its scope: metrics.CleanScope). */
function labelsOf({ kind, site, verb }: Passage, { path, query }: ApiRequest): string {
  const dryRun = query['dryRun'] === undefined ? '' : 'All';
  if (kind === undefined || site === undefined) {
    const [, probe = ''] = PROBE.exec(path) ?? [];
    return labelsText({ ...NO_RESOURCE, subresource: probe, dryRun });
  }
  const { group, version, plural: resource } = kind;
  const { subresource, authorizedNamespace } = site;
  const isOfMany = verb === 'list' || verb === 'watch' || verb === 'deletecollection';
  const scope = isOfMany ? (authorizedNamespace === '' ? 'cluster' : 'namespace') : 'resource';
  return labelsText({ group, version, resource, subresource, scope, dryRun });
}

const PROBE = /^(\/(?:healthz|livez|readyz))(?:\/|$)/;
const NO_RESOURCE = { group: '', version: '', resource: '', scope: '' } as const;

/** The last part's answer answers the whole. */
function noteGroupReply(server: Server, id: number, answer: Reply): void {
  const group = server.memory.groups.get(id);
  if (group === undefined) return;
  notePart(group, answer);
  if (group.waiting > 0) return;
  server.memory.groups.delete(id);
  sendReply(server, group.exchange, collectedDeletions(server, group));
}
