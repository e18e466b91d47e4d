/**
 * Seeded random streams as plain data (the sfc32 generator: four 32-bit words). Every purpose has a
 * stream of its own, forked by label from the seed, so that a new draw in one place does not
 * reshuffle another.
 */
export interface RandomStream {
  a: number;
  b: number;
  c: number;
  counter: number;
}

/** A stream that depends on nothing but the seed and the label. */
export function forkStream(seed: number, label: string): RandomStream {
  let hash = 0x811c9dc5 ^ (seed >>> 0);
  for (let i = 0; i < label.length; i++) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  }
  const stream = { a: seed | 0, b: hash | 0, c: Math.imul(hash, 0x9e3779b1) | 0, counter: 1 };
  // The first outputs still show the seed's bits.
  for (let i = 0; i < 12; i++) nextUint32(stream);
  return stream;
}

/**
 * Advances the stream; its next 32 bits, signed. Whole numbers of 32 bits are what engines calculate fastest with, so
 * nothing else is kept in a stream or given back here.
 */
function advance(stream: RandomStream): number {
  const { b, c, counter } = stream;
  const sum = (((stream.a + b) | 0) + counter) | 0;
  stream.counter = (counter + 1) | 0;
  stream.a = b ^ (b >>> 9);
  stream.b = (c + (c << 3)) | 0;
  stream.c = (((c << 21) | (c >>> 11)) + sum) | 0;
  return sum;
}

/** The next 32 bits, as a number from 0 to 2^32 − 1. Advances the stream. */
export function nextUint32(stream: RandomStream): number {
  return advance(stream) >>> 0;
}

/** A whole number from 0 up to, not including, `bound` (1 ≤ bound ≤ 2^32). */
export function below(stream: RandomStream, bound: number): number {
  // The bias of a plain remainder is below bound / 2^32: irrelevant for ties, names and latencies.
  return (advance(stream) >>> 0) % bound;
}

/**
 * One entry of a non-empty table. Latencies are drawn so: floating-point formulas may differ between engines. Nearly
 * all draws of a world are these, so `advance` is written out.
 */
export function pick<T>(stream: RandomStream, table: readonly T[]): T {
  const { b, c, counter } = stream;
  const bits = (((stream.a + b) | 0) + counter) | 0;
  stream.counter = (counter + 1) | 0;
  stream.a = b ^ (b >>> 9);
  stream.b = (c + (c << 3)) | 0;
  stream.c = (((c << 21) | (c >>> 11)) + bits) | 0;
  const { length } = table;
  // Of a power of two the remainder is the last bits. Most tables have such a length.
  if ((length & (length - 1)) === 0) return table[bits & (length - 1)] as T;
  return table[(bits >>> 0) % length] as T;
}

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A suffix as Kubernetes' `utilrand.String` makes it: no vowels, no look-alike digits. */
export function randomSuffix(stream: RandomStream, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += SAFE_ALPHABET[below(stream, SAFE_ALPHABET.length)];
  return text;
}

const DASH = '-'.charCodeAt(0);
const DIGITS: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** The character codes of a byte's two hexadecimal digits. */
const HIGH: readonly number[] = Array.from({ length: 256 }, (_, byte) => DIGITS[byte >> 4] ?? DASH);
const LOW: readonly number[] = Array.from({ length: 256 }, (_, byte) => DIGITS[byte & 15] ?? DASH);

/** Room to work in: an identifier that is put together from texts leaves all of them behind, and one is made for every object. */
const uidCodes: number[] = Array.from({ length: 36 }, () => DASH);
const hexCodes: number[] = Array.from({ length: 64 }, () => DASH);

/** Where each four digits begin, of which a draw makes eight: in an identifier there are dashes between them. */
const UID_PLACES: readonly number[] = [0, 4, 9, 14, 19, 24, 28, 32];
const HEX_PLACES: readonly number[] = Array.from({ length: 16 }, (_, four) => 4 * four);
/** Where an identifier has its version, and its variant in the upper half of a digit. */
const VERSION_AT = 14;
const VARIANT_AT = 19;
const VERSION_4 = '4'.charCodeAt(0);
/** By the character code of a digit, the one with the variant of RFC 4122 in its place. */
const VARIANTS: readonly number[] = Array.from(
  { length: 128 },
  (_, code) => DIGITS[8 | (Number.parseInt(String.fromCharCode(code), 16) & 3)] ?? DASH,
);

/** Writes digits of random bits as character codes, four at each place. */
function putDigits(stream: RandomStream, codes: number[], places: readonly number[]): void {
  let word = 0;
  for (let four = 0; four < places.length; four++) {
    word = (four & 1) === 0 ? advance(stream) : word << 16;
    // In range, and bytes are indices of the tables.
    const at = places[four] as number;
    let byte = word >>> 24;
    codes[at] = HIGH[byte] as number;
    codes[at + 1] = LOW[byte] as number;
    byte = (word >>> 16) & 255;
    codes[at + 2] = HIGH[byte] as number;
    codes[at + 3] = LOW[byte] as number;
  }
}

/** An RFC 4122 version 4 identifier from the stream. */
export function randomUid(stream: RandomStream): string {
  putDigits(stream, uidCodes, UID_PLACES);
  uidCodes[VERSION_AT] = VERSION_4;
  uidCodes[VARIANT_AT] = VARIANTS[uidCodes[VARIANT_AT] as number] as number;
  return String.fromCharCode.apply(null, uidCodes);
}

/** 64 hexadecimal digits from the stream, as container runtimes name containers. */
export function randomHex64(stream: RandomStream): string {
  putDigits(stream, hexCodes, HEX_PLACES);
  return String.fromCharCode.apply(null, hexCodes);
}
