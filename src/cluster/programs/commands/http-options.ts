import type { HttpAsked } from './command.ts';

/** What of curl's and wget's options the server hears: the method, headers, what is sent. */

/** curl's options that take the next word, or the rest of their own, as their value. */
const VALUED = 'AbcCdDeEFHKmoPQrTtuUwxXYyz';
/** Options by their long names, as far as the server hears of them, and their letters. */
const LONG: Readonly<Record<string, string>> = {
  '--request': 'X',
  '--header': 'H',
  '--data': 'd',
  '--data-raw': 'd',
  '--data-ascii': 'd',
  '--data-binary': 'd',
  '--data-urlencode': 'd',
  '--json': 'j',
  '--head': 'I',
  '--user': 'u',
  '--user-agent': 'A',
  // Of wget.
  '--post-data': 'd',
  '--method': 'X',
  '--body-data': 'd',
};

interface Option {
  readonly letter: string;
  readonly value: string;
}

/** Undefined: the path is just got. */
export function askedOf(argv: readonly string[]): HttpAsked | undefined {
  const isCurl = argv[0]?.endsWith('curl') === true;
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  const pieces: string[] = [];
  let method: string | undefined;
  let isHead = false;
  for (const { letter, value } of optionsOf(argv, isCurl)) {
    if (letter === 'X') method = value.toUpperCase();
    else if (letter === 'I') isHead = true;
    else if (letter === 'd' || letter === 'j') pieces.push(value);
    else if (letter === 'A') headers['user-agent'] = value;
    else if (letter === 'u') headers['authorization'] = `Basic ${btoa(value)}`;
    else if (letter === 'H') {
      const colon = value.indexOf(':');
      if (colon > 0)
        headers[value.slice(0, colon).trim().toLowerCase()] = value.slice(colon + 1).trim();
    }
    if (letter === 'j') headers['content-type'] = 'application/json';
  }
  const usual = pieces.length > 0 ? 'POST' : isHead ? 'HEAD' : 'GET';
  if (pieces.length === 0 && Object.keys(headers).length === 0) {
    return (method ?? usual) === 'GET' ? undefined : Object.freeze({ method: method ?? usual });
  }
  const said = Object.freeze({ headers: Object.freeze({ ...headers }), body: pieces.join('&') });
  return Object.freeze({ method: method ?? usual, said });
}

/** The options that the server hears of, in order. */
function optionsOf(argv: readonly string[], isCurl: boolean): readonly Option[] {
  const found: Option[] = [];
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word : word.slice(0, equals);
      const letter = Object.hasOwn(LONG, name) ? LONG[name] : undefined;
      if (letter === undefined) continue;
      if (equals >= 0) found.push({ letter, value: word.slice(equals + 1) });
      else if (letter === 'I') found.push({ letter, value: '' });
      else found.push({ letter, value: argv[(i += 1)] ?? '' });
    } else if (isCurl && word.startsWith('-')) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? '';
        if (!VALUED.includes(letter)) {
          found.push({ letter, value: '' });
          continue;
        }
        const rest = word.slice(at + 1);
        found.push({ letter, value: rest === '' ? (argv[(i += 1)] ?? '') : rest });
        break;
      }
    }
  }
  return found;
}
