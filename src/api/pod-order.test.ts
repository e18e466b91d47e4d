import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controllerOf, controllerReference, isControlledBy } from './owner-references.ts';
import { shouldContainerRestart } from './pod-containers.ts';
import { compareForDeletion, type DeletionCandidate } from './pod-deletion-order.ts';
import { podPhase } from './pod-phase.ts';
import { isPodActive, isPodAvailable } from './pod-readiness.ts';

const now = Date.parse('2026-01-15T12:00:00Z');
const time = fc.option(fc.integer({ min: now - 1e9, max: now + 1e6 }), { nil: undefined });
const candidate: fc.Arbitrary<DeletionCandidate> = fc.record({
  uid: fc.uuid(),
  nodeName: fc.constantFrom(undefined, 'a', 'b'),
  phase: fc.constantFrom('Running', 'Pending', 'Unknown', ''),
  isReady: fc.boolean(),
  readySinceMillis: time,
  createdMillis: time,
  deletionCost: fc.constantFrom(0, 0, -1, 2),
  rank: fc.constantFrom(0, 1),
  restarts: fc.constantFrom(0, 1),
  sidecarRestarts: fc.constant(0),
});

describe('which Pod goes first', () => {
  test('is settled for every two Pods, whichever is asked about first', () => {
    fc.assert(
      fc.property(candidate, candidate, (a, b) => {
        const order = compareForDeletion(a, b, now);
        expect(Math.sign(compareForDeletion(b, a, now)) + Math.sign(order)).toBe(0);
        if (a.uid !== b.uid) expect(order).not.toBe(0);
      }),
    );
  });
});

describe('restarts', () => {
  const onExit42 = { action: 'Restart', exitCodes: { operator: 'In', values: [42] } };
  test.each([
    { container: {}, policy: 'Always' as const, exitCode: 0, want: true },
    { container: {}, policy: 'OnFailure' as const, exitCode: 0, want: false },
    { container: {}, policy: 'OnFailure' as const, exitCode: 1, want: true },
    { container: {}, policy: 'Never' as const, exitCode: 1, want: false },
    { container: { restartPolicy: 'Always' }, policy: 'Never' as const, exitCode: 0, want: true },
    {
      container: { restartPolicy: 'Never', restartPolicyRules: [onExit42] },
      policy: 'Never' as const,
      exitCode: 42,
      want: true,
    },
    {
      container: { restartPolicy: 'Never', restartPolicyRules: [onExit42] },
      policy: 'Never' as const,
      exitCode: 1,
      want: false,
    },
  ])('$policy, exit code $exitCode: $want', ({ container, policy, exitCode, want }) => {
    expect(shouldContainerRestart(container, { restartPolicy: policy }, exitCode)).toBe(want);
    const status = { name: 'c', state: { terminated: { exitCode } } };
    const spec = { containers: [{ name: 'c', ...container }], restartPolicy: policy };
    const phase = podPhase(spec, [status], false);
    expect(phase).toBe(want ? 'Running' : exitCode === 0 ? 'Succeeded' : 'Failed');
  });
});

describe('readiness', () => {
  const lastTransitionTime = '2026-01-15T11:59:50Z';
  const status = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }] };
  test('is availability once it is old enough', () => {
    expect(isPodAvailable({ status }, 0, now)).toBe(true);
    expect(isPodAvailable({ status }, 10, now)).toBe(true);
    expect(isPodAvailable({ status }, 11, now)).toBe(false);
    expect(isPodAvailable({ status: {} }, 0, now)).toBe(false);
  });

  test('the ended and the leaving are not active', () => {
    expect(isPodActive({ metadata: {}, status: { phase: 'Running' } })).toBe(true);
    expect(isPodActive({ metadata: {}, status: { phase: 'Failed' } })).toBe(false);
    expect(isPodActive({ metadata: { deletionTimestamp: lastTransitionTime } })).toBe(false);
  });
});

describe('owners', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web', uid: '1' } };
  test('are known by their uid', () => {
    const reference = controllerReference(owner);
    const owned = {
      metadata: { ownerReferences: [{ ...reference, controller: false }, reference] },
    };
    expect(controllerOf(owned)).toBe(reference);
    expect(isControlledBy(owned, owner)).toBe(true);
    expect(isControlledBy(owned, { metadata: { name: 'web', uid: '2' } })).toBe(false);
    expect(isControlledBy({ metadata: {} }, owner)).toBe(false);
  });
});
