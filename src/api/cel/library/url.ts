import { setOwn } from '../../patch/json.ts';
import { parseUrl, type ParsedUrl } from '../url.ts';
import { Special } from '../values.ts';
import { fail, isSpecial, special, text, type CelFunction, type Library } from './arguments.ts';

export const urlFunctions: Readonly<Record<string, CelFunction>> = {
  url: (args) => {
    const parsed = parseUrl(text('url', args, 0));
    if (typeof parsed === 'string') {
      return fail(`URL parse error during conversion from string: ${parsed}`);
    }
    return new Special({ type: 'url', url: parsed });
  },
  isURL: (args) => typeof parseUrl(text('isURL', args, 0)) !== 'string',
};

const urlOf = (name: string, args: readonly unknown[]): ParsedUrl => special('url', name, args).url;

function portOf(host: string): string {
  const match = /:(\d*)$/.exec(host.startsWith('[') ? host.slice(host.lastIndexOf(']') + 1) : host);
  return match?.[1] ?? '';
}

function hostnameOf(host: string): string {
  if (host.startsWith('[')) return host.slice(1, host.lastIndexOf(']'));
  return host.replace(/:\d*$/, '');
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return value;
  }
}

export const urlLibrary: Library = {
  accepts: isSpecial('url'),
  methods: {
    getScheme: (args) => urlOf('getScheme', args).scheme,
    getHost: (args) => urlOf('getHost', args).host,
    getHostname: (args) => hostnameOf(urlOf('getHostname', args).host),
    getPort: (args) => portOf(urlOf('getPort', args).host),
    getEscapedPath: (args) =>
      urlOf('getEscapedPath', args).path.replace(/[^\w\-.~/%$&+,:;=@!'()*]/gu, (each) =>
        encodeURIComponent(each),
      ),
    getQuery: (args) => {
      const found: Record<string, string[]> = {};
      for (const pair of urlOf('getQuery', args).query.split('&')) {
        if (pair === '') continue;
        const equals = pair.indexOf('=');
        const key = unescaped(equals < 0 ? pair : pair.slice(0, equals));
        const value = equals < 0 ? '' : unescaped(pair.slice(equals + 1));
        const known = Object.hasOwn(found, key) ? (found[key] ?? []) : [];
        setOwn(found, key, [...known, value]);
      }
      return found;
    },
  },
};
