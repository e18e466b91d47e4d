import type { CronFields, CronSchedule } from './schedule.ts';
import { offsetMillis, type TimeZone } from './time-zones.ts';

/**
 * The first time after `afterMillis` at which the schedule is due, in milliseconds since 1970; undefined when there
 * is none within five years. Where clocks are changed, a local time that does not exist is left out, and one that
 * comes twice is due twice, as in the controller's library.
 */
export function nextTime(
  schedule: CronSchedule,
  zone: TimeZone,
  afterMillis: number,
): number | undefined {
  const second = Math.floor(afterMillis / 1000) * 1000;
  if (schedule.kind === 'interval') return second + schedule.millis;
  return nextOfFields(schedule, schedule.zone ?? zone, second + 1000);
}

const minuteMillis = 60_000;
const hourMillis = 60 * minuteMillis;
const yearsMax = 5;

/** Sets month, day, hour, minute and second right in turn; whenever one wraps around, it begins again. */
function nextOfFields(fields: CronFields, zone: TimeZone, fromMillis: number): number | undefined {
  let at = fromMillis;
  // Once one part has been moved, all smaller parts start from their least value.
  let isReset = false;
  const yearLimit = local(zone, at).year + yearsMax;
  search: for (;;) {
    if (local(zone, at).year > yearLimit) return undefined;
    for (;;) {
      const { year, month } = local(zone, at);
      if (has(fields.months, month + 1)) break;
      isReset = true;
      at = midnight(zone, year, month + 1, 1);
      if (month === 11) continue search;
    }
    for (;;) {
      const { year, month, day, weekday } = local(zone, at);
      if (matchesDay(fields, day, weekday)) break;
      isReset = true;
      at = midnight(zone, year, month, day + 1);
      if (local(zone, at).day === 1) continue search;
    }
    while (!has(fields.hours, local(zone, at).hour)) {
      const { year, month, day, hour } = local(zone, at);
      if (!isReset) at = instant(zone, Date.UTC(year, month, day, hour));
      isReset = true;
      at += hourMillis;
      if (local(zone, at).hour === 0) continue search;
    }
    while (!has(fields.minutes, local(zone, at).minute)) {
      if (!isReset) at = Math.floor(at / minuteMillis) * minuteMillis;
      isReset = true;
      at += minuteMillis;
      if (local(zone, at).minute === 0) continue search;
    }
    const intoMinute = at % minuteMillis;
    if (intoMinute === 0) return at;
    isReset = true;
    at += minuteMillis - intoMinute;
    // The minute has changed, so everything is looked at again.
  }
}

function matchesDay(fields: CronFields, day: number, weekday: number): boolean {
  const ofMonth = has(fields.daysOfMonth, day);
  const ofWeek = has(fields.daysOfWeek, weekday);
  return fields.anyDayOfMonth || fields.anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
}

function has(bits: bigint, value: number): boolean {
  return (bits & (1n << BigInt(value))) !== 0n;
}

interface LocalTime {
  readonly year: number;
  /** January is 0. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

function local(zone: TimeZone, atMillis: number): LocalTime {
  const shifted = new Date(atMillis + offsetMillis(zone, atMillis));
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth(),
    day: shifted.getUTCDate(),
    weekday: shifted.getUTCDay(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
  };
}

/** The time at which the zone's clocks show `localMillis`, a local time written as if it were UTC. */
function instant(zone: TimeZone, localMillis: number): number {
  const guess = offsetMillis(zone, localMillis);
  const at = localMillis - guess;
  const offset = offsetMillis(zone, at);
  return offset === guess ? at : localMillis - offset;
}

/** The day's beginning, also where clocks are changed at midnight. */
function midnight(zone: TimeZone, year: number, month: number, day: number): number {
  const at = instant(zone, Date.UTC(year, month, day));
  const { hour } = local(zone, at);
  if (hour === 0) return at;
  return hour > 12 ? at + (24 - hour) * hourMillis : at - hour * hourMillis;
}
