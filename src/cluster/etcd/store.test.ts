import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketOf } from './store.ts';

test('the bucket of a key is what its second slash after the first ends, whatever was asked before', () => {
  const part = fc.constantFrom('', 'registry', 'pods', 'podtemplates', 'a', 'default');
  const key = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 20 }), (keys) => {
      for (const each of keys) {
        const second = each.indexOf('/', each.indexOf('/', 1) + 1);
        expect(bucketOf(each)).toBe(each.slice(0, second + 1));
      }
    }),
  );
});
