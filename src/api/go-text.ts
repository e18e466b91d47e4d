/**
 * The few ways in which the API's messages print a value: as Go's `%q` does and as Go's encoding/json does.
 * Kept apart from JSON.stringify because both escape other characters than JavaScript would.
 */

/** Text in double quotes as Go's `%q` prints it: control and unprintable characters escaped, the rest left alone. */
export function goQuote(text: string): string {
  if (isPlainAscii(text)) return `"${text}"`;
  let quoted = '"';
  for (const character of text) quoted += goEscape(character);
  return `${quoted}"`;
}

/** True when every character is printable ASCII that needs no escape, which spares the slow road. */
function isPlainAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);

// What Go's strconv.IsPrint refuses: everything but letters, marks, numbers, punctuation, symbols and the ASCII space.
const unprintable = /^[^\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function goEscape(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return '\\ufffd'; // A lone half of a pair cannot reach a Go string.
  if (!unprintable.test(character)) return character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/**
 * A value as Go's json.Marshal prints it: keys of maps sorted by `sortKeys`, and `<`, `>`, `&` escaped.
 * Structs keep the order of their fields, which for our objects is the order in which they were written.
 */
export function goJson(value: unknown, sortKeys = false): string {
  const text = JSON.stringify(sortKeys ? withSortedKeys(value) : value) ?? 'null';
  return /[<>&\u2028\u2029]/.test(text) ? text.replace(/[<>&\u2028\u2029]/g, unicodeEscape) : text;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const sorted: Record<string, unknown> = Object.create(null);
  for (const [key, each] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    sorted[key] = withSortedKeys(each);
  }
  return sorted;
}
