import {
  badRequestError,
  requestEntityTooLargeError,
  statusError,
  unsupportedMediaTypeError,
  type StatusError,
} from '../api/status-error.ts';
import type { KubernetesList, KubernetesObject } from '../api/generated/types.ts';
import { schemaOf } from '../api/schema/lookup.ts';
import { duplicateFieldsOf } from '../api/decode/duplicate-fields.ts';
import { bodySummary, jsonFault } from '../api/decode/json-fault.ts';
import { parseManifest } from '../api/manifest/parse.ts';
import { decodeProtobuf, PROTOBUF } from '../api/protobuf/decode.ts';
import { createGenerations, type Generations } from '../base/generations.ts';
import { refusal, success, type Result } from '../base/result.ts';
import type { WatchEvent } from '../cluster/messages.ts';
import type { Session, SessionRequest, SessionResponse } from './session.ts';

/** Upstream's limit on the body of a request that changes something. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;
/**
 * A watcher that has not read so much of what it was sent is cut off, and lists again; upstream ends one whose channel stays
 * full, whatever the connection itself still holds. The first answer may be of any size: a list in the form of events.
 */
const WATCH_BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** Something that answers requests as `fetch` would, for a user who has been authenticated already. */
export type FetchHandler = (
  request: Request,
  user: string,
  /** The bearer token that says so, where the server is to look at it itself. */
  token?: string,
) => Promise<Response>;

export interface FetchAdapterOptions {
  readonly session: Session;
  /** Called when a request has been put on the wire: whoever paces the world may want to hurry. */
  onRequest(): void;
}

/**
 * The Kubernetes API of a session in the shape of `fetch`, for real HTTP and for programs in the page. A network error
 * (`Response.error()`) means that no server answered.
 */
export function createFetchHandler({ session, onRequest }: FetchAdapterOptions): FetchHandler {
  return async (request, user, token) => {
    const { method } = request;
    if (!isMethod(method)) return jsonResponse(statusError(405, 'MethodNotAllowed', ''), request);
    const { pathname, search } = new URL(request.url);
    const contentType = request.headers.get('content-type') ?? '';
    const read = await readBody(request, contentType);
    if (!read.ok) return jsonResponse(read.error, request);
    const accept = request.headers.get('accept');
    const sessionRequest: SessionRequest = {
      method,
      path: `${pathname}${search}`,
      user,
      userAgent: request.headers.get('user-agent') ?? '',
      ...(token === undefined ? undefined : { token }),
      ...impersonation(request.headers),
      ...read.value,
      ...(contentType === '' ? undefined : { contentType: jsonType(contentType) }),
      ...(accept === null ? undefined : { accept }),
    };
    const answered = answerTo(session, sessionRequest, request);
    onRequest();
    return answered;
  };
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

function isMethod(method: string): method is SessionRequest['method'] {
  return methods.some((each) => each === method);
}

/** A decoded protobuf body counts as the JSON that it stands for. */
function jsonType(contentType: string): string {
  return contentType.startsWith(PROTOBUF) ? 'application/json' : contentType;
}

/** On whose behalf a client asks, as `kubectl --as` and its companions say it. */
export function impersonation(headers: Headers): Pick<SessionRequest, 'impersonate'> | undefined {
  const user = headers.get('impersonate-user');
  const uid = headers.get('impersonate-uid');
  const groups = listed(headers.get('impersonate-group'));
  const extra: Record<string, readonly string[]> = Object.create(null) as Record<
    string,
    readonly string[]
  >;
  for (const [name, value] of headers) {
    if (!name.startsWith(EXTRA)) continue;
    extra[unescapedKey(name.slice(EXTRA.length))] = listed(value);
  }
  const hasExtra = Object.keys(extra).length > 0;
  if (user === null && uid === null && groups.length === 0 && !hasExtra) return undefined;
  return {
    impersonate: {
      user: user ?? '',
      ...(groups.length === 0 ? undefined : { groups }),
      ...(uid === null ? undefined : { uid }),
      ...(hasExtra ? { extra: { ...extra } } : undefined),
    },
  };
}

const EXTRA = 'impersonate-extra-';

/** Several headers of one name arrive as one, joined by commas. */
function listed(value: string | null): readonly string[] {
  return value === null ? [] : value.split(',').map((each) => each.trim());
}

/** Keys are percent-encoded, for a header's name takes few letters. */
function unescapedKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** A body that has been read, and what its text had twice. One that is no JSON the server refuses, in its turn. */
type ReadBody = Pick<SessionRequest, 'body' | 'duplicateFields' | 'unreadable'>;

/** The body as JSON values; undefined for none. */
async function readBody(
  request: Request,
  contentType: string,
): Promise<Result<ReadBody | undefined, StatusError>> {
  if (request.body === null) return success(undefined);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > BODY_BYTES_MAX) {
    return refusal(requestEntityTooLargeError(`limit is ${BODY_BYTES_MAX}`));
  }
  if (bytes.length === 0) return success(undefined);
  const mediaType = contentType.split(';')[0]?.trim() ?? '';
  if (mediaType === PROTOBUF) {
    const decoded = decodeProtobuf(bytes);
    return decoded.ok ? success({ body: decoded.value }) : refusal(badRequestError(decoded.error));
  }
  const text = new TextDecoder().decode(bytes);
  if (mediaType === 'application/yaml' || mediaType.endsWith('+yaml')) {
    const read = readYaml(text);
    return read.ok ? success({ body: read.value }) : read;
  }
  if (mediaType !== '' && mediaType !== '*/*' && !mediaType.endsWith('json')) {
    return refusal(unsupportedMediaTypeError(['application/json', 'application/yaml', PROTOBUF]));
  }
  const read = readJson(text);
  if (!read.ok) return success({ unreadable: { fault: read.error, head: bodySummary(text) } });
  const duplicateFields = duplicateFieldsOf(text);
  return success({
    body: read.value,
    ...(duplicateFields.length === 0 ? undefined : { duplicateFields }),
  });
}

