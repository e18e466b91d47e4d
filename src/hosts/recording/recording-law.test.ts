import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LabCommand } from '../../bridge/protocol.ts';
import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { hashWorld } from '../../kernel/hash.ts';
import { createPacer } from '../pacer.ts';
import { createSession, type Session } from '../session.ts';
import { createRecording } from './recording.ts';

const COMMANDS: readonly LabCommand[] = [
  { kind: 'inject-fault', fault: 'power-off', params: { machine: 'node-2' } },
  { kind: 'inject-fault', fault: 'process-crash', params: { process: 'kube-apiserver-cp-1' } },
  { kind: 'inject-fault', fault: 'process-stopped', params: { process: 'kube-scheduler-cp-1' } },
  { kind: 'heal-all' },
];

function post(session: Session): void {
  const containers = [{ name: 'c', image: 'nginx' }];
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'web-' },
    spec: { containers },
  };
  const path = '/api/v1/namespaces/default/pods';
  session.request({ method: 'POST', path, body }, { onResponse: () => undefined });
}

/** A stretch of time, in slices of so many steps, and what is done at its end. */
const stretch = fc.record({
  micros: fc.integer({ min: 1, max: 3_000_000 }),
  slice: fc.integer({ min: 1, max: 300 }),
  act: fc.constantFrom<'post' | 'watch' | LabCommand | undefined>(
    'post',
    'watch',
    ...COMMANDS,
    undefined,
  ),
  /** The act comes in the middle of whatever is going on. */
  inMidst: fc.integer({ min: 0, max: 40 }),
});

test('wherever the clock is set, the world is what it was there; and the end stays the end', () => {
  fc.assert(
    fc.property(
      fc.array(stretch, { minLength: 8, maxLength: 25 }),
      fc.array(fc.nat(), { minLength: 4, maxLength: 8 }),
      fc.constantFrom<1 | 3>(1, 3),
      (stretches, visits, controlPlanes) => {
        const session = createSession(createCluster(defaultSetUp({ nodes: 2, controlPlanes })));
        const { world } = session;
        let wall = 0;
        const clock = (): number => wall;
        const pacer = createPacer(session, clock);
        const recording = createRecording({ session, pacer, clock, size: () => 500 });
        const known: { readonly now: number; readonly hash: string }[] = [];
        for (const { micros, slice, act, inMidst } of stretches) {
          const until = world.now + micros;
          while (!session.advance(until, slice)) continue;
          wall += 300;
          recording.tick();
          known.push({ now: world.now, hash: hashWorld(world) });
          // What is done at that very instant is not part of what was noted.
          session.advance(world.now + 1 + inMidst * 1000, inMidst === 0 ? 100_000 : inMidst);
          if (act === 'post') post(session);
          else if (act === 'watch') {
            const path = '/api/v1/pods?watch=true';
            session.request({ method: 'GET', path }, { onResponse: () => undefined });
          } else if (act !== undefined) session.lab(act);
        }
        while (!session.advance(world.now + 1, 100_000)) continue;
        const end = hashWorld(world);
        for (const visit of visits) {
          const { now, hash } = known[visit % known.length] ?? { now: 0, hash: '' };
          recording.seek(now);
          while (recording.work(5)) wall += 1;
          expect(world.now).toBe(now);
          expect(hashWorld(world)).toBe(hash);
          if (visit % 3 === 0) recording.stepBack();
        }
        recording.toEnd();
        expect(hashWorld(world)).toBe(end);
      },
    ),
    { numRuns: 3, seed: 7 },
  );
}, 60_000);
