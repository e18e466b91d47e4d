import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Pod } from '../../api/generated/types.ts';
import type { CriContainer } from '../messages.ts';
import { podStatus } from './pod-status.ts';
import type { PodWorker } from './state.ts';
import { statusPatch } from './status-writes.ts';
import { createWorker } from './worker.ts';

const POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u', generation: 1 },
  spec: {
    containers: [
      {
        name: 'b',
        image: 'nginx',
        readinessProbe: { tcpSocket: { port: 80 } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
      { name: 'a', image: 'redis', resources: { requests: { cpu: '100m' } } },
    ],
  },
};

function container(name: string, attempt: number, state: 'running' | 'exited'): CriContainer {
  return {
    id: `${name}${attempt}`,
    podUid: 'u',
    name,
    attempt,
    image: 'docker.io/library/x:1',
    imageId: 'x@sha256:1',
    state,
    startedAt: attempt * 3_000_000,
    finishedAt: state === 'exited' ? attempt * 3_000_000 + 1_000_000 : undefined,
    exitCode: state === 'exited' ? 1 : undefined,
    reason: state === 'exited' ? 'Error' : undefined,
    message: undefined,
  };
}

/** Something that happens to a Pod between two looks at it. */
const event = fc.record({
  what: fc.constantFrom(
    'start',
    'end',
    'wait',
    'sandbox',
    'probe',
    'resize',
    'evict',
    'refuse',
    'nothing',
  ),
  name: fc.constantFrom('a', 'b'),
});

function happen(worker: PodWorker, { what, name }: { what: string; name: string }): void {
  const work = worker.containers.get(name);
  if (work === undefined) return;
  const { current } = work;
  if (what === 'start' && current?.state !== 'running') {
    work.previous = current;
    work.restartCount = current === undefined ? 0 : current.attempt + 1;
    work.current = container(name, work.restartCount, 'running');
    work.waiting = undefined;
  } else if (what === 'end' && current !== undefined) {
    work.current = container(name, current.attempt, 'exited');
  } else if (what === 'wait') work.waiting = { reason: 'ErrImagePull', message: name };
  else if (what === 'probe' && work.probes?.readiness !== undefined) {
    const { readiness } = work.probes;
    readiness.result = readiness.result === 'success' ? 'failure' : 'success';
  } else if (what === 'evict') worker.failure = { reason: 'Evicted', message: name };
  else if (what === 'refuse') {
    worker.failure = { reason: 'OutOfcpu', message: name };
    worker.admitted = false;
  } else if (what === 'resize') work.actuated = { requests: { cpu: `${work.restartCount}` } };
  else if (what === 'sandbox')
    worker.sandbox = {
      podUid: 'u',
      podNamespace: 'default',
      podName: 'web',
      hostNetwork: false,
      ip: `10.0.0.${work.restartCount}`,
      state: 'ready',
      createdAt: 0,
    };
}

describe('the status of a Pod', () => {
  test('is the same whether parts of the last one are used again or all is made anew', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        const worker = createWorker(POD, { now: 0, epochMillis: 0, source: 'api' });
        worker.admitted = true;
        let now = 0;
        for (const each of events) {
          happen(worker, each);
          now += 700_000;
          const made = podStatus(worker, now, 0, '192.168.1.1');
          const afresh = podStatus({ ...worker, made: undefined }, now, 0, '192.168.1.1');
          expect(made).toEqual(afresh);
          const { status } = worker;
          // And so is what is written of the change.
          const isNext = status !== undefined && status === worker.made;
          expect(statusPatch(status, made, isNext)).toEqual(
            statusPatch(structuredClone(status), structuredClone(afresh)),
          );
          worker.status = made;
          worker.made = made;
        }
      }),
    );
  });
});