/** Or else what is wrong with the text, in the words of Go's decoder. */
function readJson(text: string): Result<unknown, string> {
  try {
    return success(JSON.parse(text));
  } catch {
    return refusal(jsonFault(text) ?? 'invalid character in JSON input');
  }
}

/** YAML contains JSON, and clients that send an apply patch mostly write the latter. */
function readYaml(text: string): Result<unknown, StatusError> {
  if (/^\s*[{[]/.test(text)) {
    const json = readJson(text);
    if (json.ok) return json;
  }
  const [document, ...more] = parseManifest(text).documents;
  if (document?.value === undefined || more.length > 0) {
    return refusal(badRequestError('error decoding YAML: the body is not one object'));
  }
  return success(document.value);
}

function answerTo(
  session: Session,
  sessionRequest: SessionRequest,
  request: Request,
): Promise<Response> {
  return new Promise((resolve) => {
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    let largest = 0;
    const send = (bytes: Uint8Array, contentType: string): void => {
      if (stream === undefined) {
        const body = new ReadableStream<Uint8Array>(
          {
            start(controller) {
              stream = controller;
            },
            cancel() {
              session.cancel(id);
            },
          },
          new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
        );
        resolve(new Response(body, { headers: { ...commonHeaders, 'Content-Type': contentType } }));
      }
      if (bytes.length === 0 || stream === undefined) return;
      stream.enqueue(bytes);
      if (bytes.length > largest) largest = bytes.length;
      if ((stream.desiredSize ?? 0) > -WATCH_BACKLOG_BYTES_MAX - largest) return;
      session.cancel(id);
      stream.error(new Error('the watcher reads too slowly'));
    };
    const id = session.request(sessionRequest, {
      onResponse(response) {
        if (stream === undefined) resolve(plainResponse(response, request));
        else if (response.code === 200) stream.close();
        else stream.error(new Error('the connection to the kubelet broke'));
      },
      onEvents: (events) => send(linesOf(events), JSON_TYPE),
      // A log that is followed.
      onData: (_channel, data) => send(encoder.encode(data), 'text/plain'),
    });
    request.signal.addEventListener('abort', () => session.cancel(id), { once: true });
  });
}

const JSON_TYPE = 'application/json';
const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array(0);
/** More events at once than several watches are told of. */
const SHARED_MAX = 64;
/** Larger ones are rare, and written for each watch anew. */
const LINE_BYTES_MAX = 16 * 1024;
const commonHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-cache, private',
};

/**
 * Lines of single events: one change goes to many watches at about the same time, and they share its bytes. What is
 * written of an event is in its type and its object.
 */
const lines: Readonly<Record<WatchEvent['type'], Generations<object, Uint8Array>>> = {
  ADDED: createGenerations(256),
  MODIFIED: createGenerations(256),
  DELETED: createGenerations(256),
  BOOKMARK: createGenerations(16),
  ERROR: createGenerations(16),
};

function linesOf(events: readonly WatchEvent[]): Uint8Array {
  const [only] = events;
  if (events.length === 1 && only !== undefined) return lineOf(only);
  // The beginning of a watch may be a long list, which is this watch's alone.
  if (events.length > SHARED_MAX) return encoder.encode(events.map(textOf).join(''));
  const parts = events.map(lineOf);
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function lineOf(event: WatchEvent): Uint8Array {
  const { type, object } = event;
  if (typeof object !== 'object' || object === null) return NO_BYTES;
  let line = lines[type].get(object);
  if (line === undefined) {
    line = encoder.encode(textOf(event));
    if (line.length <= LINE_BYTES_MAX) lines[type].set(object, line);
  }
  return line;
}

function textOf({ type, object }: WatchEvent): string {
  if (typeof object !== 'object' || object === null) return '';
  return `{"type":"${type}","object":${JSON.stringify(object)}}\n`;
}

function plainResponse(response: SessionResponse, request: Request): Response {
  const { code, body, warnings, contentType } = response;
  if (code === 0) return Response.error();
  const headers = new Headers(commonHeaders);
  for (const warning of warnings) headers.append('Warning', warningText(warning));
  const retryAfter = response.retryAfterSeconds ?? retryAfterOf(body);
  if (retryAfter !== undefined) headers.set('Retry-After', String(retryAfter));
  if (code === 404 && isNobodys(new URL(request.url).pathname)) {
    headers.set('Content-Type', 'text/plain; charset=utf-8');
    headers.set('X-Content-Type-Options', 'nosniff');
    return new Response('404 page not found\n', { status: code, headers });
  }
  headers.set('Content-Type', contentType ?? JSON_TYPE);
  const text = typeof body === 'string' ? body : jsonText(withoutItemKinds(body), request);
  return new Response(text, { status: code, headers });
}

/** Outside the API, Go's own server says that there is nothing: in plain words, not as a Status. */
function isNobodys(path: string): boolean {
  return !/^\/(?:api|apis|openapi)(?:\/|$)/.test(path);
}

/** Go's lists say once what their items are; those of custom resources, of no Go type, say it in each. */
function withoutItemKinds(body: unknown): unknown {
  const list = (body ?? {}) as Partial<KubernetesList>;
  if (!Array.isArray(list.items) || list.apiVersion === undefined) return body;
  const kind = list.kind?.endsWith('List') === true ? list.kind.slice(0, -'List'.length) : '';
  if (schemaOf(list.apiVersion, kind) === undefined) return body;
  const items = list.items.map(
    ({ kind: _kind, apiVersion: _version, ...item }: KubernetesObject) => item,
  );
  return { ...list, items };
}

/** A JSON answer that the host makes by itself. */
export function jsonResponse(body: StatusError, request: Request): Response {
  const headers = { ...commonHeaders, 'Content-Type': JSON_TYPE };
  return new Response(jsonText(body, request), { status: body.code, headers });
}

/** Go's encoder ends with a line break. Who reads it himself gets it indented, as upstream decides it. */
function jsonText(body: unknown, request: Request): string {
  const { pathname, searchParams } = new URL(request.url);
  // These two upstream always writes for reading.
  if (pathname === '/' || pathname === '/version') return JSON.stringify(body, undefined, 2);
  const asked = searchParams.get('pretty');
  const isPretty =
    asked === null
      ? /^(?:curl|Wget|Mozilla\/5\.0)/.test(request.headers.get('user-agent') ?? '')
      : asked === '1' || asked === 'true' || asked === '';
  return `${isPretty ? JSON.stringify(body, undefined, 2) : JSON.stringify(body)}\n`;
}

function retryAfterOf(body: unknown): number | undefined {
  const { details } = (body ?? {}) as { details?: { retryAfterSeconds?: unknown } };
  const seconds = details?.retryAfterSeconds;
  return typeof seconds === 'number' ? seconds : undefined;
}

/** RFC 7234's form: a code, no agent, the text in quotes. Header values hold no line breaks. */
function warningText(text: string): string {
  const quoted = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  // Header values hold no control characters, and nothing beyond Latin-1.
  // oxlint-disable-next-line no-control-regex
  return `299 - "${quoted.replace(/[\u0000-\u001f\u007f]|[^\u0000-\u00ff]/g, ' ')}"`;
}
