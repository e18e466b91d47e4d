import { type Result, refusal, success } from '../../base/result.ts';
import { nextTime } from './next-time.ts';
import type { CronSchedule } from './schedule.ts';
import type { TimeZone } from './time-zones.ts';

/** What of a CronJob its next start depends on. Times are milliseconds since 1970. */
export interface CronJobTimes {
  readonly schedule: CronSchedule;
  readonly zone: TimeZone;
  readonly createdMillis: number;
  readonly lastScheduleMillis: number | undefined;
  readonly startingDeadlineSeconds: number | undefined;
}

export interface MostRecentTime {
  /** From when on starts are looked for. */
  readonly earliestMillis: number;
  /** The last start that was due; undefined when there was none. */
  readonly mostRecentMillis: number | undefined;
  readonly missed: 'none' | 'few' | 'many';
}

// From here on the controller warns that clocks may be wrong.
const missedManyMin = 101;

/**
 * The last start that has been due by now. To find it in a long past without stepping through all starts, the number
 * of missed ones is estimated from the gap between the first two, so that it may be off for uneven schedules, and
 * then no start is found at all; upstream has it so.
 */
export function mostRecentTime(
  times: CronJobTimes,
  nowMillis: number,
  withStartingDeadline: boolean,
): Result<MostRecentTime, string> {
  const { schedule, zone } = times;
  let earliestMillis = times.lastScheduleMillis ?? times.createdMillis;
  if (withStartingDeadline && times.startingDeadlineSeconds !== undefined) {
    earliestMillis = Math.max(earliestMillis, nowMillis - times.startingDeadlineSeconds * 1000);
  }
  const first = nextTime(schedule, zone, earliestMillis);
  const second = first === undefined ? undefined : nextTime(schedule, zone, first);
  if (first === undefined || second === undefined) {
    return refusal('time difference between two schedules is less than 1 second');
  }
  const found = (mostRecentMillis: number | undefined, missed: 'none' | 'few' | 'many') =>
    success({ earliestMillis, mostRecentMillis, missed });
  if (nowMillis < first) return found(undefined, 'none');
  if (nowMillis < second) return found(first, 'none');

  const gap = Math.round((second - first) / 1000) * 1000;
  if (gap < 1000) return refusal('time difference between two schedules is less than 1 second');
  const missedCount = Math.floor((nowMillis - first) / gap) + 1;
  let mostRecentMillis: number | undefined;
  let at = nextTime(schedule, zone, first + (missedCount - 2) * gap);
  while (at !== undefined && at <= nowMillis) {
    mostRecentMillis = at;
    at = nextTime(schedule, zone, at);
  }
  return found(mostRecentMillis, missedCount >= missedManyMin ? 'many' : 'few');
}

/** The start that the controller has to make up for now, with the starting deadline; undefined when there is none. */
export function unmetStartMillis(
  times: CronJobTimes,
  nowMillis: number,
): Result<number | undefined, string> {
  const recent = mostRecentTime(times, nowMillis, true);
  return recent.ok ? success(recent.value.mostRecentMillis) : recent;
}
