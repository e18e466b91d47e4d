import { describe, expect, test } from 'vitest';
import { below, forkStream, pick } from '../../kernel/random.ts';
import { MINUTE, SECOND } from '../../kernel/time.ts';
import { createRateLimiter, reserveToken, type RateLimiter } from './rate-limiter.ts';
import { correlate, isSpam, type EventSubjects } from './event-correlator.ts';

interface Said {
  readonly subject: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly fieldPath: string;
}

/** Upstream's three caches by texts, without their bounds. */
function naive() {
  const limiters = new Map<string, RateLimiter>();
  const similar = new Map<string, { messages: Set<string>; lastAt: number }>();
  const counts = new Map<string, { count: number; name: string }>();
  return ({ subject, type, reason, message, fieldPath }: Said, now: number, name: string) => {
    const limiter = limiters.get(subject) ?? createRateLimiter(1 / 300, 25);
    limiters.set(subject, limiter);
    const { fullAt } = limiter;
    if (reserveToken(limiter, now) > 0) {
      limiter.fullAt = fullAt;
      return undefined;
    }
    const group = `${subject}/${type}/${reason}`;
    const before = similar.get(group);
    const kept = before === undefined || now - before.lastAt > 10 * MINUTE ? [] : before.messages;
    const messages = new Set(kept);
    if (messages.size <= 10) messages.add(message);
    similar.set(group, { messages, lastAt: now });
    const isCombined = messages.size > 10;
    const key = `${group}/${fieldPath}/${isCombined ? '' : `!${message}`}`;
    const last = counts.get(key);
    const next =
      last === undefined ? { count: 1, name } : { count: last.count + 1, name: last.name };
    counts.set(key, next);
    return { ...next, isCombined };
  };
}

function say(subjects: EventSubjects, said: Said, now: number, name: string) {
  const { subject, fieldPath, ...event } = said;
  const before = subjects.get(subject);
  if (isSpam(before, now)) return undefined;
  const whole = { about: { fieldPath }, ...event };
  const written = correlate(subjects, subject, before, whole, now, name, `at ${now}`);
  const { count, message } = written;
  return { count, name: written.name, isCombined: message === undefined };
}

describe('events are counted, combined and silenced', () => {
  test.each(Array.from({ length: 30 }, (_, seed) => seed))(
    'as upstream’s three caches do: seed %i',
    (seed) => {
      const stream = forkStream(seed, 'events');
      const subjects: EventSubjects = new Map();
      const reference = naive();
      let now = 0;
      for (let index = 0; index < 400; index++) {
        now += pick(stream, [0, 1, SECOND, 20 * SECOND, 3 * MINUTE, 11 * MINUTE]);
        const said: Said = {
          subject: pick(stream, ['a', 'b']),
          type: pick(stream, ['Normal', 'Warning']),
          reason: pick(stream, ['Created', 'BackOff']),
          message: `message ${below(stream, pick(stream, [2, 30]))}`,
          fieldPath: pick(stream, ['', 'spec.containers{web}']),
        };
        expect(say(subjects, said, now, `e${index}`)).toEqual(reference(said, now, `e${index}`));
      }
    },
  );

  test('what is remembered has a bound', () => {
    const subjects: EventSubjects = new Map();
    const said = { type: 'Normal', reason: 'Created', message: 'm', fieldPath: '' };
    for (let index = 0; index < 10_000; index++)
      say(subjects, { ...said, subject: `pod-${index}` }, 0, `e${index}`);
    expect(subjects.size).toBeLessThanOrEqual(4096);
    for (let index = 0; index < 1000; index++) {
      const now = index * 20 * MINUTE;
      say(subjects, { ...said, subject: 'set', message: `m ${index}` }, now, `s${index}`);
    }
    expect(subjects.get('set')?.known).toHaveLength(64);
  });
});
