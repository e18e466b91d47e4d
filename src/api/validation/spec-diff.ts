import { goQuote } from '../go-text.ts';
import { semanticEqual } from '../semantic-equal.ts';

/**
 * The difference between two specs in the style of Go's cmp.Diff, which the server adds to some refusals: `-` the old
 * line, `+` the new one, what is equal left out and counted. Field names as Go has them. (The real one also prints
 * a few equal neighbours; their choice is documented as unstable upstream.)
 */
export function specDiff(typeName: string, old: object, next: object): string {
  const lines: string[] = [];
  diffMaps(`${typeName}{`, old, next, 1, lines, true);
  return `${lines.join('\n')}\n`;
}

type Fields = Readonly<Record<string, unknown>>;

const tab = '\t';

function diffMaps(
  head: string,
  old: object,
  next: object,
  depth: number,
  lines: string[],
  isStruct: boolean,
): void {
  const before = old as Fields;
  const after = next as Fields;
  lines.push(`  ${tab.repeat(depth - 1)}${head}`);
  let same = 0;
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    if (semanticEqual(before[key], after[key])) {
      same += 1;
      continue;
    }
    same = flush(same, isStruct ? 'fields' : 'entries', depth, lines);
    const name = isStruct ? `${goName(key)}: ` : `${goQuote(key)}: `;
    diffValue(name, before[key], after[key], depth, lines, isStruct);
  }
  flush(same, isStruct ? 'fields' : 'entries', depth, lines);
  lines.push(`  ${tab.repeat(depth - 1)}}${depth === 1 ? '' : ','}`);
}

function diffValue(
  name: string,
  old: unknown,
  next: unknown,
  depth: number,
  lines: string[],
  isStruct: boolean,
): void {
  if (Array.isArray(old) && Array.isArray(next)) diffLists(name, old, next, depth, lines);
  else if (isObject(old) && isObject(next)) {
    // Maps with user's keys stand below fields of these names alone.
    const isMap = /^(?:NodeSelector|Labels|Annotations|Limits|Requests|MatchLabels): $/.test(name);
    diffMaps(`${name}{`, old, next, depth + 1, lines, isStruct && !isMap);
  } else {
    const pad = tab.repeat(depth);
    if (old !== undefined) lines.push(`- ${pad}${name}${goValue(old)},`);
    if (next !== undefined) lines.push(`+ ${pad}${name}${goValue(next)},`);
  }
}

function diffLists(
  name: string,
  old: readonly unknown[],
  next: readonly unknown[],
  depth: number,
  lines: string[],
): void {
  const pad = tab.repeat(depth);
  lines.push(`  ${pad}${name}{`);
  let same = 0;
  for (let index = 0; index < Math.max(old.length, next.length); index += 1) {
    if (index < old.length && index < next.length && semanticEqual(old[index], next[index])) {
      same += 1;
      continue;
    }
    same = flush(same, 'elements', depth + 1, lines);
    diffValue('', old[index], next[index], depth + 1, lines, true);
  }
  flush(same, 'elements', depth + 1, lines);
  lines.push(`  ${pad}},`);
}

function flush(same: number, what: string, depth: number, lines: string[]): number {
  if (same > 0) {
    const noun =
      same === 1 ? { fields: 'field', entries: 'entry', elements: 'element' }[what] : what;
    lines.push(`  ${tab.repeat(depth)}... // ${same} identical ${noun}`);
  }
  return 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `dnsPolicy` is DNSPolicy in Go, and `image` Image. */
function goName(key: string): string {
  return (key.charAt(0).toUpperCase() + key.slice(1))
    .replace(/^Dns/, 'DNS')
    .replace(/^Tty$/, 'TTY');
}

function goValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value);
  if (value === null || value === undefined) return 'nil';
  if (Array.isArray(value)) return `{${value.map(goValue).join(', ')}}`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${goName(key)}: ${goValue(each)}`)
      .join(', ')}}`;
  }
  return String(value);
}
