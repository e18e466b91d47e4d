import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseGoDuration } from '../go-duration.ts';
import { nextTime } from './next-time.ts';
import { parseCronSchedule } from './schedule.ts';
import { offsetMillis, timeZone, timeZoneNames } from './time-zones.ts';

function next(schedule: string, zoneName: string, from: string): string | undefined {
  const parsed = parseCronSchedule(schedule);
  const zone = timeZone(zoneName);
  if (!parsed.ok || zone === undefined) throw new Error('no such schedule or zone');
  const at = nextTime(parsed.value, zone, Date.parse(from));
  return at === undefined ? undefined : new Date(at).toISOString();
}

describe('time zones', () => {
  // Only here may the platform be asked: its tables must agree with the rules for the years of the playground.
  test.each(timeZoneNames().filter((name) => name !== 'Zulu'))(
    '%s is as the platform has it',
    (name) => {
      const zone = timeZone(name);
      if (zone === undefined) throw new Error(name);
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        timeZoneName: 'longOffset',
      });
      for (let at = Date.UTC(2025, 11, 1, 12); at < Date.UTC(2027, 1, 1); at += 12 * 3_600_000) {
        const part = format.formatToParts(at).find((each) => each.type === 'timeZoneName')?.value;
        const found = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(part ?? '');
        const sign = found?.[1] === '-' ? -1 : 1;
        const minutes = sign * (Number(found?.[2] ?? 0) * 60 + Number(found?.[3] ?? 0));
        expect(offsetMillis(zone, at) / 60_000, new Date(at).toISOString()).toBe(minutes);
      }
    },
  );
});

describe('schedules', () => {
  test('a local time that clocks leave out is left out', () => {
    expect(next('30 2 * * *', 'Europe/Paris', '2026-03-28T12:00:00Z')).toBe(
      '2026-03-30T00:30:00.000Z',
    );
  });

  test('a day that no month has never comes', () => {
    expect(next('0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z')).toBeUndefined();
  });

  test('the next time is later, on a full minute, and the one before it is not skipped', () => {
    const field = (max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: 1, max }).map(String),
        fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
      );
    const fields = fc.tuple(field(59), field(23), field(28), field(12), field(6));
    const from = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
    const zones = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York', 'Australia/Sydney');
    fc.assert(
      fc.property(fields, from, zones, (parts, at, zoneName) => {
        const parsed = parseCronSchedule(parts.join(' '));
        const zone = timeZone(zoneName);
        if (!parsed.ok || zone === undefined) throw new Error('no such schedule or zone');
        const found = nextTime(parsed.value, zone, at);
        if (found === undefined) return;
        expect(found).toBeGreaterThan(at);
        expect(found % 60_000).toBe(0);
        expect(nextTime(parsed.value, zone, found - 1)).toBe(found);
      }),
      { numRuns: 200 },
    );
  });

  test('no text makes the parser throw', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789*/,-? @JANmon=TZ') });
    fc.assert(fc.property(text, (each) => void parseCronSchedule(each)));
  });
});

describe('durations', () => {
  test.each([
    ['1h30m', 5_400_000],
    ['-1.5s', -1500],
    ['500ms', 500],
    ['1us', 0.001],
    ['0', 0],
    ['.5m', 30_000],
  ])('%s', (text, millis) => {
    expect(parseGoDuration(text)).toEqual({ ok: true, value: millis });
  });

  test.each([
    ['', 'time: invalid duration ""'],
    ['5', 'time: missing unit in duration "5"'],
    ['5y', 'time: unknown unit "y" in duration "5y"'],
    ['.s', 'time: invalid duration ".s"'],
    ['-', 'time: invalid duration "-"'],
  ])('%s is none', (text, error) => {
    expect(parseGoDuration(text)).toEqual({ ok: false, error });
  });
});
