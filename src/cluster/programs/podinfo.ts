import { hmacSha256 } from '../../base/sha256.ts';
import type { ContainerConfig } from '../messages.ts';
import type { HttpAsked } from './commands/command.ts';
import { parseImageReference } from './image-reference.ts';
import type { Host } from './program.ts';

/** What a server says to a request. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A request as the routes below read it. */
interface Request {
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type PodinfoHost = Pick<Host, 'now' | 'epochMillis' | 'config'>;
type Route = (request: Request, host: PodinfoHost) => HttpAnswer;

/**
 * podinfo, the small web application that charts are tried with (github.com/stefanprodan/podinfo, `pkg/api/http`): its routes
 * as far as they keep nothing between two requests. The cache is always offline, and `/delay` does not wait.
 */
export function podinfoAnswer(
  host: PodinfoHost,
  path: string,
  { method = 'GET', said }: Partial<HttpAsked> = {},
): HttpAnswer {
  const [bare = '/'] = path.split('?');
  const found = ROUTES.find(({ pattern }) => pattern.test(bare));
  if (found === undefined) return { status: 404, body: '404 page not found\n' };
  if (!found.methods.includes(method)) return { status: 405, body: '' };
  const request = { path: bare, method, headers: said?.headers ?? {}, body: said?.body ?? '' };
  return found.answer(request, host);
}

const ok = (value: unknown, status = 200): HttpAnswer => ({
  status,
  body: `${JSON.stringify(value, undefined, 2)}\n`,
});

const refused = (code: number, message: string): HttpAnswer => ok({ code, message }, code);

const info: Route = (_request, { config }) => {
  const version = versionOf(config);
  return ok({
    hostname: config.hostname,
    version,
    revision: 'unknown',
    color: settingOf(config, 'ui-color') ?? '#34577c',
    logo:
      settingOf(config, 'ui-logo') ??
      'https://raw.githubusercontent.com/stefanprodan/podinfo/gh-pages/cuddle_clap.gif',
    message: settingOf(config, 'ui-message') ?? `greetings from podinfo v${version}`,
    goos: 'linux',
    goarch: 'amd64',
    runtime: 'go1.25.5',
    num_goroutine: '8',
    num_cpu: '4',
  });
};

/** The tag of its image, as far as that is a version. */
function versionOf({ image }: ContainerConfig): string {
  const reference = parseImageReference(image);
  const tag = typeof reference === 'string' ? '' : reference.tag;
  return /^\d+\.\d+\.\d+$/.test(tag) ? tag : '6.14.1';
}

/** A setting of its command line or its environment: `--ui-color=red`, `PODINFO_UI_COLOR`. */
function settingOf({ command, args, env }: ContainerConfig, name: string): string | undefined {
  const flag = `--${name}=`;
  const given = [...command, ...args].find((word) => word.startsWith(flag));
  if (given !== undefined) return given.slice(flag.length);
  const variable = `PODINFO_${name.toUpperCase().replaceAll('-', '_')}`;
  return env.find((each) => each.name === variable)?.value;
}

/** Well, unless a flag says that it shall not be. */
function wellUnless(flag: string): Route {
  return (_request, { config: { command, args } }) =>
    [...command, ...args].some((word) => word === `--${flag}` || word === `--${flag}=true`)
      ? { status: 503, body: '' }
      : ok({ status: 'OK' });
}

const MINUTE_SECONDS = 60;

/** Issues a token that is good for a minute, signed with HS256 as `jwt-secret` says; by default with nothing. */
const issueToken: Route = ({ body }, host) => {
  const expires = secondsNow(host) + MINUTE_SECONDS;
  const name = body === '' ? 'anonymous' : body;
  const claims = `${segment({ alg: 'HS256', typ: 'JWT' })}.${segment({ name, exp: expires, iss: 'podinfo' })}`;
  const token = `${claims}.${signature(claims, host)}`;
  return ok({ token, expires_at: momentOf(expires) });
};

const validateToken: Route = ({ headers }, host) => {
  const words = (headers['authorization'] ?? '').split(' ');
  const [scheme = '', token = ''] = words;
  if (words.length !== 2 || scheme.toLowerCase() !== 'bearer') {
    return refused(401, 'authorization bearer header required');
  }
  const [head = '', claims = '', signed = '', ...more] = token.split('.');
  if (more.length > 0 || signed === '') {
    return refused(401, 'token contains an invalid number of segments');
  }
  if (signed !== signature(`${head}.${claims}`, host)) return refused(401, 'signature is invalid');
  // It was signed here, so it has these claims.
  const { name, exp } = JSON.parse(fromBase64Url(claims)) as { name: string; exp: number };
  const late = secondsNow(host) - exp;
  return late >= 0
    ? refused(401, `token is expired by ${late}s`)
    : ok({ token_name: name, expires_at: momentOf(exp) });
};

function secondsNow({ now, epochMillis }: PodinfoHost): number {
  return Math.floor((epochMillis + now / 1000) / 1000);
}

function momentOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function signature(text: string, { config }: PodinfoHost): string {
  return base64Url(hmacSha256(settingOf(config, 'jwt-secret') ?? '', text));
}

function segment(value: unknown): string {
  return base64Url(new TextEncoder().encode(JSON.stringify(value)));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function fromBase64Url(text: string): string {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
}

const GET = ['GET', 'HEAD'];
const ANY = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'];

interface RouteRow {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
  readonly answer: Route;
}

const ROUTES: readonly RouteRow[] = [
  { pattern: /^\/healthz$/, methods: GET, answer: wellUnless('unhealthy') },
  { pattern: /^\/readyz$/, methods: GET, answer: wellUnless('unready') },
  { pattern: /^\/(?:api\/info)?$/, methods: GET, answer: info },
  {
    pattern: /^\/version$/,
    methods: GET,
    answer: (_request, { config }) => ok({ commit: 'unknown', version: versionOf(config) }),
  },
  {
    pattern: /^\/(?:api\/)?echo(?:\/|$)/,
    methods: ANY,
    answer: ({ body }) => ({ status: 202, body }),
  },
  {
    pattern: /^\/env$/,
    methods: ['GET', 'POST'],
    answer: (_request, { config }) => ok(config.env.map(({ name, value }) => `${name}=${value}`)),
  },
  {
    pattern: /^\/headers$/,
    methods: ['GET', 'POST'],
    answer: ({ headers }) =>
      ok(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))),
  },
  {
    pattern: /^\/delay\/\d+$/,
    methods: GET,
    answer: ({ path }) => ok({ delay: numberIn(path) }),
  },
  {
    pattern: /^\/status\/\d+$/,
    methods: ['GET', 'POST', 'PUT'],
    answer: ({ path }) => ok({ status: numberIn(path) }, numberIn(path)),
  },
  { pattern: /^\/token$/, methods: ['POST'], answer: issueToken },
  { pattern: /^\/token\/validate$/, methods: GET, answer: validateToken },
  {
    pattern: /^\/cache\/[^/]+$/,
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    answer: () => refused(400, 'cache server is offline'),
  },
  { pattern: /^\/metrics$/, methods: GET, answer: () => ({ status: 200, body: '' }) },
];

function numberIn(path: string): number {
  return Number(/\d+$/.exec(path)?.[0] ?? 0);
}
