/** What is wrong with an expression, and where: `at` counts UTF-16 units from its beginning. */
export interface Issue {
  readonly at: number;
  readonly message: string;
}

/** Longer lists are cut (cel-go). */
const ISSUES_MAX = 100;

/**
 * Issues as cel-go prints them: in the order of their places, each with the line that it is about and a mark below it.
 */
export function issuesText(source: string, issues: readonly Issue[]): string {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) {
    starts.push(at + 1);
  }
  const sorted = [...issues].slice(0, ISSUES_MAX).sort((a, b) => a.at - b.at);
  const parts = sorted.map((issue) => issueText(source, starts, issue));
  const more = issues.length - ISSUES_MAX;
  return (more > 0 ? [...parts, `${more} more errors were truncated`] : parts).join('\n');
}

function issueText(source: string, starts: readonly number[], { at, message }: Issue): string {
  let line = starts.length - 1;
  while ((starts[line] ?? 0) > at) line -= 1;
  const start = starts[line] ?? 0;
  const end = starts[line + 1];
  const snippet = source
    .slice(start, end === undefined ? undefined : end - 1)
    .replaceAll('\t', ' ');
  const before = Array.from(source.slice(start, at));
  const marked = String.fromCodePoint(source.codePointAt(at) ?? 0);
  const dots = before.map((each) => (isWide(each) ? '\uff0e' : '.')).join('');
  const mark = isWide(marked) ? '\uff3e' : '^';
  return `ERROR: <input>:${line + 1}:${before.length + 1}: ${message}\n | ${snippet}\n | ${dots}${mark}`;
}

/** What takes more than a byte is marked by a wide dot. */
function isWide(letter: string): boolean {
  return letter > '\u007f';
}
