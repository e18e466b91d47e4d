import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientOfRequest, requestNumbers } from './request-numbers.ts';

describe('numbers of requests', () => {
  const number = fc.integer({ min: 0, max: 2 ** 45 });
  const turn = fc.nat({ max: 2 ** 32 });

  test('say whose they are, so that those of two clients never meet', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.nat(),
        number,
        turn,
        (stride, pick, above, n) => {
          const client = pick % stride;
          const { first, stride: step } = requestNumbers(client, stride, above);
          expect(clientOfRequest(first + n * step, stride)).toBe(client);
        },
      ),
    );
  });

  test('are greater than all earlier ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(), number, (stride, pick, above) => {
        const { first } = requestNumbers(pick % stride, stride, above);
        expect(first).toBeGreaterThan(above);
        expect(first).toBeLessThanOrEqual(above + 2 * stride);
      }),
    );
  });
});
