import { isOfClass } from '../../base/regex/character-classes.ts';

/**
 * Whether a shell pattern (`*`, `?`, `[a-z]`, `\x`) matches the whole text. On a mismatch it goes back to the last
 * star alone, which is enough for these patterns and takes at most pattern × text steps.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      starAt = p++;
      starText = t;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text[t] as string) : -1;
    if (next >= 0) {
      p = next;
      t += 1;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++starText;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p >= pattern.length;
}

/** The pattern's position behind what matched this character; -1 when it did not. */
function matchOne(pattern: string, p: number, char: string): number {
  const head = pattern[p];
  if (head === '?') return p + 1;
  if (head === '\\') return pattern[p + 1] === char ? p + 2 : -1;
  if (head !== '[') return head === char ? p + 1 : -1;
  const set = readBracket(pattern, p);
  if (set === undefined) return char === '[' ? p + 1 : -1;
  return set.has(char) ? set.end : -1;
}

interface Bracket {
  /** Behind the closing bracket. */
  readonly end: number;
  has(char: string): boolean;
}

/** A bracket expression that begins at `start`; undefined when it is not closed. */
export function readBracket(pattern: string, start: number): Bracket | undefined {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at += 1;
  const ranges: [string, string][] = [];
  const classes: string[] = [];
  for (let first = true; ; first = false) {
    const char = pattern[at];
    if (char === undefined) return undefined;
    if (char === ']' && !first) break;
    const named = pattern.startsWith('[:', at) ? pattern.indexOf(':]', at) : -1;
    if (named > 0) {
      classes.push(pattern.slice(at + 2, named));
      at = named + 2;
      continue;
    }
    const low = char;
    if (pattern[at + 1] === '-' && pattern[at + 2] !== undefined && pattern[at + 2] !== ']') {
      ranges.push([low, pattern[at + 2] as string]);
      at += 3;
    } else {
      ranges.push([low, low]);
      at += 1;
    }
  }
  return {
    end: at + 1,
    has(char) {
      const found =
        ranges.some(([low, high]) => char >= low && char <= high) ||
        classes.some((name) => isOfClass(name, char));
      return found !== negated;
    },
  };
}

/** A text as a pattern that matches it alone. */
export function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

/** Whether an unescaped pattern character stands in it. */
export function isGlob(pattern: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*(?:[*?]|\[.*\])/.test(pattern);
}

export function unescapeGlob(pattern: string): string {
  return pattern.replace(/\\(.)/gs, '$1');
}

/** Removes the shortest or longest match of a pattern from an end (`${x#p}`, `##`, `%`, `%%`). */
export function trimGlob(text: string, op: string, pattern: string): string {
  const fromStart = op.startsWith('#');
  const lengths = Array.from({ length: text.length + 1 }, (_, i) => i);
  if (op.length === 2) lengths.reverse();
  for (const length of lengths) {
    const cut = text.length - length;
    const piece = fromStart ? text.slice(0, length) : text.slice(cut);
    if (matchesGlob(pattern, piece)) return fromStart ? text.slice(length) : text.slice(0, cut);
  }
  return text;
}

/** `${x/p/r}`, `//` for all, `/#` and `/%` at an end: the longest match at the leftmost place. */
export function replaceGlob(text: string, op: string, pattern: string, by: string): string {
  if (op === '/#' || op === '/%') {
    const rest = trimGlob(text, op === '/#' ? '##' : '%%', pattern);
    if (rest === text && !matchesGlob(pattern, '')) return text;
    return op === '/#' ? by + rest : rest + by;
  }
  let result = '';
  let at = 0;
  while (at <= text.length) {
    let end = text.length;
    while (end > at && !matchesGlob(pattern, text.slice(at, end))) end -= 1;
    if (end > at) {
      result += by;
      at = end;
      if (op === '/') break;
    } else {
      result += text[at] ?? '';
      at += 1;
    }
  }
  return result + text.slice(at);
}
