import type { Status } from '../../api/generated/types.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { ConnectionLost } from '../../kernel/kernel.ts';
import type { Env } from '../../kernel/process.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { ApiCancel, ApiRequest, ApiResponse, Method } from '../messages.ts';
import { createRateLimiter, reserveToken, type RateLimiter } from './rate-limiter.ts';
import { requestNumbers, type RequestNumbers } from './request-numbers.ts';

/**
 * A component's connection to the API server, as plain data. What comes after an answer is data too
 * (`Then`, handed back with the outcome), because a waiting function could not be checkpointed.
 */
export interface ApiClient<Then> {
  readonly server: string;
  /** The identity the server sees, for example `system:node:node-1`. */
  readonly user: string;
  /** Program and version; its first word becomes the field manager. */
  readonly userAgent: string;
  readonly limiter: RateLimiter;
  nextId: number;
  /** From one number to the next; more than 1 where a process has several clients. */
  readonly stride: number;
  /** Requests sent and not answered, oldest first. */
  readonly inFlight: Map<number, InFlight<Then>>;
  /** Whether a timer for the oldest request's deadline is armed. */
  sweepArmed: boolean;
  /** Answers by method and code, where the component has a page that tells of them. */
  readonly answered: AnswerCount[] | undefined;
}

export interface AnswerCount {
  readonly method: Method;
  /** 0: no connection came about. */
  readonly code: number;
  count: number;
}

interface InFlight<Then> {
  /** What was sent, in case the server wants it later. Frozen. */
  readonly request: ApiRequest;
  /** How often the server has asked to come back later. */
  retries: number;
  readonly then: Then;
  readonly deadline: Micros;
  readonly cause: Cause | undefined;
}

/** What came of a request: an HTTP answer, or none (connection lost, time over). */
export type ApiOutcome =
  | {
      readonly kind: 'answered';
      readonly code: number;
      readonly body: unknown;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'failed'; readonly why: 'connection lost' | 'timed out' };

/** Timers a client sets for its own process; the process hands them back with `clientStep`. */
export type ApiClientTimer =
  | { readonly type: 'client/sweep' }
  | { readonly type: 'client/send-later'; readonly request: ApiRequest };

/** What a client sends or schedules. */
export type ApiClientMessage = ApiClientTimer | ApiRequest | ApiCancel;

/** One request. `timeoutMicros` is the client's own patience (default 30 s). */
export interface Call<Then> {
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly then: Then;
  readonly timeoutMicros?: Micros;
}

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze({});
const DEFAULT_TIMEOUT: Micros = 30_000_000;
const EACH_NUMBER: RequestNumbers = Object.freeze(requestNumbers(0, 1));

export function createApiClient<Then>(options: {
  readonly server: string;
  readonly user: string;
  readonly userAgent: string;
  readonly qps: number;
  readonly burst: number;
  /** Whether answers are counted. */
  readonly isCounted?: boolean;
  /** Where a process has several clients (absent: one). */
  readonly numbers?: RequestNumbers;
}): ApiClient<Then> {
  const { first, stride } = options.numbers ?? EACH_NUMBER;
  return {
    server: options.server,
    user: options.user,
    userAgent: options.userAgent,
    limiter: createRateLimiter(options.qps, options.burst),
    nextId: first,
    stride,
    inFlight: new Map(),
    sweepArmed: false,
    answered: options.isCounted === true ? [] : undefined,
  };
}

/**
 * Sends a request, after waiting for a token where the client is over its rate. Answers its id. All requests have one
 * shape, whether they carry a body or not: whoever reads them then finds every field in the same place.
 */
export function call<Then>(
  client: ApiClient<Then>,
  env: Env<ApiClientMessage>,
  request: Call<Then>,
): number {
  const { server, user, userAgent, nextId: id } = client;
  const { now } = env;
  const { method, path, query = NO_QUERY, body, contentType, then } = request;
  client.nextId = id + client.stride;
  const wait = reserveToken(client.limiter, now);
  const patience = wait + (request.timeoutMicros ?? DEFAULT_TIMEOUT);
  const message: ApiRequest = Object.freeze({
    type: 'api/request',
    id,
    method,
    path,
    query,
    user,
    userAgent,
    body,
    typed: body === undefined ? undefined : true,
    contentType,
  });
  const deadline = now + patience;
  client.inFlight.set(id, { request: message, retries: 0, then, deadline, cause: env.cause });
  if (wait > 0) env.after(wait, { type: 'client/send-later', request: message });
  else env.send(server, message);
  if (!client.sweepArmed) armSweep(client, env, patience);
  return id;
}

/** Of a client, what a stream needs. */
export type StreamClient = Pick<
  ApiClient<unknown>,
  'server' | 'user' | 'userAgent' | 'nextId' | 'stride'
>;

/** A watch: not counted against the rate while open, never timed out by the client. */
export function openStream(
  client: StreamClient,
  env: Env<ApiClientMessage>,
  request: { readonly path: string; readonly query: Readonly<Record<string, string>> },
): number {
  const id = client.nextId;
  client.nextId = id + client.stride;
  env.send(client.server, {
    type: 'api/request',
    id,
    method: 'GET',
    path: request.path,
    query: request.query,
    user: client.user,
    userAgent: client.userAgent,
  });
  return id;
}

/** Hands an outcome to its `then`; `context` is what the step was called with. */
export type OnOutcome<Then, Context = undefined> = (
  then: Then,
  outcome: ApiOutcome,
  context: Context,
) => void;

/**
 * Takes a message that concerns the client's requests. False when it is not the client's: the caller
 * then looks at it. Answers to streams are not seen here (see informer.ts). With a `context` the function that hears of
 * outcomes may be the same at every step.
 */
