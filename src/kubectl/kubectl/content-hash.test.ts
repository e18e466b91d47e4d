import { expect, test } from 'vitest';
import { hashOf } from './content-hash.ts';

/** What kubectl 1.35 appended. */
test.each([
  [{ kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } }, '64686gkt6c'],
  [{ kind: 'Secret', metadata: { name: 'x' }, data: { a: 'Yg==' } }, 'k694gm4m9h'],
])('%j', (object, hash) => {
  expect(hashOf({ apiVersion: 'v1', ...object })).toBe(hash);
});
