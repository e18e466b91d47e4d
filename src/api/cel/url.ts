import { goQuote } from '../go-text.ts';

/** A URL as Go's net/url reads it with ParseRequestURI: absolute, or a path from the root; fragments are no part of it. */
export interface ParsedUrl {
  readonly text: string;
  readonly scheme: string;
  readonly host: string;
  /** As it was written. */
  readonly path: string;
  readonly query: string;
}

/** The URL, or what Go says is wrong with it. */
export function parseUrl(raw: string): ParsedUrl | string {
  const wrong = (why: string): string => `parse ${goQuote(raw)}: ${why}`;
  if (raw === '') return wrong('empty url');
  // oxlint-disable-next-line no-control-regex -- Go refuses them.
  if (/[\u0000-\u001f\u007f]/.test(raw)) return wrong('net/url: invalid control character in URL');
  const schemeMatch = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(raw);
  const scheme = (schemeMatch?.[1] ?? '').toLowerCase();
  if (scheme === '' && raw.startsWith(':')) return wrong('missing protocol scheme');
  let rest = schemeMatch === null ? raw : raw.slice(schemeMatch[0].length);
  const question = rest.indexOf('?');
  const query = question < 0 ? '' : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  if (!rest.startsWith('/')) {
    if (scheme !== '' && rest !== '') {
      return { text: raw, scheme, host: '', path: '', query };
    }
    return wrong('invalid URI for request');
  }
  let host = '';
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const end = rest.indexOf('/', 2);
    const authority = end < 0 ? rest.slice(2) : rest.slice(2, end);
    rest = end < 0 ? '' : rest.slice(end);
    host = authority.slice(authority.lastIndexOf('@') + 1);
    const why = hostProblem(host);
    if (why !== undefined) return wrong(why);
  }
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(rest);
  if (escape !== null) return wrong(`invalid URL escape ${goQuote(escape[0])}`);
  return { text: raw, scheme, host, path: rest, query };
}

function hostProblem(host: string): string | undefined {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) return "missing ']' in host";
    return portProblem(host.slice(end + 1));
  }
  const invalid = /[\s"<>^`{|}\\]/.exec(host)?.[0];
  if (invalid !== undefined) return `invalid character ${goQuote(invalid)} in host name`;
  const colon = host.lastIndexOf(':');
  return colon < 0 ? undefined : portProblem(host.slice(colon));
}

function portProblem(port: string): string | undefined {
  return port === '' || /^:\d*$/.test(port)
    ? undefined
    : `invalid port ${goQuote(port)} after host`;
}
