/**
 * IP addresses and CIDR blocks, read as leniently as old Kubernetes objects need (leading zeros allowed) and
 * printed in the one canonical form (RFC 5952).
 */
export interface IpAddress {
  readonly family: 4 | 6;
  /** Four or eight numbers: bytes of IPv4, 16-bit groups of IPv6. */
  readonly parts: readonly number[];
  /** A number had leading zeros, which today's parsers refuse. */
  readonly hadLeadingZeros: boolean;
}

export interface CidrBlock {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly hadLeadingZeros: boolean;
}

/** Reads an address; undefined when the text is none. IPv4-mapped IPv6 addresses stay family 6. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

const canonicalIpv4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;

/** Whether a text is an IPv4 address in its canonical form; most addresses are, and are known so in one go. */
export function isCanonicalIpv4(text: string): boolean {
  return canonicalIpv4.test(text);
}

/** Reads `address/length`; undefined when the text is none. */
export function parseCidr(text: string): CidrBlock | undefined {
  const slashAt = text.indexOf('/');
  if (slashAt < 0) return undefined;
  const address = parseIpAddress(text.slice(0, slashAt));
  const length = text.slice(slashAt + 1);
  if (address === undefined || !/^[0-9]{1,3}$/.test(length)) return undefined;
  const prefixLength = Number(length);
  if (prefixLength > (address.family === 4 ? 32 : 128)) return undefined;
  const hadLeadingZeros = address.hadLeadingZeros || (length.length > 1 && length[0] === '0');
  return { address, prefixLength, hadLeadingZeros };
}

/** The canonical text; an IPv4-mapped address prints as the IPv4 address in it, as Go's net.IP does. */
export function formatIpAddress(address: IpAddress): string {
  if (address.family === 4) return address.parts.join('.');
  if (isIpv4Mapped(address)) {
    return address.parts
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  }
  return formatIpv6(address.parts);
}

/** ::ffff:a.b.c.d */
export function isIpv4Mapped(address: IpAddress): boolean {
  const { family, parts } = address;
  return family === 6 && parts.slice(0, 5).every((group) => group === 0) && parts[5] === 0xffff;
}

/** The address with all bits beyond the prefix cleared. */
export function networkOf({ address, prefixLength }: CidrBlock): IpAddress {
  const width = address.family === 4 ? 8 : 16;
  const parts = address.parts.map((part, index) => {
    const kept = Math.max(0, Math.min(width, prefixLength - index * width));
    return part & ~((1 << (width - kept)) - 1) & ((1 << width) - 1);
  });
  return { ...address, parts };
}

/** Whether the address lies in the block; never across families. */
export function cidrContains(block: CidrBlock, address: IpAddress): boolean {
  if (block.address.family !== address.family) return false;
  const network = networkOf(block).parts;
  const masked = networkOf({ ...block, address }).parts;
  return network.every((part, index) => part === masked[index]);
}

function parseIpv4(text: string): IpAddress | undefined {
  // Letter by letter: every Pod's addresses come through here several times.
  const parts: number[] = [];
  let hadLeadingZeros = false;
  let part = 0;
  let digits = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const digit = i < text.length ? text.charCodeAt(i) - ZERO : END_OF_PART;
    if (digit >= 0 && digit <= 9) {
      if (digits === 1 && part === 0) hadLeadingZeros = true;
      part = part * 10 + digit;
      digits += 1;
      if (part > 255 || digits > DIGITS_MAX) return undefined;
    } else {
      if (digit !== END_OF_PART || digits === 0) return undefined;
      parts.push(part);
      part = 0;
      digits = 0;
    }
  }
  return parts.length === 4 ? { family: 4, parts, hadLeadingZeros } : undefined;
}

const ZERO = '0'.charCodeAt(0);
/** The full stop, counted from the digit zero. The end of the text ends a part as well. */
const END_OF_PART = '.'.charCodeAt(0) - ZERO;
const DIGITS_MAX = 16;

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : emptyGroups;
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.groups.length - tail.groups.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const parts = [
    ...head.groups,
    ...Array.from<number>({ length: missing }).fill(0),
    ...tail.groups,
  ];
  return { family: 6, parts, hadLeadingZeros: head.hadLeadingZeros || tail.hadLeadingZeros };
}

interface Groups {
  readonly groups: readonly number[];
  /** Only of an IPv4 address at the end: zeros before IPv6 groups have always been right. */
  readonly hadLeadingZeros: boolean;
}

const emptyGroups: Groups = { groups: [], hadLeadingZeros: false };

function parseGroups(text: string, ipv4MayEnd: boolean): Groups | undefined {
  if (text === '') return emptyGroups;
  const groups: number[] = [];
  let hadLeadingZeros = false;
  const fields = text.split(':');
  for (const [index, field] of fields.entries()) {
    if (field.includes('.')) {
      const ipv4 = ipv4MayEnd && index === fields.length - 1 ? parseIpv4(field) : undefined;
      if (ipv4 === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = ipv4.parts;
      groups.push((a << 8) | b, (c << 8) | d);
      hadLeadingZeros = ipv4.hadLeadingZeros;
    } else if (/^[0-9a-fA-F]{1,4}$/.test(field)) {
      groups.push(Number.parseInt(field, 16));
    } else return undefined;
  }
  return { groups, hadLeadingZeros };
}

/** The longest run of at least two zero groups, the first of equals, becomes `::`. */
function formatIpv6(parts: readonly number[]): string {
  let bestAt = -1;
  let bestLength = 1;
  for (let at = 0; at < parts.length; at += 1) {
    let length = 0;
    while (parts[at + length] === 0) length += 1;
    if (length > bestLength) {
      bestAt = at;
      bestLength = length;
    }
  }
  const print = (groups: readonly number[]) => groups.map((each) => each.toString(16)).join(':');
  if (bestAt < 0) return print(parts);
  return `${print(parts.slice(0, bestAt))}::${print(parts.slice(bestAt + bestLength))}`;
}
