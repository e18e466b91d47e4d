import type { Word, WordPart } from './syntax.ts';

/** More words than this out of one brace expression are not made. */
const WORDS_MAX = 100_000;

/** `a{b,c}d` becomes two words, `{1..3}` three. Braces that mean nothing stay. */
export function expandBraces(word: Word): readonly Word[] {
  for (const [i, part] of word.entries()) {
    if (part.kind !== 'text' || part.quoted || !part.text.includes('{')) continue;
    const found = findBraces(word, i);
    if (found === undefined) continue;
    return found.flatMap(expandBraces);
  }
  return [word];
}

/** The words that the first brace expression beginning in this part makes. */
function findBraces(word: Word, index: number): readonly Word[] | undefined {
  const part = word[index];
  if (part?.kind !== 'text') return undefined;
  for (let open = part.text.indexOf('{'); open >= 0; open = part.text.indexOf('{', open + 1)) {
    const alternatives = readAlternatives(word, index, open + 1);
    if (alternatives === undefined) continue;
    const before = [...word.slice(0, index), ...textPart(part.text.slice(0, open))];
    return alternatives.items.map((item) => [...before, ...item, ...alternatives.rest]);
  }
  return undefined;
}

function textPart(text: string): readonly WordPart[] {
  return text === '' ? [] : [{ kind: 'text', text, quoted: false }];
}

/** Alternatives may hold quoted pieces and parameters; only unquoted commas and braces count. */
function readAlternatives(
  word: Word,
  index: number,
  from: number,
): { readonly items: readonly Word[]; readonly rest: Word } | undefined {
  const items: WordPart[][] = [];
  let item: WordPart[] = [];
  let depth = 0;
  for (let i = index; i < word.length; i++) {
    const part = word[i] as WordPart; // Inside the word, by the condition.
    if (part.kind !== 'text' || part.quoted) {
      item.push(part);
      continue;
    }
    let start = i === index ? from : 0;
    for (let at = start; at < part.text.length; at++) {
      const char = part.text[at];
      if (char === '{') depth += 1;
      else if (char === '}' && depth > 0) depth -= 1;
      else if (char === ',' && depth === 0) {
        items.push([...item, ...textPart(part.text.slice(start, at))]);
        item = [];
        start = at + 1;
      } else if (char === '}') {
        const last = [...item, ...textPart(part.text.slice(start, at))];
        const rest = [...textPart(part.text.slice(at + 1)), ...word.slice(i + 1)];
        if (items.length > 0) return { items: [...items, last], rest };
        const range = rangeOf(last);
        return range === undefined ? undefined : { items: range, rest };
      }
    }
    item.push(...textPart(part.text.slice(start)));
  }
  return undefined;
}

/** `1..5`, `01..10..2`, `a..e`. */
function rangeOf(word: Word): readonly Word[] | undefined {
  const [part] = word;
  if (word.length !== 1 || part?.kind !== 'text') return undefined;
  const match = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(part.text);
  if (match === null) return undefined;
  const [, from = '', to = '', by] = match;
  const isNumber = /\d$/.test(from);
  if (isNumber !== /\d$/.test(to)) return undefined;
  const first = isNumber ? Number(from) : from.charCodeAt(0);
  const last = isNumber ? Number(to) : to.charCodeAt(0);
  const step = Math.max(1, Math.abs(Number(by ?? 1)));
  const width = [from, to].some((text) => /^-?0\d/.test(text))
    ? Math.max(from.length, to.length)
    : 0;
  const words: Word[] = [];
  for (let i = 0; i <= Math.abs(last - first) && words.length < WORDS_MAX; i += step) {
    const value = first <= last ? first + i : first - i;
    const digits = String(Math.abs(value)).padStart(value < 0 ? width - 1 : width, '0');
    const text = isNumber ? `${value < 0 ? '-' : ''}${digits}` : String.fromCharCode(value);
    words.push(textPart(text));
  }
  return words;
}
