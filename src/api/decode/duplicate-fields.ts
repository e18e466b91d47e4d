/** Upstream keeps no more problems than this. */
const DUPLICATES_MAX = 100;
/** Deeper texts are left alone; upstream refuses them before it looks for duplicates. */
const DEPTH_MAX = 1000;

/**
 * The paths of fields that an object in a JSON text has twice (`spec.replicas`, `spec.containers[0].name`), in the
 * order of the text. The text must be valid JSON: JSON.parse has taken it, and kept the last of each.
 */
export function duplicateFieldsOf(text: string): readonly string[] {
  const scan: Scan = { text, at: 0, found: [] };
  scanValue(scan, '', 0);
  return scan.found;
}

interface Scan {
  readonly text: string;
  at: number;
  readonly found: string[];
}

function scanValue(scan: Scan, path: string, depth: number): void {
  if (depth > DEPTH_MAX) {
    scan.at = scan.text.length;
    return;
  }
  skipSpace(scan);
  const { text } = scan;
  switch (text.charCodeAt(scan.at)) {
    case OPEN_BRACE:
      scanObject(scan, path, depth);
      return;
    case OPEN_BRACKET:
      scanList(scan, path, depth);
      return;
    case QUOTE:
      skipString(scan);
      return;
    default:
      while (scan.at < text.length && !isEnd(text.charCodeAt(scan.at))) scan.at += 1;
  }
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

function isEnd(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACKET || code === CLOSE_BRACE || code <= 32;
}

function skipSpace(scan: Scan): void {
  while (scan.at < scan.text.length && scan.text.charCodeAt(scan.at) <= 32) scan.at += 1;
}

function skipString(scan: Scan): void {
  const { text } = scan;
  scan.at += 1;
  while (scan.at < text.length) {
    const code = text.charCodeAt(scan.at);
    scan.at += code === BACKSLASH ? 2 : 1;
    if (code === QUOTE) return;
  }
}

function scanObject(scan: Scan, path: string, depth: number): void {
  const { text } = scan;
  const seen = new Set<string>();
  scan.at += 1;
  for (;;) {
    skipSpace(scan);
    if (text.charCodeAt(scan.at) !== QUOTE) break;
    const start = scan.at;
    skipString(scan);
    const raw = text.slice(start + 1, scan.at - 1);
    const name = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    const below = path === '' ? name : `${path}.${name}`;
    if (seen.has(name) && scan.found.length < DUPLICATES_MAX) scan.found.push(below);
    seen.add(name);
    skipSpace(scan);
    // The colon.
    scan.at += 1;
    scanValue(scan, below, depth + 1);
    skipSpace(scan);
    if (text.charCodeAt(scan.at) !== COMMA) break;
    scan.at += 1;
  }
  scan.at += 1;
}

function scanList(scan: Scan, path: string, depth: number): void {
  const { text } = scan;
  scan.at += 1;
  skipSpace(scan);
  for (let index = 0; text.charCodeAt(scan.at) !== CLOSE_BRACKET; index += 1) {
    if (scan.at >= text.length) return;
    scanValue(scan, `${path}[${index}]`, depth + 1);
    skipSpace(scan);
    if (text.charCodeAt(scan.at) === COMMA) scan.at += 1;
    skipSpace(scan);
  }
  scan.at += 1;
}
