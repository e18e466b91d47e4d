import { isOfClass } from './character-classes.ts';
import { isWord, type ParsedRegex } from './parse.ts';
import { RegexError, type RegexNode } from './tree.ts';

const REPEAT_MAX = 1000;
const DEPTH_MAX = 1000;

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}

/** A class of code points, which may lie beyond the first plane. */
type Points = (point: number) => boolean;

const SIMPLE: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['t', 9],
  ['n', 10],
  ['r', 13],
  ['v', 11],
]);

const PERL: ReadonlyMap<string, Points> = new Map<string, Points>([
  ['d', (point) => point >= 48 && point <= 57],
  ['w', isWord],
  ['s', (point) => point === 32 || (point >= 9 && point <= 13 && point !== 11)],
]);

/**
 * Reads an expression as Go's `regexp` does (RE2's syntax with Perl's classes and Unicode groups): no back-references, no
 * look-around. Throws a RegexError whose message is Go's, `error parsing regexp: missing closing ): …`.
 */
export function parseGoRegex(pattern: string): ParsedRegex {
  let at = 0;
  let groups = 0;
  let depth = 0;
  let flags: Flags = { ignoreCase: false, multiline: false, dotAll: false, ungreedy: false };
  const names = new Map<number, string>();

  function refuse(what: string, text: string): never {
    throw new RegexError(`error parsing regexp: ${what}: \`${text}\``);
  }

  function choice(): RegexNode {
    const items = [sequence()];
    while (pattern[at] === '|') {
      at += 1;
      items.push(sequence());
    }
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'choice', items };
  }

  function sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (at < pattern.length && pattern[at] !== '|' && !(pattern[at] === ')' && depth > 0)) {
      const atom = readAtom();
      if (atom !== undefined) items.push(repeated(atom));
    }
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'sequence', items };
  }

  function repeated(atom: RegexNode): RegexNode {
    const start = at;
    const range = readRange();
    if (range === undefined) return atom;
    let lazy = flags.ungreedy;
    if (pattern[at] === '?') {
      at += 1;
      lazy = !lazy;
    }
    const next = at;
    if (readRange() !== undefined) {
      const text = pattern.slice(start, at);
      at = next;
      refuse('invalid nested repetition operator', text);
    }
    return { kind: 'repeat', body: atom, ...range, lazy };
  }

  function readRange(): { min: number; max: number } | undefined {
    switch (pattern[at]) {
      case '*':
        at += 1;
        return { min: 0, max: Infinity };
      case '+':
        at += 1;
        return { min: 1, max: Infinity };
      case '?':
        at += 1;
        return { min: 0, max: 1 };
      case '{':
        return readBraces();
      default:
        return undefined;
    }
  }

  function readBraces(): { min: number; max: number } | undefined {
    const match = /^\{(0|[1-9]\d*)(,?)((?:0|[1-9]\d*)?)\}/.exec(pattern.slice(at));
    if (match === null) return undefined;
    const [text, low = '', comma = '', high = ''] = match;
    if (comma === '' && high !== '') return undefined;
    at += text.length;
    const min = Number(low);
    const max = comma === '' ? min : high === '' ? Infinity : Number(high);
    if (min > REPEAT_MAX || (max !== Infinity && max > REPEAT_MAX) || max < min) {
      refuse('invalid repeat count', text);
    }
    return { min, max };
  }

  /** Undefined for what stands for nothing, such as `(?i)`. */
  function readAtom(): RegexNode | undefined {
    const start = at;
    const point = pattern.codePointAt(at) ?? 0;
    const char = String.fromCodePoint(point);
    at += char.length;
    switch (char) {
      case '(':
        return readGroup(start);
      case ')':
        return refuse('unexpected )', pattern);
      case '[':
        return pointsNode(readClass(start));
      case '.':
        return pointsNode(flags.dotAll ? () => true : (each) => each !== 10);
      case '^':
        return { kind: 'assert', what: flags.multiline ? 'line-start' : 'start' };
      case '$':
        return { kind: 'assert', what: flags.multiline ? 'line-end' : 'end' };
      case '*':
      case '+':
      case '?':
        return refuse('missing argument to repetition operator', char);
      case '{': {
        at = start;
        const range = readBraces();
        if (range !== undefined) {
          refuse('missing argument to repetition operator', pattern.slice(start, at));
        }
        at = start + 1;
        return literal(point);
      }
      case '\\':
        return readEscape(start);
      default:
        return literal(point);
    }
  }

  function readGroup(start: number): RegexNode | undefined {
    const before = flags;
    let index: number | undefined;
    if (pattern[at] === '?') {
      const named = /^\?(?:P?<([^>]*)(>?))/.exec(pattern.slice(at));
      if (named !== null) {
        const [text, name = '', close] = named;
        if (close === '') refuse('invalid named capture', pattern.slice(start));
        const whole = pattern.slice(start, at + text.length);
        if (!/^\w+$/.test(name)) refuse('invalid named capture', whole);
        if ([...names.values()].includes(name)) refuse('duplicate capture group name', name);
        at += text.length;
        index = ++groups;
        names.set(index, name);
      } else if (readFlags(start)) return undefined;
    } else index = ++groups;
    if (++depth > DEPTH_MAX) refuse('expression nests too deeply', pattern);
    const body = choice();
    depth -= 1;
    if (pattern[at] !== ')') refuse('missing closing )', pattern);
    at += 1;
    flags = before;
    return index === undefined ? body : { kind: 'group', index, body };
  }

  /** `(?i)` sets flags for what follows: true. `(?i:` begins a group with them: false. */
  function readFlags(start: number): boolean {
    at += 1;
    let negative = false;
    let seen = false;
    for (;;) {
      const char = pattern[at++];
      const value = !negative;
      if (char === 'i') flags = { ...flags, ignoreCase: value };
      else if (char === 'm') flags = { ...flags, multiline: value };
      else if (char === 's') flags = { ...flags, dotAll: value };
      else if (char === 'U') flags = { ...flags, ungreedy: value };
      else if (char === '-' && !negative) {
        negative = true;
        seen = false;
        continue;
      } else if ((char === ':' || char === ')') && !(negative && !seen)) return char === ')';
      else if (char === undefined) refuse('missing closing )', pattern);
      else refuse('invalid or unsupported Perl syntax', pattern.slice(start, at));
      seen = true;
    }
  }

  function readEscape(start: number): RegexNode {
    const char = pattern[at];
    if (char === undefined) refuse('trailing backslash at end of expression', '');
    if (char === 'A' || char === 'z' || char === 'b' || char === 'B') {
      at += 1;
      const what = { A: 'start', z: 'end', b: 'word-edge', B: 'no-word-edge' } as const;
      return { kind: 'assert', what: what[char] };
    }
    if (char === 'Q') {
      const end = pattern.indexOf('\\E', at + 1);
      const text = pattern.slice(at + 1, end < 0 ? undefined : end);
      at = end < 0 ? pattern.length : end + 2;
      return {
        kind: 'sequence',
        items: Array.from(text, (each) => literal(each.codePointAt(0) ?? 0)),
      };
    }
    const set = readSet(start);
    return set === undefined ? literal(readPoint(start)) : pointsNode(folded(set));
  }

  /** `\d`, `\pL`, `\P{Greek}`, after the backslash. */
  function readSet(start: number): Points | undefined {
    const char = pattern[at] ?? '';
    const perl = PERL.get(char.toLowerCase());
    if (perl !== undefined) {
      at += 1;
      return char === char.toLowerCase() ? perl : (point) => !perl(point);
    }
    if (char !== 'p' && char !== 'P') return undefined;
    const match = /^[pP](?:\{(\^?)([^}]*)\}|([A-Za-z]))/.exec(pattern.slice(at));
    const name = match?.[2] ?? match?.[3];
    const test = name === undefined ? undefined : unicodeClass(name);
    if (match === null || test === undefined) {
      return refuse(
        'invalid character class range',
        pattern.slice(start, at + (match?.[0].length ?? 2)),
      );
    }
    at += match[0].length;
    const negated = (char === 'P') !== (match[1] === '^');
    return negated ? (point) => !test(point) : test;
  }

  /** A character written with a backslash, after it. */
  function readPoint(start: number): number {
    const char = pattern[at] ?? '';
    const simple = SIMPLE.get(char);
    const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(pattern.slice(at));
    const hex = /^x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/.exec(pattern.slice(at));
    if (simple !== undefined || /^[!-/:-@[-`{-~]$/.test(char)) {
      at += 1;
      return simple ?? char.charCodeAt(0);
    }
    if (octal !== null) {
      at += octal[0].length;
      return parseInt(octal[0], 8);
    }
    const point = hex === null ? NaN : parseInt(hex[1] ?? hex[2] ?? '', 16);
    if (hex === null || point > 0x10ffff) {
      const width = String.fromCodePoint(pattern.codePointAt(at) ?? 0).length;
      return refuse('invalid escape sequence', pattern.slice(start, at + width));
    }
    at += hex[0].length;
    return point;
  }

  function readClass(start: number): Points {
    const negated = pattern[at] === '^';
    if (negated) at += 1;
    const tests: Points[] = [];
    for (let first = true; ; first = false) {
      if (at >= pattern.length) refuse('missing closing ]', pattern.slice(start));
      if (pattern[at] === ']' && !first) break;
      const member = readMember();
      if (typeof member === 'function') {
        tests.push(member);
        continue;
      }
      const from = member.at;
      let high = member.point;
      if (pattern[at] === '-' && pattern[at + 1] !== ']' && at + 1 < pattern.length) {
        at += 1;
        high = readClassPoint();
        if (high < member.point) refuse('invalid character class range', pattern.slice(from, at));
      }
      tests.push((point) => point >= member.point && point <= high);
    }
    at += 1;
    const has = folded((point) => tests.some((test) => test(point)));
    return negated ? (point) => !has(point) : has;
  }

  function readMember(): Points | { readonly point: number; readonly at: number } {
    const start = at;
    if (pattern.startsWith('[:', at)) {
      const match = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(at));
      if (match !== null) {
        const [text, caret, name = ''] = match;
        if (name !== 'word' && !posix.has(name)) refuse('invalid character class range', text);
        at += text.length;
        const test: Points =
          name === 'word'
            ? isWord
            : (point) => point < 128 && isOfClass(name, String.fromCharCode(point));
        return caret === '' ? test : (point) => !test(point);
      }
    }
    if (pattern[at] === '\\') {
      at += 1;
      if (at >= pattern.length) refuse('trailing backslash at end of expression', '');
      const set = readSet(start);
      if (set !== undefined) return set;
      return { point: readPoint(start), at: start };
    }
    return { point: readClassPoint(), at: start };
  }

  function readClassPoint(): number {
    if (pattern[at] === '\\') {
      at += 1;
      return readPoint(at - 1);
    }
    const point = pattern.codePointAt(at) ?? 0;
    at += point > 0xffff ? 2 : 1;
    return point;
  }

  function folded(has: Points): Points {
    if (!flags.ignoreCase) return has;
    return (point) => has(point) || has(otherCase(point));
  }

  function literal(point: number): RegexNode {
    if (flags.ignoreCase && otherCase(point) !== point) {
      const other = otherCase(point);
      return pointsNode((each) => each === point || each === other);
    }
    const units = Array.from({ length: point > 0xffff ? 2 : 1 }, (_, i) =>
      unit(String.fromCodePoint(point).charCodeAt(i)),
    );
    return units.length === 1 ? (units[0] as RegexNode) : { kind: 'sequence', items: units };
  }

  const root = choice();
  if (at < pattern.length) refuse('unexpected )', pattern);
  return { root, groups, names };
}

const posix = new Set(
  'alnum alpha blank cntrl digit graph lower print punct space upper xdigit'.split(' '),
);

function unit(code: number): RegexNode {
  return { kind: 'set', has: (each) => each === code, only: code };
}

/** Texts are UTF-16 here, and Go counts code points: one beyond the first plane is two units, tested together. */
function pointsNode(has: Points): RegexNode {
  const single: RegexNode = { kind: 'set', has: (code) => !isSurrogate(code) && has(code) };
  if (!has(0x10000) && !has(0x1f600) && !has(0x20000) && !has(0x10ffff)) return single;
  const pair: RegexNode = {
    kind: 'sequence',
    items: [
      { kind: 'set', has: (code) => code >= 0xd800 && code <= 0xdbff },
      { kind: 'set', has: (code) => code >= 0xdc00 && code <= 0xdfff },
    ],
  };
  return { kind: 'choice', items: [single, pair] };
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function otherCase(point: number): number {
  const char = String.fromCodePoint(point);
  const lower = char.toLowerCase();
  const other = lower === char ? char.toUpperCase() : lower;
  const code = other.codePointAt(0) ?? point;
  return String.fromCodePoint(code) === other ? code : point;
}

const unicodeClasses = new Map<string, Points | undefined>();

/** A general category or script by Go's name of it. */
function unicodeClass(name: string): Points | undefined {
  if (unicodeClasses.has(name)) return unicodeClasses.get(name);
  const test = name === 'Any' ? /^[^]$/u : (propertyTest(name) ?? propertyTest(`Script=${name}`));
  const points: Points | undefined =
    test === undefined ? undefined : (point) => test.test(String.fromCodePoint(point));
  if (unicodeClasses.size < 300) unicodeClasses.set(name, points);
  return points;
}

function propertyTest(property: string): RegExp | undefined {
  if (!/^(?:[A-Z][a-z]?|Script=[A-Z]\w+)$/.test(property)) return undefined;
  try {
    return new RegExp(`^\\p{${property}}$`, 'u');
  } catch {
    return undefined;
  }
}
