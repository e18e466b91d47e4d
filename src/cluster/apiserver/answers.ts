import type { Exchange, Reply } from './exchange.ts';
import { release } from './flow-control/release.ts';
import { countAnswer, type ApiRequestObservation } from './metrics.ts';
import { noteOwnAnswer } from './own/state.ts';
import { targetOf } from './request-target.ts';
import type { Server } from './server.ts';
import { verbOf } from './verb.ts';
import { collectedDeletions, notePart } from './writes/delete-collection.ts';

/** Sends the answer of a request to whoever waits for it. */
export function sendReply(server: Server, exchange: Exchange, answer: Reply): void {
  const { client, request, group } = exchange;
  if (group !== 0) {
    noteGroupReply(server, group, answer);
    return;
  }
  report(server, exchange, answer.code);
  if (client === undefined) {
    noteOwnAnswer(server, answer.code);
    return;
  }
  const { code, body, retryAfterSeconds, contentType } = answer;
  const warnings = withDeprecation(exchange, answer.warnings);
  const { id } = request;
  if (warnings === undefined && retryAfterSeconds === undefined && contentType === undefined) {
    // Nearly every answer; putting one together from optional parts costs several times as much.
    server.env.send(client, { type: 'api/response', id, code, body });
    return;
  }
  server.env.send(client, {
    type: 'api/response',
    id,
    code,
    body,
    ...(warnings === undefined ? undefined : { warnings }),
    ...(retryAfterSeconds === undefined ? undefined : { retryAfterSeconds }),
    ...(contentType === undefined ? undefined : { contentType }),
  });
}

/** Whoever speaks to a kind that is on its way out is told so. */
function withDeprecation(
  { request }: Exchange,
  warnings: readonly string[] | undefined,
): readonly string[] | undefined {
  const deprecation = targetOf(request.path)?.kind.deprecation;
  if (deprecation === undefined || request.typed === true) return warnings;
  return [deprecation, ...(warnings ?? [])];
}

/** Counts an answer, and tells the observers of it. */
export function report(server: Server, exchange: Exchange, code: number): void {
  const { request, receivedAt, seat } = exchange;
  if (seat !== undefined) release(server, seat);
  const verb = verbOf(request);
  const latencyMicros = server.env.now - receivedAt;
  const resource = targetOf(request.path)?.kind.plural ?? '';
  const { now } = server.env;
  countAnswer(server.memory.metrics, { verb, resource, code, latencyMicros, now });
  const observation: ApiRequestObservation = {
    kind: 'api-request',
    method: request.method,
    path: request.path,
    user: request.user,
    from: exchange.client ?? '',
    code,
    latencyMicros,
    resource,
    verb,
  };
  server.env.emit(observation);
}

/** The last part's answer answers the whole. */
function noteGroupReply(server: Server, id: number, answer: Reply): void {
  const group = server.memory.groups.get(id);
  if (group === undefined) return;
  notePart(group, answer);
  if (group.waiting > 0) return;
  server.memory.groups.delete(id);
  sendReply(server, group.exchange, collectedDeletions(server, group));
}
