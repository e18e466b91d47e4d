const letter = /\p{L}/u;
const digit = /\p{Nd}/u;

/**
 * The order in which Go's YAML printer lists the keys of a map: letters after everything else, runs of digits by
 * their number (`port2` before `port10`), else by code point.
 */
export function compareKeys(a: string, b: string): number {
  if (isPlainWord(a) && isPlainWord(b)) return a < b ? -1 : a > b ? 1 : 0;
  const left = [...a];
  const right = [...b];
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const one = left[i] ?? '';
    const other = right[i] ?? '';
    if (one !== other) return compareAt(left, right, i);
  }
  return left.length - right.length;
}

/** ASCII letters alone, as nearly all field names are: for these the order is that of the code points. */
function isPlainWord(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i) | 0x20;
    if (code < 0x61 || code > 0x7a) return false;
  }
  return true;
}

function compareAt(left: readonly string[], right: readonly string[], at: number): number {
  const one = left[at] ?? '';
  const other = right[at] ?? '';
  const oneIsLetter = letter.test(one);
  const otherIsLetter = letter.test(other);
  if (oneIsLetter && otherIsLetter) return byCodePoint(one, other);
  if (oneIsLetter || otherIsLetter) return otherIsLetter ? -1 : 1;

  // Zeros in front count only where digits stand before them: then both runs are part of a longer number.
  const behindDigits = (one === '0' || other === '0') && digitsBefore(left, at);
  const oneRun = digitRun(left, at);
  const otherRun = digitRun(right, at);
  const head = behindDigits ? '1' : '';
  const oneNumber = BigInt(`${head}${oneRun}` || '0');
  const otherNumber = BigInt(`${head}${otherRun}` || '0');
  if (oneNumber !== otherNumber) return oneNumber < otherNumber ? -1 : 1;
  if (oneRun.length !== otherRun.length) return oneRun.length - otherRun.length;
  return byCodePoint(one, other);
}

function byCodePoint(one: string, other: string): number {
  return (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
}

function digitsBefore(text: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && digit.test(text[i] ?? ''); i -= 1) {
    if (text[i] !== '0') return true;
  }
  return false;
}

/** Only ASCII digits are counted as numbers; a run is cut where it would leave any sensible size. */
function digitRun(text: readonly string[], from: number): string {
  let run = '';
  for (let i = from; i < text.length && run.length < 40; i += 1) {
    const character = text[i] ?? '';
    if (character < '0' || character > '9' || character.length !== 1) break;
    run += character;
  }
  return run;
}
