import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hmacSha256, sha256 } from './sha256.ts';

const TEXTS = ['', 'abc', 'ClusterIP-größe', 'x'.repeat(55), 'y'.repeat(64), 'z'.repeat(1000)];

describe('hmacSha256', () => {
  test.each(TEXTS)('of %j is the platform’s', (text) => {
    for (const key of ['', 'secret', 'k'.repeat(64)]) {
      expect(Buffer.from(hmacSha256(key, text)).toString('hex')).toBe(
        createHmac('sha256', key).update(text).digest('hex'),
      );
    }
  });
});

describe('sha256', () => {
  test.each(TEXTS)('of %j is the platform’s', (text) => {
    expect(Buffer.from(sha256(text)).toString('hex')).toBe(
      createHash('sha256').update(text).digest('hex'),
    );
  });
});
