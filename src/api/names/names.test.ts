import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldErrorMessage } from '../field-errors.ts';
import { dns1123LabelErrors } from './dns.ts';
import {
  cidrContains,
  formatIpAddress,
  isCanonicalIpv4,
  networkOf,
  parseCidr,
  parseIpAddress,
} from './ip-address.ts';
import { ipErrors } from './ip-errors.ts';
import { utf8Length } from './messages.ts';
import { labelValueErrors, qualifiedNameErrors } from './qualified-name.ts';

describe('names', () => {
  test('the length of a text is that of its UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
  });

  test('an answer does not depend on what was asked before', () => {
    expect(qualifiedNameErrors('app')).toEqual([]);
    expect(qualifiedNameErrors('app')).toEqual([]);
    expect(qualifiedNameErrors('__proto__')).toHaveLength(1);
    expect(labelValueErrors('constructor')).toEqual([]);
    expect(labelValueErrors('a b')).toEqual(labelValueErrors('a b'));
  });

  test('a line break at the end is not overlooked', () => {
    expect(dns1123LabelErrors('web\n')).toHaveLength(1);
  });
});

describe('IP addresses', () => {
  test('IPv6 is printed canonically and read back as the same address', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, (parts) => {
        const printed = formatIpAddress({ family: 6, parts, hadLeadingZeros: false });
        const again = parseIpAddress(printed);
        expect(again && formatIpAddress(again)).toBe(printed);
        if (again?.family === 6) expect(again.parts).toEqual(parts);
      }),
    );
  });

  test.each([
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['0:0:1:0:0:1:0:0', '::1:0:0:1:0:0'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ])('%s is printed as %s', (text, canonical) => {
    const address = parseIpAddress(text);
    expect(address && formatIpAddress(address)).toBe(canonical);
  });

  test.each(['1::2::3', '1:2:3:4:5:6:7:8:9', '1:2', ':1:2:3:4:5:6:7', '1.2.3', '::1.2.3.256'])(
    '%s is none',
    (text) => {
      expect(parseIpAddress(text)).toBeUndefined();
    },
  );

  test('the network of a block, and what lies in it', () => {
    const block = parseCidr('10.244.3.17/22');
    expect(block && formatIpAddress(networkOf(block))).toBe('10.244.0.0');
    const inside = parseIpAddress('10.244.2.9');
    const outside = parseIpAddress('10.244.4.1');
    expect(block && inside && cidrContains(block, inside)).toBe(true);
    expect(block && outside && cidrContains(block, outside)).toBe(false);
  });

  test('a mapped address is refused in new objects', () => {
    expect(ipErrors('spec.ip', '::ffff:1.2.3.4').map(fieldErrorMessage)).toEqual([
      'spec.ip: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address',
    ]);
  });

  test('a canonical IPv4 address is known at a glance', () => {
    const part = fc.constantFrom(
      '0',
      '00',
      '1',
      '01',
      '9',
      '10',
      '99',
      '100',
      '199',
      '255',
      '256',
      '',
    );
    const text = fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.'));
    const canonical = (each: string): boolean => ipErrors('ip', each).length === 0;
    fc.assert(fc.property(text, (each) => isCanonicalIpv4(each) === canonical(each)));
    for (const each of ['', '1.2.3.4\n', ' 1.2.3.4', '1.2.3.4.', '::1']) {
      expect(isCanonicalIpv4(each)).toBe(false);
    }
  });
});
