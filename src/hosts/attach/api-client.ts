import type { AttachProblem } from '../../bridge/attach.ts';
import type { PageApiRequest, PageApiResponse } from '../../bridge/protocol.ts';
import { unauthorized } from './bridge-engine.ts';
import type { ClusterAddress } from './address.ts';

/** The Kubernetes API of a cluster that runs elsewhere, over `fetch`. */
export interface ApiClient {
  request(request: PageApiRequest, signal?: AbortSignal): Promise<PageApiResponse>;
  /** Text as it comes, as a followed log; the answer has no body of its own then. */
  text(
    request: PageApiRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<PageApiResponse>;
  /** What stands in the way of talking to it at all; undefined: nothing. */
  problem(): Promise<AttachProblem | undefined>;
  /** Lines of JSON as they come; resolves when the stream has ended. Over a WebSocket, which browsers do not count. */
  watch(
    path: string,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<'ended' | 'never open'>;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

export function createApiClient(
  { base, isSameOrigin }: ClusterAddress,
  { written, token }: { readonly written: string; readonly token: string },
): ApiClient {
  const at = (path: string): URL => new URL(path.replace(/^\/+/, ''), base);
  const headersOf = (request: PageApiRequest): Headers => {
    const headers = new Headers({ Accept: request.accept ?? 'application/json' });
    if (token !== '') headers.set('Authorization', `Bearer ${token}`);
    if (request.body !== undefined) {
      headers.set('Content-Type', request.contentType ?? 'application/json');
    }
    return headers;
  };

  async function request(wanted: PageApiRequest, signal?: AbortSignal): Promise<PageApiResponse> {
    const { method, body } = wanted;
    try {
      const response = await fetch(at(wanted.path), {
        method,
        headers: headersOf(wanted),
        ...(body === undefined
          ? undefined
          : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal === undefined ? undefined : { signal }),
        cache: 'no-store',
      });
      return {
        code: response.status,
        body: bodyOf(await response.text(), response),
        warnings: warningsOf(response.headers.get('warning') ?? ''),
      };
    } catch (error) {
      const message = `Unable to connect to the server: ${error instanceof Error ? error.message : String(error)}`;
      return { code: 0, body: failure(message), warnings: [] };
    }
  }

  async function text(
    wanted: PageApiRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<PageApiResponse> {
    try {
      const response = await fetch(at(wanted.path), { headers: headersOf(wanted), signal });
      if (!response.ok || response.body === null) {
        const body = bodyOf(await response.text(), response);
        return { code: response.status, body, warnings: [] };
      }
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return { code: 200, body: undefined, warnings: [] };
        onText(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { code: 0, body: failure(message), warnings: [] };
    }
  }

  async function problem(): Promise<AttachProblem | undefined> {
    const { code, body } = await request({ method: 'GET', path: '/version' });
    const facts = { address: written, isRetried: false };
    if (code === 401) return unauthorized(written, token);
    if (code === 403) {
      return {
        ...facts,
        kind: 'forbidden',
        what: 'The server refuses this page.',
        remedy:
          '“kubectl proxy” takes requests for 127.0.0.1 and localhost alone (--accept-hosts), and “npm run serve” from pages of this computer (--allow-origin).',
      };
    }
    if (code === 0) return (await answersAnything()) ? otherOrigin(facts) : unreachable(facts);
    const { gitVersion } = (body ?? {}) as { readonly gitVersion?: unknown };
    if (typeof gitVersion === 'string') return undefined;
    return {
      ...facts,
      kind: 'not-kubernetes',
      what: `What answers there (${code}) is not a Kubernetes API server.`,
      remedy:
        'Is the port the right one? “kubectl proxy” prints its address; the API begins at the root, or at --api-prefix.',
    };
  }

  /** Whether there is a server at all: what it says, a page of another origin may not read. */
  async function answersAnything(): Promise<boolean> {
    if (isSameOrigin) return false;
    return fetch(at('/version'), { mode: 'no-cors', cache: 'no-store' }).then(
      () => true,
      () => false,
    );
  }

  function watch(
    path: string,
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<'ended' | 'never open'> {
    return new Promise((resolve) => {
      const url = at(path);
      url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(url);
      let wasOpen = false;
      socket.addEventListener('open', () => {
        wasOpen = true;
      });
      socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
        // An API server sends events, one a message.
        if (!signal.aborted) onEvent(JSON.parse(data) as WatchEvent);
      });
      socket.addEventListener('close', () => resolve(wasOpen ? 'ended' : 'never open'));
      signal.addEventListener('abort', () => socket.close(), { once: true });
    });
  }

  return { request, text, problem, watch };
}

type Facts = Pick<AttachProblem, 'address' | 'isRetried'>;

function otherOrigin(facts: Facts): AttachProblem {
  return {
    ...facts,
    kind: 'forbidden',
    what: 'A server answers there, but lets no page of another address read it.',
    remedy:
      'Let it serve this page too: “kubectl proxy --www=dist --www-prefix=/kubarium/”, then open /kubarium/?cluster=. there. “npm run serve” prints such an address by itself.',
  };
}

function unreachable(facts: Facts): AttachProblem {
  return {
    ...facts,
    kind: 'unreachable',
    what: 'Nothing answers there.',
    remedy: 'Start “npm run serve”, or “kubectl proxy” for a real cluster, and try again.',
  };
}

function bodyOf(text: string, response: Response): unknown {
  if (response.headers.get('content-type')?.includes('json') === true) {
    try {
      return JSON.parse(text);
    } catch {
      return failure('the server answered with something that is not JSON');
    }
  }
  // kubectl's proxy refuses in plain words.
  return response.ok ? text : failure(text.trim() === '' ? `HTTP ${response.status}` : text.trim());
}

function failure(message: string): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
}

/** The texts of `299 - "text"`, several in one header. */
function warningsOf(header: string): readonly string[] {
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1'),
  );
}
