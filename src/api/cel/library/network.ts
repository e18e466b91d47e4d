import {
  cidrContains,
  formatIpAddress,
  isIpv4Mapped,
  networkOf,
  parseCidr,
  parseIpAddress,
  type CidrBlock,
  type IpAddress,
} from '../../names/ip-address.ts';
import { goQuote } from '../../go-text.ts';
import { Special } from '../values.ts';
import { fail, isSpecial, special, text, type CelFunction, type Library } from './arguments.ts';

/** An address as Go's netip reads it: no leading zeros, no zone, no IPv4 within IPv6. */
function addressOf(raw: string): IpAddress {
  const address = parseIpAddress(raw);
  if (address === undefined || address.hadLeadingZeros) {
    const why =
      address === undefined ? 'unable to parse IP' : 'IPv4 field has octet with leading zero';
    fail(
      `IP Address ${goQuote(raw)} parse error during conversion from string: ParseAddr(${goQuote(raw)}): ${why}`,
    );
  }
  if (isIpv4Mapped(address)) fail(`IPv4-mapped IPv6 address ${goQuote(raw)} is not allowed`);
  return address;
}

function blockOf(raw: string): CidrBlock {
  const block = parseCidr(raw);
  if (block === undefined || block.hadLeadingZeros) {
    const why = raw.includes('/') ? 'unable to parse IP' : "no '/'";
    fail(
      `network address parse error during conversion from string: netip.ParsePrefix(${goQuote(raw)}): ${why}`,
    );
  }
  if (isIpv4Mapped(block.address)) fail(`IPv4-mapped IPv6 address ${goQuote(raw)} is not allowed`);
  return block;
}

function holds(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}

/** Functions of Kubernetes' ip and cidr libraries. */
export const networkFunctions: Readonly<Record<string, CelFunction>> = {
  ip: (args) => new Special({ type: 'ip', address: addressOf(text('ip', args, 0)) }),
  isIP: (args) => {
    const raw = text('isIP', args, 0);
    return holds(() => addressOf(raw));
  },
  'ip.isCanonical': (args) => {
    const raw = text('ip.isCanonical', args, 0);
    return formatIpAddress(addressOf(raw)) === raw;
  },
  cidr: (args) => new Special({ type: 'cidr', block: blockOf(text('cidr', args, 0)) }),
  isCIDR: (args) => {
    const raw = text('isCIDR', args, 0);
    return holds(() => blockOf(raw));
  },
};

const address = (name: string, args: readonly unknown[]): IpAddress =>
  special('ip', name, args).address;

function isUnspecified({ parts }: IpAddress): boolean {
  return parts.every((each) => each === 0);
}

function isLoopback({ family, parts }: IpAddress): boolean {
  if (family === 4) return parts[0] === 127;
  return parts.slice(0, 7).every((each) => each === 0) && parts[7] === 1;
}

function isMulticast({ family, parts }: IpAddress): boolean {
  const [first = 0] = parts;
  return family === 4 ? (first & 0xf0) === 0xe0 : first >> 8 === 0xff;
}

function isLinkLocalMulticast({ family, parts }: IpAddress): boolean {
  const [a = 0, b, c] = parts;
  return family === 4 ? a === 224 && b === 0 && c === 0 : (a & 0xff0f) === 0xff02;
}

function isLinkLocalUnicast({ family, parts }: IpAddress): boolean {
  const [a = 0, b] = parts;
  return family === 4 ? a === 169 && b === 254 : (a & 0xffc0) === 0xfe80;
}

export const ipLibrary: Library = {
  accepts: isSpecial('ip'),
  methods: {
    family: (args) => address('family', args).family,
    isUnspecified: (args) => isUnspecified(address('isUnspecified', args)),
    isLoopback: (args) => isLoopback(address('isLoopback', args)),
    isLinkLocalMulticast: (args) => isLinkLocalMulticast(address('isLinkLocalMulticast', args)),
    isLinkLocalUnicast: (args) => isLinkLocalUnicast(address('isLinkLocalUnicast', args)),
    isGlobalUnicast: (args) => {
      const ip = address('isGlobalUnicast', args);
      const isBroadcast = ip.family === 4 && ip.parts.every((each) => each === 255);
      return !(
        isBroadcast ||
        isUnspecified(ip) ||
        isLoopback(ip) ||
        isMulticast(ip) ||
        isLinkLocalUnicast(ip)
      );
    },
  },
};

const block = (name: string, args: readonly unknown[]): CidrBlock =>
  special('cidr', name, args).block;

/** An argument that is an address or block, or the text of one. */
function ipArgument(name: string, args: readonly unknown[]): IpAddress {
  const [, value] = args;
  if (typeof value === 'string') return addressOf(value);
  return special('ip', name, args, 1).address;
}

export const cidrLibrary: Library = {
  accepts: isSpecial('cidr'),
  methods: {
    containsIP: (args) => cidrContains(block('containsIP', args), ipArgument('containsIP', args)),
    containsCIDR: (args) => {
      const outer = block('containsCIDR', args);
      const [, value] = args;
      const inner =
        typeof value === 'string' ? blockOf(value) : special('cidr', 'containsCIDR', args, 1).block;
      return outer.prefixLength <= inner.prefixLength && cidrContains(outer, networkOf(inner));
    },
    ip: (args) => new Special({ type: 'ip', address: block('ip', args).address }),
    masked: (args) => {
      const own = block('masked', args);
      return new Special({ type: 'cidr', block: { ...own, address: networkOf(own) } });
    },
    prefixLength: (args) => block('prefixLength', args).prefixLength,
  },
};
