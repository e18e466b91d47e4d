import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { KubeRequest, KubeResponse } from '../../../kubectl/kube-client.ts';
import type { KubeStream, StreamHandlers, StreamingKubeClient } from '../../../kubectl/program.ts';
import { parse } from 'yaml';

/** How to reach a server over HTTP. */
export interface HttpTarget {
  readonly server: string;
  readonly token: string;
  readonly certificateAuthority: string;
}

/** The cluster and the user of a kubeconfig that has one of each. */
export function targetOfKubeconfig(text: string): HttpTarget {
  const config = parse(text) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { token: string } }[];
  };
  const [{ cluster } = { cluster: undefined }] = config.clusters;
  return {
    server: cluster?.server ?? '',
    token: config.users[0]?.user.token ?? '',
    certificateAuthority: Buffer.from(
      cluster?.['certificate-authority-data'] ?? '',
      'base64',
    ).toString(),
  };
}

/** The page's kubectl before a served cluster: its client over Node's HTTP. For tests. */
export function createHttpClient(target: HttpTarget): StreamingKubeClient {
  return {
    request: (request) =>
      new Promise((resolve) => {
        open(target, request, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', () => resolve(noAnswer(target)));
          response.on('end', () => resolve(answerOf(response, Buffer.concat(chunks).toString())));
        }).on('error', () => resolve(noAnswer(target)));
      }),
    stream: (request, handlers) => openStream(target, request, handlers),
  };
}

function open(
  { server, token, certificateAuthority }: HttpTarget,
  request: KubeRequest,
  onResponse: (response: IncomingMessage) => void,
) {
  const url = new URL(request.path, server);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const headers: Record<string, string | string[]> = {
    Accept: request.accept ?? 'application/json',
    'User-Agent': 'kubectl/v1.35.2 (linux/amd64) kubernetes',
    Authorization: `Bearer ${request.token ?? token}`,
  };
  if (body !== undefined) {
    headers['Content-Type'] = request.contentType ?? 'application/json';
    headers['Content-Length'] = String(Buffer.byteLength(body));
  }
  if (request.impersonate !== undefined) {
    headers['Impersonate-User'] = request.impersonate.user;
    headers['Impersonate-Group'] = [...request.impersonate.groups];
    if (request.impersonate.uid !== undefined) headers['Impersonate-Uid'] = request.impersonate.uid;
    for (const [key, values] of Object.entries(request.impersonate.extra ?? {})) {
      headers[`Impersonate-Extra-${encodeURIComponent(key)}`] = [...values];
    }
  }
  const call = send(
    url,
    { method: request.method, headers, ca: certificateAuthority, agent: false },
    onResponse,
  );
  call.end(body);
  return call;
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, text: string): KubeResponse {
  const isJson = (headers['content-type'] ?? '').includes('json');
  const given = headers['warning'];
  const all = given === undefined ? [] : Array.isArray(given) ? given : [given];
  const warnings = all.flatMap((each: string) =>
    [...each.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map((match) =>
      (match[1] ?? '').replace(/\\(.)/g, '$1'),
    ),
  );
  return { code: statusCode, body: isJson ? (JSON.parse(text) as unknown) : text, warnings };
}

function noAnswer({ server }: HttpTarget): KubeResponse {
  const { host } = new URL(server);
  const message = `The connection to the server ${host} was refused - did you specify the right host or port?`;
  return { code: 0, body: { kind: 'Status', message }, warnings: [] };
}

function openStream(
  target: HttpTarget,
  request: KubeRequest,
  { onEvents, onText }: StreamHandlers,
): KubeStream {
  let finish: (answer: { code: number; body: unknown }) => void = () => undefined;
  const done = new Promise<{ code: number; body: unknown }>((resolve) => {
    finish = resolve;
  });
  const call = open(target, request, (response) => {
    let rest = '';
    response.setEncoding('utf8');
    const isRefusal = (response.statusCode ?? 0) !== 200;
    response.on('data', (text: string) => {
      if (!isRefusal && onText !== undefined) return onText(text);
      rest += text;
      if (isRefusal) return;
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      const events = lines
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { type: string; object: unknown });
      if (events.length > 0) onEvents?.(events);
    });
    response.on('error', () => finish({ code: 200, body: undefined }));
    response.on('close', () =>
      finish(isRefusal ? answerOf(response, rest) : { code: 200, body: undefined }),
    );
  });
  call.on('error', () => finish(noAnswer(target)));
  return { done, close: () => call.destroy() };
}
