/**
 * Bytes as text and back, without loss. What is valid UTF-8 is its characters; any other byte is a lone low surrogate
 * (U+DC80 for 0x80, and so on), as Python's "surrogateescape" has it. So files and streams can be text everywhere, and
 * what was never text comes out as it went in.
 */

const ESCAPE = 0xdc00;

/** Whether a unit at an index is such an escaped byte: a low surrogate without a high one before it. */
function isEscaped(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit < ESCAPE + 0x80 || unit > ESCAPE + 0xff) return false;
  const before = index > 0 ? text.charCodeAt(index - 1) : 0;
  return before < 0xd800 || before > 0xdbff;
}

/** How many bytes a text stands for. */
export function byteLengthOf(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (isEscaped(text, i)) length += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLow(text.charCodeAt(i + 1))) {
      length += 4;
      i += 1;
    } else length += 3;
  }
  return length;
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** The bytes that a text stands for. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(byteLengthOf(text));
  let at = 0;
  for (let i = 0; i < text.length; i += 1) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      bytes[at++] = point;
      continue;
    }
    if (isEscaped(text, i)) {
      bytes[at++] = point - ESCAPE;
      continue;
    }
    if (point >= 0xd800 && point <= 0xdbff && isLow(text.charCodeAt(i + 1))) {
      point = 0x10000 + ((point - 0xd800) << 10) + (text.charCodeAt(i + 1) - 0xdc00);
      i += 1;
    }
    if (point < 0x800) bytes[at++] = 0xc0 | (point >> 6);
    else {
      if (point < 0x10000) bytes[at++] = 0xe0 | (point >> 12);
      else {
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 63);
      }
      bytes[at++] = 0x80 | ((point >> 6) & 63);
    }
    bytes[at++] = 0x80 | (point & 63);
  }
  return bytes;
}

/** How many bytes the character at an index has; 0: none that is valid; −1: it is cut off. */
function characterAt(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at] ?? 0;
  const length =
    first < 0x80
      ? 1
      : first < 0xc2
        ? 0
        : first < 0xe0
          ? 2
          : first < 0xf0
            ? 3
            : first < 0xf5
              ? 4
              : 0;
  for (let i = 1; i < length; i += 1) {
    if (at + i >= end) return -1;
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  const isWrong =
    (first === 0xe0 && second < 0xa0) ||
    (first === 0xed && second > 0x9f) ||
    (first === 0xf0 && second < 0x90) ||
    (first === 0xf4 && second > 0x8f);
  return isWrong ? 0 : length;
}

function pointAt(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at] ?? 0;
  let point = (bytes[at] ?? 0) & (0x7f >> length);
  for (let i = 1; i < length; i += 1) point = (point << 6) | ((bytes[at + i] ?? 0) & 63);
  return point;
}

/** The text that bytes stand for. */
export function textOf(bytes: Uint8Array): string {
  const reader = createTextReader();
  return reader.read(bytes) + reader.end();
}

/** Reads bytes that come in pieces: a character may be cut in two. */
export function createTextReader(): { read(bytes: Uint8Array): string; end(): string } {
  let rest: Uint8Array = new Uint8Array(0);
  function decode(bytes: Uint8Array, isLast: boolean): string {
    let text = '';
    let units: number[] = [];
    let at = 0;
    for (; at < bytes.length; ) {
      const length = characterAt(bytes, at, bytes.length);
      if (length < 0 && !isLast) break;
      if (length <= 0) {
        units.push(ESCAPE + (bytes[at] ?? 0));
        at += 1;
      } else {
        units.push(pointAt(bytes, at, length));
        at += length;
      }
      if (units.length === 4096) {
        text += String.fromCodePoint(...units);
        units = [];
      }
    }
    rest = bytes.slice(at);
    return text + String.fromCodePoint(...units);
  }
  return {
    read(bytes) {
      if (rest.length === 0) return decode(bytes, false);
      const whole = new Uint8Array(rest.length + bytes.length);
      whole.set(rest);
      whole.set(bytes, rest.length);
      return decode(whole, false);
    },
    end: () => decode(rest, true),
  };
}
