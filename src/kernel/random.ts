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

/** The next 32 bits, as a number from 0 to 2^32 − 1. Advances the stream. */
export function nextUint32(stream: RandomStream): number {
  const sum = (((stream.a + stream.b) | 0) + stream.counter) | 0;
  stream.counter = (stream.counter + 1) | 0;
  stream.a = stream.b ^ (stream.b >>> 9);
  stream.b = (stream.c + (stream.c << 3)) | 0;
  stream.c = ((stream.c << 21) | (stream.c >>> 11)) + sum;
  stream.c |= 0;
  return sum >>> 0;
}

/** A whole number from 0 up to, not including, `bound` (1 ≤ bound ≤ 2^32). */
export function below(stream: RandomStream, bound: number): number {
  // The bias of a plain remainder is below bound / 2^32: irrelevant for ties, names and latencies.
  return nextUint32(stream) % bound;
}

/** One entry of a non-empty table. Latencies are drawn so: floating-point formulas may differ between engines. */
export function pick<T>(stream: RandomStream, table: readonly T[]): T {
  return table[below(stream, table.length)] as T;
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

/** Room to work in: an identifier that is put together from texts leaves all of them behind, and one is made for every object. */
const uidCodes: number[] = Array.from({ length: 36 }, () => DASH);
const hexCodes: number[] = Array.from({ length: 64 }, () => DASH);

/** Writes hexadecimal digits of a word as character codes: `count` of them, from the `first` on. */
function putHex(codes: number[], at: number, word: number, first: number, count: number): void {
  for (let index = 0; index < count; index++) {
    // Four bits are an index of the table.
    codes[at + index] = DIGITS[(word >>> (28 - 4 * (first + index))) & 15] as number;
  }
}

/** An RFC 4122 version 4 identifier from the stream. */
export function randomUid(stream: RandomStream): string {
  putHex(uidCodes, 0, nextUint32(stream), 0, 8);
  const second = (nextUint32(stream) & 0xffff0fff) | 0x4000;
  putHex(uidCodes, 9, second, 0, 4);
  putHex(uidCodes, 14, second, 4, 4);
  const third = (nextUint32(stream) & 0x3fffffff) | 0x80000000;
  putHex(uidCodes, 19, third, 0, 4);
  putHex(uidCodes, 24, third, 4, 4);
  putHex(uidCodes, 28, nextUint32(stream), 0, 8);
  return String.fromCharCode.apply(null, uidCodes);
}

/** 64 hexadecimal digits from the stream, as container runtimes name containers. */
export function randomHex64(stream: RandomStream): string {
  for (let at = 0; at < 64; at += 8) putHex(hexCodes, at, nextUint32(stream), 0, 8);
  return String.fromCharCode.apply(null, hexCodes);
}
