import { describe, expect, test } from 'vitest';
import { forkStream, nextUint32, randomHex64, randomUid } from './random.ts';

describe('identifiers', () => {
  test('a uid is of version 4, and made of the stream’s next four words', () => {
    for (let seed = 0; seed < 200; seed++) {
      const words = forkStream(seed, 'uids');
      const [a, b, c, d] = [0, 1, 2, 3].map(() => nextUint32(words).toString(16).padStart(8, '0'));
      const uid = randomUid(forkStream(seed, 'uids'));
      expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(uid.slice(0, 13)).toBe(`${a}-${b?.slice(0, 4)}`);
      expect(uid.slice(15, 18)).toBe(b?.slice(5));
      expect(uid.slice(20)).toBe(`${c?.slice(1, 4)}-${c?.slice(4)}${d}`);
    }
  });

  test('64 digits are the stream’s next eight words', () => {
    const words = forkStream(7, 'ids');
    const digits = Array.from({ length: 8 }, () =>
      nextUint32(words).toString(16).padStart(8, '0'),
    ).join('');
    expect(randomHex64(forkStream(7, 'ids'))).toBe(digits);
  });
});
