import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sha256 } from './sha256.ts';

const TEXTS = ['', 'abc', 'ClusterIP-größe', 'x'.repeat(55), 'y'.repeat(64), 'z'.repeat(1000)];

describe('sha256', () => {
  test.each(TEXTS)('of %j is the platform’s', (text) => {
    expect(Buffer.from(sha256(text)).toString('hex')).toBe(
      createHash('sha256').update(text).digest('hex'),
    );
  });
});
