import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../api/generated/types.ts';
import { SECOND } from '../../../kernel/time.ts';
import { ACTION, clusterEvent, EVENTS } from '../framework/cluster-event.ts';
import { buildProfile } from '../framework/profile.ts';
import { pluginRegistry } from '../plugins/index.ts';
import { createNodeOrder } from '../snapshot/node-order.ts';
import { clusterObjects } from '../snapshot/cluster-objects.ts';
import { createSnapshot } from '../snapshot/snapshot.ts';
import {
  createQueue,
  dropEntry,
  endBackoffs,
  newEntry,
  nextFlush,
  overdueEntries,
  type SchedulingQueue,
  takeNext,
} from './queue.ts';
import { admit, putBack, type RequeueContext, wake } from './requeue.ts';

const profile = buildProfile({}, pluginRegistry);
const snapshot = createSnapshot(createNodeOrder(), clusterObjects({}));

function contextAt(queue: SchedulingQueue, now: number): RequeueContext {
  return {
    queue,
    now,
    cause: undefined,
    profiles: new Map([['default-scheduler', profile]]),
    snapshot: () => snapshot,
    preempting: new Map(),
  };
}

function emptyQueue(): SchedulingQueue {
  return createQueue({
    epochMillis: Date.UTC(2026, 0, 1, 9),
    initialBackoff: SECOND,
    maxBackoff: 10 * SECOND,
  });
}

function aPod(name: string, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name },
    spec: { containers: [], ...spec },
  };
}

function add(queue: SchedulingQueue, pod: Pod, now = 0): void {
  admit(
    contextAt(queue, now),
    newEntry(queue, `default/${pod.metadata.name}`, pod, now, undefined),
    'atOnce',
  );
}

/** Tries the next Pod and puts it back as refused by a plugin (none: a fault). */
function refuse(queue: SchedulingQueue, now: number, ...rejectedBy: string[]): string | undefined {
  const entry = takeNext(queue);
  if (entry !== undefined) putBack(contextAt(queue, now), entry, { rejectedBy, pendingOn: [] });
  return entry?.key;
}

describe('the scheduling queue', () => {
  test('tries the highest priority first, and of equal ones the oldest', () => {
    const queue = emptyQueue();
    add(queue, aPod('old'), 1);
    add(queue, aPod('young'), 2);
    add(queue, aPod('important', { priority: 10 }), 3);
    expect([takeNext(queue)?.key, takeNext(queue)?.key, takeNext(queue)?.key]).toEqual([
      'default/important',
      'default/old',
      'default/young',
    ]);
    expect(takeNext(queue)).toBeUndefined();
  });

  test('a refused Pod is set aside until an event that its plugin waits for', () => {
    const queue = emptyQueue();
    add(queue, aPod('web', { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] }));
    refuse(queue, SECOND, 'NodeResourcesFit');
    expect(queue.setAsideCount).toBe(1);
    const labelled = clusterEvent('Node', ACTION.updateNodeLabel, 'NodeLabelChange');
    wake(contextAt(queue, 20 * SECOND), labelled, { old: undefined, next: undefined });
    expect(queue.setAsideCount).toBe(1);
    const node = (cpu: string) => ({
      metadata: { name: 'n' },
      spec: {},
      status: { allocatable: { cpu, memory: '1Gi', pods: '10' } },
    });
    // A node too small does not help; one that is large enough does.
    wake(contextAt(queue, 20 * SECOND), EVENTS.nodeAdd, { old: undefined, next: node('500m') });
    expect(queue.setAsideCount).toBe(1);
    wake(contextAt(queue, 20 * SECOND), EVENTS.nodeAdd, { old: undefined, next: node('2') });
    expect([queue.setAsideCount, queue.activeCount]).toEqual([0, 1]);
  });

  test('backs off 1 s, doubling to 10 s, by whole seconds, when faults repeat', () => {
    const queue = emptyQueue();
    add(queue, aPod('web'));
    let now = 0;
    const waits: number[] = [];
    for (let round = 0; round < 6; round++) {
      refuse(queue, now);
      expect(queue.errorBackoffCount).toBe(1);
      const at = nextFlush(queue) ?? 0;
      waits.push((at - now) / SECOND);
      // Nothing is tried before its time.
      endBackoffs(queue, at - 1);
      expect(takeNext(queue)).toBeUndefined();
      now = at;
      endBackoffs(queue, now);
      expect(queue.activeCount).toBe(1);
    }
    expect(waits).toEqual([2, 3, 5, 9, 11, 11]);
  });

  test('a Pod that backs off after a "no" is taken early when nothing else waits', () => {
    const queue = emptyQueue();
    add(queue, aPod('web'));
    refuse(queue, SECOND, 'NodePorts');
    wake(contextAt(queue, SECOND), EVENTS.nodeAdd, { old: undefined, next: {} });
    expect([queue.backoffCount, queue.activeCount]).toEqual([1, 0]);
    add(queue, aPod('other'), 2 * SECOND);
    expect(takeNext(queue)?.key).toBe('default/other');
    expect(takeNext(queue)?.key).toBe('default/web');
  });

  test('a gated Pod waits for its gates alone', () => {
    const queue = emptyQueue();
    add(queue, aPod('gated', { schedulingGates: [{ name: 'a' }] }));
    expect(queue.gatedCount).toBe(1);
    wake(contextAt(queue, SECOND), EVENTS.nodeAdd, { old: undefined, next: {} });
    expect(queue.gatedCount).toBe(1);
    expect(nextFlush(queue)).toBeUndefined();
  });

  test('whoever was set aside for five minutes is looked up, twice a minute', () => {
    const queue = emptyQueue();
    add(queue, aPod('web'));
    refuse(queue, 7 * SECOND, 'NodeResourcesFit');
    const at = nextFlush(queue) ?? 0;
    expect(at).toBe(330 * SECOND);
    expect(overdueEntries(queue, at).map(({ key }) => key)).toEqual(['default/web']);
  });

  test('where nobody is tried, tickets of Pods that have gone do not pile up', () => {
    const queue = emptyQueue();
    add(queue, aPod('stays'));
    for (let i = 0; i < 1000; i++) {
      add(queue, aPod(`pod-${i}`, { priority: i % 7 }), i);
      dropEntry(queue, `default/pod-${i}`);
    }
    add(queue, aPod('important', { priority: 9 }), 2000);
    expect(queue.active.length).toBeLessThan(100);
    expect([takeNext(queue)?.key, takeNext(queue)?.key, takeNext(queue)]).toEqual([
      'default/important',
      'default/stays',
      undefined,
    ]);
  });

  test('a Pod that goes leaves nothing behind', () => {
    const queue = emptyQueue();
    add(queue, aPod('web'));
    refuse(queue, SECOND, 'NodeResourcesFit', 'NodeAffinity');
    dropEntry(queue, 'default/web');
    expect([queue.entries.size, queue.setAsideCount, queue.setAside.size]).toEqual([0, 0, 0]);
  });
});
