/** Messages of HTTP/1.1 as text: what programs on the laptop say to one another over its ports. */

export interface HttpRequestMessage {
  readonly method: string;
  readonly path: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface HttpResponseHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** The words that belong to a status. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? '';
}

/** A request that closes its connection afterwards. */
export function requestText(
  { method, path, headers, body }: HttpRequestMessage,
  host: string,
): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close'];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push(`Content-Length: ${new TextEncoder().encode(body).length}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** What a request says; undefined where it is none. */
export function readRequest(text: string): HttpRequestMessage | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  return { method, path, headers: headersOf(lines), body: text.slice(end + 4) };
}

function headersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

/** The beginning of an answer; without a length it ends with the connection. */
export function responseHead(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reasonOf(status)}\r\n${lines.join('')}\r\n`;
}

/** Takes an answer as it comes; its head is known before all of its body. */
export function createResponseReader(): {
  /** Hears a piece; answers what it adds to the body. */
  take(text: string): string;
  head(): HttpResponseHead | undefined;
} {
  let waiting = '';
  let head: HttpResponseHead | undefined;
  return {
    head: () => head,
    take(text) {
      if (head !== undefined) return text;
      waiting += text;
      const end = waiting.indexOf('\r\n\r\n');
      if (end < 0) return '';
      const [first = '', ...lines] = waiting.slice(0, end).split('\r\n');
      head = { status: Number(first.split(' ')[1] ?? 0), headers: headersOf(lines) };
      return waiting.slice(end + 4);
    },
  };
}
