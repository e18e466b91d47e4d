import { isOfClass } from './character-classes.ts';
import { RegexError, type Assertion, type Flavour, type RegexNode } from './tree.ts';

export interface ParsedRegex {
  readonly root: RegexNode;
  readonly groups: number;
  /** Named groups by index. */
  readonly names: ReadonlyMap<number, string>;
}

const CLASSES: ReadonlyMap<string, (code: number) => boolean> = new Map([
  ['d', (code) => code >= 48 && code <= 57],
  ['w', isWord],
  ['s', isSpace],
]);
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['f', '\f'],
  ['v', '\v'],
]);
const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map([
  ['b', 'word-edge'],
  ['B', 'no-word-edge'],
  ['<', 'word-start'],
  ['>', 'word-end'],
]);
const REPEAT_MAX = 1000;

export function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95
  );
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160;
}

/** Reads an expression in one of the three notations. Throws a RegexError. */
export function parseRegex(pattern: string, flavour: Flavour): ParsedRegex {
  let at = 0;
  let groups = 0;
  const names = new Map<number, string>();
  const basic = flavour === 'basic';
  const perl = flavour === 'perl';

  /** A token that is written with a backslash in basic notation and without one elsewhere. */
  function isToken(token: string): boolean {
    return pattern.startsWith(basic ? `\\${token}` : token, at);
  }
  function takeToken(token: string): boolean {
    if (!isToken(token)) return false;
    at += basic ? token.length + 1 : token.length;
    return true;
  }

  function choice(): RegexNode {
    const items = [sequence()];
    while (takeToken('|')) items.push(sequence());
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'choice', items };
  }

  function sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (at < pattern.length && !isToken('|') && !(isToken(')') && depth > 0)) {
      const isFirst = items.length === 0;
      const atom = readAtom(isFirst);
      items.push(repeated(atom));
    }
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'sequence', items };
  }

  function repeated(atom: RegexNode): RegexNode {
    let node = atom;
    for (;;) {
      const range = readRange(node);
      if (range === undefined) return node;
      const lazy = perl && pattern[at] === '?';
      if (lazy || (perl && pattern[at] === '+')) at += 1;
      node = { kind: 'repeat', body: node, ...range, lazy };
    }
  }

  function readRange(node: RegexNode): { min: number; max: number } | undefined {
    if (basic && node.kind === 'assert' && node.what === 'start') return undefined;
    if (pattern[at] === '*') {
      at += 1;
      return { min: 0, max: Infinity };
    }
    if (takeToken('+')) return { min: 1, max: Infinity };
    if (takeToken('?')) return { min: 0, max: 1 };
    if (!isToken('{')) return undefined;
    const match = /^(\d*)(,?)(\d*)/.exec(pattern.slice(at + (basic ? 2 : 1)));
    const [text = '', low = '', comma = '', high = ''] = match ?? [];
    const closing = basic ? '\\}' : '}';
    const end = at + (basic ? 2 : 1) + text.length;
    if (text === '' || text === ',' || !pattern.startsWith(closing, end)) {
      if (basic) throw new RegexError('Invalid preceding regular expression');
      return undefined;
    }
    at = end + closing.length;
    const min = Number(low);
    const max = comma === '' ? min : high === '' ? Infinity : Number(high);
    if (max < min) throw new RegexError('Invalid content of \\{\\}');
    if (min > REPEAT_MAX || (max !== Infinity && max > REPEAT_MAX))
      throw new RegexError('Regular expression too big');
    return { min, max };
  }

  let depth = 0;
  function readGroup(): RegexNode {
    let index: number | undefined;
    if (perl && pattern[at] === '?') {
      const head = /^\?(?:(:)|P?<([A-Za-z_]\w*)>)/.exec(pattern.slice(at));
      if (head === null) throw new RegexError('look-around and conditions are not supported here');
      at += head[0].length;
      if (head[2] !== undefined) {
        index = ++groups;
        names.set(index, head[2]);
      }
    } else index = ++groups;
    depth += 1;
    const body = choice();
    depth -= 1;
    if (!takeToken(')')) throw new RegexError(basic ? 'Unmatched ( or \\(' : 'Unmatched ( or \\(');
    return index === undefined ? body : { kind: 'group', index, body };
  }

  function readAtom(isFirst: boolean): RegexNode {
    if (takeToken('(')) return readGroup();
    if (!basic && depth === 0 && isToken(')')) {
      if (flavour === 'extended') throw new RegexError('Unmatched ) or \\)');
    }
    if (basic && isToken(')')) throw new RegexError('Unmatched ) or \\)');
    const char = pattern[at++] as string; // There is one, by the caller's condition.
    switch (char) {
      case '.':
        return { kind: 'set', has: perl ? (code) => code !== 10 : () => true };
      case '[':
        return readBracket();
      case '^':
        return !basic || isFirst ? { kind: 'assert', what: 'start' } : literal('^');
      case '$': {
        const isLast = at >= pattern.length || isToken(')') || isToken('|');
        return !basic || isLast ? { kind: 'assert', what: 'end' } : literal('$');
      }
      case '\\':
        return readEscape();
      case '*':
      case '+':
      case '?':
        if (!basic && !isFirst) return literal(char);
        if (perl) throw new RegexError('target of repeat operator is not specified');
        return literal(char);
      default:
        return literal(char);
    }
  }

  function readEscape(): RegexNode {
    const char = pattern[at++];
    if (char === undefined) throw new RegexError('Trailing backslash');
    const assertion = ASSERTIONS.get(char);
    if (assertion !== undefined) return { kind: 'assert', what: assertion };
    if (perl && (char === 'A' || char === 'z' || char === 'Z'))
      return { kind: 'assert', what: char === 'A' ? 'start' : 'end' };
    if (char === '`' || char === "'")
      return { kind: 'assert', what: char === '`' ? 'start' : 'end' };
    if (/[1-9]/.test(char)) return { kind: 'same-as', index: Number(char) };
    const set = CLASSES.get(char.toLowerCase());
    if (set !== undefined && (perl || char.toLowerCase() !== 'd')) {
      const negated = char !== char.toLowerCase();
      return { kind: 'set', has: negated ? (code) => !set(code) : set };
    }
    const code = perl
      ? /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(pattern.slice(at - 1))
      : null;
    if (code !== null) {
      at += code[0].length - 1;
      return literal(String.fromCharCode(parseInt(code[1] ?? code[2] ?? '', 16)));
    }
    return literal(CONTROLS.get(char) ?? char);
  }

  function readBracket(): RegexNode {
    const negated = pattern[at] === '^';
    if (negated) at += 1;
    const tests: ((code: number) => boolean)[] = [];
    for (let first = true; ; first = false) {
      const char = pattern[at];
      if (char === undefined) throw new RegexError('Unmatched [, [^, [:, [., or [=');
      if (char === ']' && !first) break;
      const named = pattern.startsWith('[:', at) ? pattern.indexOf(':]', at) : -1;
      if (named > 0) {
        const name = pattern.slice(at + 2, named);
        tests.push((code) => isOfClass(name, String.fromCharCode(code)));
        at = named + 2;
        continue;
      }
      const escaped = readBracketEscape();
      if (typeof escaped === 'function') {
        tests.push(escaped);
        continue;
      }
      const low = escaped ?? char.charCodeAt(0);
      if (escaped === undefined) at += 1;
      let high = low;
      if (pattern[at] === '-' && pattern[at + 1] !== undefined && pattern[at + 1] !== ']') {
        at += 1;
        const bound = readBracketEscape();
        high = typeof bound === 'number' ? bound : pattern.charCodeAt(at++);
        if (high < low) throw new RegexError('Invalid range end');
      }
      tests.push((code) => code >= low && code <= high);
    }
    at += 1;
    return { kind: 'set', has: (code) => tests.some((test) => test(code)) !== negated };
  }

  /** In grep and sed a backslash between brackets means itself; awk and jq escape with it. */
  function readBracketEscape(): number | ((code: number) => boolean) | undefined {
    if (pattern[at] !== '\\') return undefined;
    const next = pattern[at + 1];
    if (next === undefined) return undefined;
    const control = CONTROLS.get(next);
    if (control !== undefined) {
      at += 2;
      return control.charCodeAt(0);
    }
    if (!perl) {
      if (!'\\]/"'.includes(next) || basic) return undefined;
      if (next === ']') return undefined;
      at += 2;
      return next.charCodeAt(0);
    }
    at += 2;
    const set = CLASSES.get(next.toLowerCase());
    if (set === undefined) return next.charCodeAt(0);
    return next === next.toLowerCase() ? set : (code) => !set(code);
  }

  const root = choice();
  if (at < pattern.length) throw new RegexError('Unmatched ) or \\)');
  return { root, groups, names };
}

function literal(char: string): RegexNode {
  const only = char.charCodeAt(0);
  return { kind: 'set', has: (code) => code === only, only };
}
