/** An IPv4 range as numbers. */
export interface Ipv4Range {
  readonly text: string;
  readonly base: number;
  readonly size: number;
}

const ranges = new Map<string, Ipv4Range>();

/** Reads `10.96.0.0/12`; a set-up's own text, so it is valid. */
export function ipv4Range(text: string): Ipv4Range {
  const known = ranges.get(text);
  if (known !== undefined) return known;
  const [address = '', bits = '32'] = text.split('/');
  const size = 2 ** (32 - Number(bits));
  const whole = ipv4Number(address) ?? 0;
  const range = Object.freeze({ text, base: whole - (whole % size), size });
  ranges.set(text, range);
  return range;
}

/** A dotted address as a number; undefined when it is none. */
export function ipv4Number(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    const byte = Number(part);
    if (part === '' || String(byte) !== part || !Number.isInteger(byte)) return undefined;
    if (byte < 0 || byte > 255) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

export function ipv4Text(value: number): string {
  return `${Math.floor(value / 2 ** 24)}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}
