/** SHA-256 (FIPS 180-4) of a text's UTF-8 bytes, for names that a real component derives from a hash. */
export function sha256(text: string): Uint8Array {
  return sha256OfBytes(new TextEncoder().encode(text));
}

/** HMAC-SHA-256 (RFC 2104) of a text's UTF-8 bytes, under a key that is a text of at most 64 bytes. */
export function hmacSha256(key: string, text: string): Uint8Array {
  const secret = new Uint8Array(64);
  secret.set(new TextEncoder().encode(key));
  const message = new TextEncoder().encode(text);
  const inner = sha256OfBytes(joined(mixed(secret, 0x36), message));
  return sha256OfBytes(joined(mixed(secret, 0x5c), inner));
}

function mixed(bytes: Uint8Array, value: number): Uint8Array {
  return bytes.map((byte) => byte ^ value);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function sha256OfBytes(message: Uint8Array): Uint8Array {
  const bytes = padded(message);
  const hash = Uint32Array.from(INITIAL);
  const words = new Uint32Array(64);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < bytes.length; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(block + i * 4);
    expand(words);
    compress(hash, words);
  }
  const digest = new Uint8Array(32);
  const out = new DataView(digest.buffer);
  for (let i = 0; i < 8; i++) out.setUint32(i * 4, at(hash, i));
  return digest;
}

/** A one bit, zeros, and the length in bits as the last eight bytes. */
function padded(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = Math.ceil((message.length + 9) / 64) * 64;
  const bytes = new Uint8Array(length);
  bytes.set(message);
  bytes[message.length] = 0x80;
  new DataView(bytes.buffer).setBigUint64(length - 8, BigInt(message.length) * 8n);
  return bytes;
}

function expand(words: Uint32Array): void {
  for (let i = 16; i < 64; i++) {
    const near = at(words, i - 2);
    const far = at(words, i - 15);
    const small0 = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
    const small1 = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
    words[i] = at(words, i - 16) + small0 + at(words, i - 7) + small1;
  }
}

function compress(hash: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as Eight; // It has eight words.
  for (let i = 0; i < 64; i++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + big1 + ((e & f) ^ (~e & g)) + at(CONSTANTS, i) + at(words, i)) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) hash[i] = at(hash, i) + value;
}

type Eight = [number, number, number, number, number, number, number, number];

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** The first 32 bits of the fractional parts of roots of the first primes: what the standard's constants are. */
function rootBits(count: number, degree: 2 | 3): Uint32Array {
  const bits: number[] = [];
  for (let candidate = 2; bits.length < count; candidate++) {
    let isPrime = true;
    for (let i = 2; i * i <= candidate; i++) if (candidate % i === 0) isPrime = false;
    if (isPrime) bits.push(Number(rootTimes32Bits(candidate, degree) & 0xffffffffn));
  }
  return Uint32Array.from(bits);
}

/** The whole part of `2^32 · root(value)`, exactly: found by halving. */
function rootTimes32Bits(value: number, degree: 2 | 3): bigint {
  const target = BigInt(value) << BigInt(32 * degree);
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= target) low = middle;
    else high = middle;
  }
  return low;
}

const INITIAL = rootBits(8, 2);
const CONSTANTS = rootBits(64, 3);
