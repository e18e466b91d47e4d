import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject, ManagedFieldsEntry } from '../generated/types.ts';
import { structSchema } from '../schema/lookup.ts';
import { pods } from './testing.ts';
import { trackCreate, trackUpdate } from './track.ts';

interface Step {
  readonly next: object;
  readonly manager: string;
  readonly subresource: string;
}

const steps: fc.Arbitrary<Step> = fc.record({
  next: pods,
  manager: fc.constantFrom('kubelet', 'kubectl', 'm'),
  subresource: fc.constantFrom('', 'status'),
});

/** What only equals what was made here, as from another client or an archive: nothing is known of it. */
function foreign(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  return JSON.parse(JSON.stringify(entries)) as readonly ManagedFieldsEntry[];
}

function withEntries(
  object: object,
  managedFields: readonly ManagedFieldsEntry[] | undefined,
): KubernetesObject {
  const { metadata = {}, ...rest } = object as Partial<KubernetesObject>;
  const managed = managedFields === undefined ? metadata : { ...metadata, managedFields };
  return { ...rest, metadata: managed } as KubernetesObject;
}

describe('what a change makes of managers’ sets', () => {
  test('is the same whether they have been seen before or not', () => {
    const schema = structSchema('Pod');
    fc.assert(
      fc.property(fc.array(steps, { minLength: 2, maxLength: 8 }), (all) => {
        const [first, ...others] = all;
        if (first === undefined) return;
        const writerOf = ({ manager, subresource }: Step, index: number) => {
          const now = `2026-01-01T00:00:0${index}Z`;
          return { manager, subresource, apiVersion: 'v1', now };
        };
        let known = trackCreate(withEntries(first.next, undefined), schema, writerOf(first, 0));
        let unknown = known;
        others.forEach((step, index) => {
          const writer = writerOf(step, index >> 1);
          const entries = known.metadata.managedFields;
          known = trackUpdate(known, withEntries(step.next, entries), schema, writer);
          const live = withEntries(unknown, foreign(unknown.metadata.managedFields ?? []));
          const next = withEntries(step.next, live.metadata.managedFields);
          unknown = trackUpdate(live, next, schema, writer);
          expect(JSON.stringify(known.metadata.managedFields ?? [])).toBe(
            JSON.stringify(unknown.metadata.managedFields ?? []),
          );
        });
      }),
      { numRuns: 300 },
    );
  });
});
