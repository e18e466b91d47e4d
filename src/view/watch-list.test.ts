import { describe, expect, test } from 'vitest';
import { createEventLog, EVENTS_KEPT_MAX } from './event-log.ts';
import { createPulse } from './pulse.ts';
import { anEvent } from './testing/cards.ts';
import { createWatchList } from './watch-list.ts';

describe('watched objects', () => {
  test('two readers of a path are one wish; the last one out ends it', () => {
    let asked = 0;
    const list = createWatchList(() => (asked += 1));
    const first = list.hold('/a', () => undefined);
    const second = list.hold('/a', () => undefined);
    expect([asked, list.wanted()]).toEqual([1, ['/a']]);
    first();
    expect(list.wanted()).toEqual(['/a']);
    second();
    expect([asked, list.wanted()]).toEqual([2, []]);
  });

  test('held again at once, an object is still there: the engine will not send it again', () => {
    const list = createWatchList(() => undefined);
    const release = list.hold('/a', () => undefined);
    list.take([{ path: '/a', object: { kind: 'Pod' } }]);
    release();
    list.hold('/a', () => undefined);
    expect(list.wanted()).toEqual(['/a']);
    expect(list.get('/a')).toEqual({ kind: 'Pod' });
  });

  test('what is gone is null, what is unknown undefined', () => {
    const list = createWatchList(() => undefined);
    list.hold('/a', () => undefined);
    expect(list.get('/a')).toBeUndefined();
    list.take([{ path: '/a', object: undefined }]);
    expect(list.get('/a')).toBeNull();
  });
});

describe('the log of Events', () => {
  test('one that counts up comes to the front', () => {
    const log = createEventLog();
    log.add([anEvent({ id: 'a' }), anEvent({ id: 'b', about: 'pod-2' })]);
    log.add([anEvent({ id: 'a', count: 2 })]);
    expect(log.recent().map(({ id, count }) => `${id}×${count}`)).toEqual(['a×2', 'b×1']);
    expect(log.about('pod-1').map(({ id }) => id)).toEqual(['a']);
  });

  test('the oldest are forgotten beyond the bound', () => {
    const log = createEventLog();
    const events = Array.from({ length: EVENTS_KEPT_MAX + 5 }, (_, at) =>
      anEvent({ id: `e${at}`, about: `pod-${at}` }),
    );
    log.add(events);
    expect(log.recent()).toHaveLength(EVENTS_KEPT_MAX);
    expect(log.about('pod-0')).toEqual([]);
    expect(log.recent()[0]?.id).toBe(`e${EVENTS_KEPT_MAX + 4}`);
  });

  test('the kubelet’s last word tells whether an image is pulled', () => {
    const log = createEventLog();
    log.add([anEvent({ id: 'a', reason: 'Pulling' })]);
    expect(log.isPulling('pod-1')).toBe(true);
    log.add([anEvent({ id: 'b', reason: 'Pulled' })]);
    expect(log.isPulling('pod-1')).toBe(false);
  });
});

describe('the pulse', () => {
  test('a month costs no more than an hour, and no request is lost', () => {
    const pulse = createPulse();
    const day = 86_400_000_000;
    for (let at = 0; at < 30; at++) pulse.add(at * day, 7);
    expect(pulse.counts().length).toBeLessThanOrEqual(4096);
    expect(pulse.counts().reduce((sum, count) => sum + count, 0)).toBe(210);
  });
});
