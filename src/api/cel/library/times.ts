import { offsetMillis, timeZone } from '../../cron/time-zones.ts';
import {
  fail,
  isSpecial,
  noOverload,
  special,
  text,
  type CelFunction,
  type Library,
} from './arguments.ts';

const DAY = 86_400_000;

/** The milliseconds that a clock shows in a zone: a name, or `+02:00`. */
function local(name: string, args: readonly unknown[]): number {
  const { millis } = special('timestamp', name, args);
  if (args[1] === undefined) return millis;
  const zone = text(name, args, 1);
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    return millis + (fixed[1] === '-' ? -1 : 1) * minutes * 60_000;
  }
  const known = timeZone(zone);
  return known === undefined
    ? fail(`unknown time zone ${zone}`)
    : millis + offsetMillis(known, millis);
}

function part(name: string, read: (date: Date) => number): CelFunction {
  return (args) => read(new Date(local(name, args)));
}

/** Methods of timestamps. Months, and days of the week and the year, count from nought. */
export const timestampLibrary: Library = {
  accepts: isSpecial('timestamp'),
  methods: {
    getFullYear: part('getFullYear', (date) => date.getUTCFullYear()),
    getMonth: part('getMonth', (date) => date.getUTCMonth()),
    getDate: part('getDate', (date) => date.getUTCDate()),
    getDayOfMonth: part('getDayOfMonth', (date) => date.getUTCDate() - 1),
    getDayOfWeek: part('getDayOfWeek', (date) => date.getUTCDay()),
    getDayOfYear: part('getDayOfYear', (date) =>
      Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY),
    ),
    getHours: part('getHours', (date) => date.getUTCHours()),
    getMinutes: part('getMinutes', (date) => date.getUTCMinutes()),
    getSeconds: part('getSeconds', (date) => date.getUTCSeconds()),
    getMilliseconds: part('getMilliseconds', (date) => date.getUTCMilliseconds()),
  },
};

function span(name: string, unit: number): CelFunction {
  return (args) => {
    if (args.length > 1) return noOverload(name, args);
    return Math.trunc(special('duration', name, args).millis / unit);
  };
}

/** Methods of durations: the whole span in a unit, milliseconds apart, which are what is left of the second. */
export const durationLibrary: Library = {
  accepts: isSpecial('duration'),
  methods: {
    getHours: span('getHours', 3_600_000),
    getMinutes: span('getMinutes', 60_000),
    getSeconds: span('getSeconds', 1000),
    getMilliseconds: (args) => special('duration', 'getMilliseconds', args).millis % 1000,
  },
};
