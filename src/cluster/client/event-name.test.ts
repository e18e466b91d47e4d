import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventName } from './event-name.ts';

test('an event is named after its object and the nanosecond', () => {
  const micros = fc.integer({ min: 0, max: 2 ** 52 });
  fc.assert(
    fc.property(micros, fc.integer({ min: 0, max: 999 }), (time, nanos) => {
      const nanoseconds = BigInt(time) * 1000n + BigInt(nanos);
      const digits = nanoseconds.toString(16).padStart(7, '0');
      expect(eventName('web', time, nanos)).toBe(`web.${digits}`);
    }),
  );
});
