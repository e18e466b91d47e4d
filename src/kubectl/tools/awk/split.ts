import { allMatches, compileRegex, type Regex } from '../../../base/regex/regex.ts';

/** Splits a record or text at a separator: as FS has it, or an expression. */
export function splitBy(text: string, separator: string | Regex): readonly string[] {
  if (text === '') return [];
  if (typeof separator === 'string') {
    if (separator === ' ') return text.trim() === '' ? [] : text.trim().split(/[ \t\n]+/);
    if (separator === '') return [...text];
    if (separator.length === 1 && separator !== '\\') return text.split(separator);
  }
  const regex =
    typeof separator === 'string' ? compileRegex(separator, { flavour: 'extended' }) : separator;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of allMatches(regex, text)) {
    if (end === start) continue;
    parts.push(text.slice(from, start));
    from = end;
  }
  return [...parts, text.slice(from)];
}