export function apiClientStep<Then>(
  client: ApiClient<Then>,
  message: { readonly type: string },
  env: Env<ApiClientMessage>,
  onOutcome: OnOutcome<Then>,
): boolean;
export function apiClientStep<Then, Context>(
  client: ApiClient<Then>,
  message: { readonly type: string },
  env: Env<ApiClientMessage>,
  onOutcome: OnOutcome<Then, Context>,
  context: Context,
): boolean;
export function apiClientStep<Then, Context>(
  client: ApiClient<Then>,
  message: { readonly type: string },
  env: Env<ApiClientMessage>,
  onOutcome: OnOutcome<Then, Context | undefined>,
  context?: Context,
): boolean {
  switch (message.type) {
    case 'api/response': {
      const response = message as ApiResponse;
      const waiting = client.inFlight.get(response.id);
      if (waiting === undefined) return false;
      const { code, body, retryAfterSeconds } = response;
      const { answered } = client;
      if (answered !== undefined) {
        const { method } = waiting.request;
        let at = 0;
        while (
          at < answered.length &&
          (answered[at]?.code !== code || answered[at]?.method !== method)
        )
          at += 1;
        const counted = answered[at];
        if (counted === undefined) answered.push({ method, code, count: 1 });
        else counted.count += 1;
      }
      if (retryAfterSeconds !== undefined && mustComeBack(waiting, code)) {
        waiting.retries += 1;
        const { request } = waiting;
        env.after(retryAfterSeconds * SECOND, { type: 'client/send-later', request });
        return true;
      }
      client.inFlight.delete(response.id);
      // No connection has come about: its handshake failed.
      if (code === 0) {
        onOutcome(waiting.then, { kind: 'failed', why: 'connection lost' }, context);
        return true;
      }
      onOutcome(
        waiting.then,
        retryAfterSeconds === undefined
          ? { kind: 'answered', code, body }
          : { kind: 'answered', code, body, retryAfterSeconds },
        context,
      );
      return true;
    }
    case 'client/send-later': {
      const { request } = message as Extract<ApiClientTimer, { type: 'client/send-later' }>;
      // It may have been given up meanwhile.
      if (client.inFlight.has(request.id)) env.send(client.server, request);
      return true;
    }
    case 'client/sweep':
      client.sweepArmed = false;
      sweep(client, env, onOutcome, context);
      return true;
    case 'kernel/connection-lost':
      if ((message as ConnectionLost).peer === client.server)
        failAll(client, env, onOutcome, context);
      // The process may have other use for it.
      return false;
    default:
      return false;
  }
}

/** client-go comes back up to ten times when the server names a time: refusals for load, and passing troubles. */
const RETRIES_MAX = 10;

function mustComeBack<Then>({ retries }: InFlight<Then>, code: number): boolean {
  return retries < RETRIES_MAX && (code === 429 || code >= 500);
}

/** Whether an outcome is a success; narrows it to its body. */
export function succeeded(
  outcome: ApiOutcome,
): outcome is Extract<ApiOutcome, { kind: 'answered' }> {
  return outcome.kind === 'answered' && outcome.code < 300;
}

/** The reason of a refusal (`NotFound`, `Conflict`, `AlreadyExists` …), or what kept the answer away. */
export function reasonOf(outcome: ApiOutcome): string {
  if (outcome.kind === 'failed') return outcome.why;
  if (typeof outcome.body === 'string' && outcome.code === 429) return 'TooManyRequests';
  // Any other refusal's body is a Status by the API's contract.
  return (outcome.body as Status | undefined)?.reason ?? String(outcome.code);
}

/** What client-go makes of a refusal that is plain text. */
const TOO_MANY_REQUESTS =
  'the server has received too many requests and has asked us to try again later';

/** A refusal's message for a person or an Event. */
export function messageOf(outcome: ApiOutcome): string {
  if (outcome.kind === 'failed') return outcome.why;
  if (typeof outcome.body === 'string' && outcome.code === 429) return TOO_MANY_REQUESTS;
  return (outcome.body as Status | undefined)?.message ?? `HTTP ${outcome.code}`;
}

function armSweep<Then>(client: ApiClient<Then>, env: Env<ApiClientMessage>, delay: Micros): void {
  client.sweepArmed = true;
  env.after(delay, { type: 'client/sweep' });
}

/** Fails what is overdue. One timer serves all requests: nearly every one is answered long before. */
function sweep<Then, Context>(
  client: ApiClient<Then>,
  env: Env<ApiClientMessage>,
  onOutcome: OnOutcome<Then, Context>,
  context: Context,
): void {
  const overdue: InFlight<Then>[] = [];
  let next = Number.MAX_SAFE_INTEGER;
  for (const [id, waiting] of client.inFlight) {
    if (waiting.deadline <= env.now) {
      client.inFlight.delete(id);
      env.send(client.server, { type: 'api/cancel', id });
      overdue.push(waiting);
    } else if (waiting.deadline < next) next = waiting.deadline;
  }
  if (next < Number.MAX_SAFE_INTEGER) armSweep(client, env, next - env.now);
  for (const waiting of overdue) {
    env.resumeCause(waiting.cause);
    onOutcome(waiting.then, { kind: 'failed', why: 'timed out' }, context);
  }
}

function failAll<Then, Context>(
  client: ApiClient<Then>,
  env: Env<ApiClientMessage>,
  onOutcome: OnOutcome<Then, Context>,
  context: Context,
): void {
  const lost = [...client.inFlight.values()];
  client.inFlight.clear();
  for (const waiting of lost) {
    env.resumeCause(waiting.cause);
    onOutcome(waiting.then, { kind: 'failed', why: 'connection lost' }, context);
  }
}
