import type { Env } from '../../kernel/process.ts';
import { statusError, unauthorizedError } from '../../api/status-error.ts';
import type { HealthAnswer, HealthCheck } from '../messages.ts';
import {
  call,
  messageOf,
  succeeded,
  type ApiClient,
  type ApiClientMessage,
  type ApiOutcome,
} from './api-client.ts';

/**
 * What a component serves beside its health, `/metrics` above all, is for whom the API server lets read that path: it is
 * asked whose the token is, and whether he may (upstream: delegated authentication and authorization).
 */

/** Who wants to read what; travels with the questions, so that nothing has to be kept. */
interface Asker {
  readonly process: string;
  readonly id: number;
  readonly path: string;
  readonly user: string;
}

/** What the questions wait for; part of the process's `Then`. */
export type AccessThen =
  | { readonly type: 'access/authenticated'; readonly asker: Asker }
  | { readonly type: 'access/authorized'; readonly asker: Asker };

type AccessEnv = Env<ApiClientMessage>;
type AccessClient<Then> = ApiClient<Then | AccessThen>;

const HEALTH_PATH = /^\/(?:healthz|livez|readyz)(?:[/?]|$)/;

/** Whether what a path leads to is not for everybody. */
export function isGuarded({ path }: HealthCheck): boolean {
  return !HEALTH_PATH.test(path);
}

/** Begins to find out whether the asker may. */
export function askAccess<Then>(
  client: AccessClient<Then>,
  env: AccessEnv,
  { id, path, token, user = ANONYMOUS }: HealthCheck,
): void {
  if (env.from === undefined) return;
  const asker: Asker = { process: env.from, id, path: path.replace(/\?.*$/, ''), user: user.name };
  if (token === undefined) askWhetherMay(client, env, asker, user.groups);
  else {
    call(client, env, {
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } },
      then: Object.freeze({ type: 'access/authenticated', asker: Object.freeze(asker) }),
    });
  }
}

const ANONYMOUS = Object.freeze({
  name: 'system:anonymous',
  groups: Object.freeze(['system:unauthenticated']),
});

function askWhetherMay<Then>(
  client: AccessClient<Then>,
  env: AccessEnv,
  asker: Asker,
  groups: readonly string[],
): void {
  const { user, path } = asker;
  call(client, env, {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups, nonResourceAttributes: { path, verb: 'get' } },
    },
    then: Object.freeze({ type: 'access/authorized', asker: Object.freeze(asker) }),
  });
}

/** Takes an answer of the API server: asks on, or gives the asker what he asked for. */
export function accessAnswered<Then>(
  {
    client,
    env,
    wire,
    page,
  }: {
    readonly client: AccessClient<Then>;
    readonly env: AccessEnv;
    /** The process's own way to the asker. */
    readonly wire: Pick<Env<HealthAnswer>, 'send'>;
    /** What `/metrics` says. */
    readonly page: () => string;
  },
  then: AccessThen,
  outcome: ApiOutcome,
): void {
  const { asker } = then;
  const reply = (code: number, body: string): void =>
    wire.send(asker.process, { type: 'health/answer', id: asker.id, code, body });
  if (!succeeded(outcome)) {
    reply(500, `Internal Server Error: "${asker.path}": ${messageOf(outcome)}\n`);
    return;
  }
  if (then.type === 'access/authenticated') {
    // The answer to a TokenReview is one.
    const { status } = outcome.body as {
      status?: { authenticated?: boolean; user?: { username?: string; groups?: string[] } };
    };
    const { username, groups = [] } = status?.user ?? {};
    if (status?.authenticated !== true || username === undefined) {
      reply(401, statusText(unauthorizedError()));
    } else askWhetherMay(client, env, { ...asker, user: username }, groups);
    return;
  }
  // And that to a SubjectAccessReview.
  const { status } = outcome.body as { status?: { allowed?: boolean } };
  if (status?.allowed !== true) {
    const message = `forbidden: User "${asker.user}" cannot get path "${asker.path}"`;
    reply(403, statusText(statusError(403, 'Forbidden', message, {})));
  } else if (asker.path === '/metrics') reply(200, page());
  else reply(404, '404 page not found\n');
}

function statusText(status: object): string {
  return `${JSON.stringify(status, undefined, 2)}\n`;
}
