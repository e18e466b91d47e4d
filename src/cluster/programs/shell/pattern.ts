/** Patterns already turned into expressions: a loop asks the same one again and again. A memo only. */
const known = new Map<string, RegExp>();

/** Whether a shell pattern (`*`, `?`, `[a-z]`) matches the whole text. */
export function matchesPattern(pattern: string, text: string): boolean {
  let expression = known.get(pattern);
  if (expression === undefined) {
    if (known.size > 500) known.clear();
    expression = new RegExp(`^${patternSource(pattern)}$`, 's');
    known.set(pattern, expression);
  }
  return expression.test(text);
}

/** Whether a word would be looked up among the file names. */
export function isPattern(word: string): boolean {
  return word.includes('*') || word.includes('?') || /\[.+\]/.test(word);
}

function patternSource(pattern: string): string {
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (char === '[') {
      const end = pattern.indexOf(']', i + 2);
      if (end < 0) source += '\\[';
      else {
        const inside = pattern
          .slice(i + 1, end)
          .replace(/^!/, '^')
          .replaceAll('\\', '\\\\');
        source += `[${inside}]`;
        i = end;
      }
    } else source += char.replace(/[\\^$.|+(){}\]]/, '\\$&');
  }
  return source;
}

/** Removes the shortest or longest match of a pattern from an end (`${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`). */
export function trimPattern(text: string, op: string, pattern: string): string {
  const fromStart = op.startsWith('#');
  const longest = op.length === 2;
  const lengths = Array.from({ length: text.length + 1 }, (_, i) => i);
  if (longest) lengths.reverse();
  for (const length of lengths) {
    const piece = fromStart ? text.slice(0, length) : text.slice(text.length - length);
    if (matchesPattern(pattern, piece)) {
      return fromStart ? text.slice(length) : text.slice(0, text.length - length);
    }
  }
  return text;
}
