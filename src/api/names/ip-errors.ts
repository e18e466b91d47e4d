import { type FieldErrors, invalid, noErrors } from '../field-errors.ts';
import { goQuote } from '../go-text.ts';
import {
  formatIpAddress,
  isIpv4Mapped,
  networkOf,
  parseCidr,
  parseIpAddress,
} from './ip-address.ts';

/** Messages on addresses in new objects, where only the canonical form is taken. */

export function ipErrors(field: string, text: string): FieldErrors {
  const address = parseIpAddress(text);
  if (address === undefined) {
    const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    return [invalid(field, text, detail)];
  }
  if (address.hadLeadingZeros) return [invalid(field, text, 'must not have leading 0s')];
  if (isIpv4Mapped(address)) {
    return [invalid(field, text, 'must not be an IPv4-mapped IPv6 address')];
  }
  return canonicalErrors(field, text, formatIpAddress(address));
}

export function cidrErrors(field: string, text: string): FieldErrors {
  const block = parseCidr(text);
  if (block === undefined) {
    const detail = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
    return [invalid(field, text, detail)];
  }
  if (block.hadLeadingZeros) {
    return [invalid(field, text, 'must not have leading 0s in IP or prefix length')];
  }
  if (isIpv4Mapped(block.address)) {
    return [invalid(field, text, 'must not have an IPv4-mapped IPv6 address')];
  }
  const canonical = `${formatIpAddress(networkOf(block))}/${block.prefixLength}`;
  if (canonical !== `${formatIpAddress(block.address)}/${block.prefixLength}`) {
    return [invalid(field, text, 'must not have bits set beyond the prefix length')];
  }
  return canonicalErrors(field, text, canonical);
}

/** An address together with the length of its network's prefix; bits beyond the prefix belong to it. */
export function interfaceAddressErrors(field: string, text: string): FieldErrors {
  const block = parseCidr(text);
  if (block === undefined) {
    const detail = 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)';
    return [invalid(field, text, detail)];
  }
  const canonical = `${formatIpAddress(block.address)}/${block.prefixLength}`;
  return canonicalErrors(field, text, canonical);
}

function canonicalErrors(field: string, text: string, canonical: string): FieldErrors {
  if (text === canonical) return noErrors;
  return [invalid(field, text, `must be in canonical form (${goQuote(canonical)})`)];
}
