/**
 * The name of an event: its object's and the time in hexadecimal nanoseconds, which `micros` microseconds and `nanos`
 * (below 1,000) nanoseconds are.
 */
export function eventName(object: string, micros: number, nanos: number): string {
  // The product has more bits than a number holds, so it is made in two halves; big integers are slow.
  const low = (micros % LOW_HALF) * 1000 + nanos;
  const high = Math.floor(micros / LOW_HALF) * 1000 + Math.floor(low / LOW_HALF);
  const rest = low % LOW_HALF;
  if (high !== lastHigh) {
    lastHigh = high;
    lastText = `.${high.toString(16)}`;
  }
  // The short texts first: each text that begins with the long one is one more to be joined later.
  const time = `${lastText}${BYTES[rest >> 16]}${BYTES[(rest >> 8) & 255]}${BYTES[rest & 255]}`;
  return object + time;
}

const LOW_HALF = 0x1000000;

/** Two digits for each byte: to have one number after the other written out takes longer than all else of an event. */
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

// The upper half changes sixty times a second. A memo only.
let lastHigh = -1;
let lastText = '';
