/** What an HTTP server writes: a status line, headers, a body. */
export function httpText(
  status: number,
  body: string,
  options: { readonly method: string; readonly millis: number; readonly close: boolean },
): string {
  const text = body === '' && status >= 400 ? `${status} ${reasonOf(status)}\n` : body;
  const headers = [
    `HTTP/1.1 ${status} ${reasonOf(status)}`,
    `Date: ${new Date(options.millis).toUTCString()}`,
    `Content-Type: ${typeOf(text)}`,
    `Content-Length: ${byteLength(text)}`,
    `Connection: ${options.close ? 'close' : 'keep-alive'}`,
  ];
  return `${headers.join('\r\n')}\r\n\r\n${options.method === 'HEAD' ? '' : text}`;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

function reasonOf(status: number): string {
  return REASONS[status] ?? 'Unknown';
}

function typeOf(body: string): string {
  const start = body.trimStart().charAt(0);
  if (start === '<') return 'text/html';
  if (start === '{' || start === '[') return 'application/json; charset=utf-8';
  return 'text/plain; charset=utf-8';
}

/** The length of a text in UTF-8. */
function byteLength(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
