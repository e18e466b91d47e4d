import {
  type CronJobTimes,
  mostRecentTime,
  unmetStartMillis,
} from '../../../../api/cron/most-recent.ts';
import { nextTime } from '../../../../api/cron/next-time.ts';
import { type CronSchedule, parseCronSchedule } from '../../../../api/cron/schedule.ts';
import { timeZone, type TimeZone, utc } from '../../../../api/cron/time-zones.ts';
import { type CaseResult, type ConformanceArea, expectEqual, failed, skipped } from '../area.ts';

interface CronCase {
  readonly op: string;
  readonly schedule: string;
  readonly timeZone?: string;
  readonly from: string;
  readonly next?: readonly string[];
  readonly valid?: boolean;
  readonly error?: string;
  readonly cronJob: {
    readonly schedule: string;
    readonly creationTimestamp: string;
    readonly lastScheduleTime?: string;
    readonly startingDeadlineSeconds?: number;
    readonly timeZone?: string;
  };
  readonly now: string;
  readonly includeStartingDeadlineSeconds: boolean;
  readonly earliestTime?: string;
  readonly mostRecentTime?: string | null;
  readonly missed?: string;
  readonly result?: string | null;
}

export const cronjobSchedule: ConformanceArea = {
  name: 'cronjob-schedule',
  run: (testCase) => runCase(testCase as unknown as CronCase),
};

function runCase(testCase: CronCase): CaseResult {
  const { op } = testCase;
  if (op === 'parse') {
    const parsed = parseCronSchedule(testCase.schedule);
    const { valid, error } = testCase;
    return expectEqual(
      { valid, error },
      parsed.ok ? { valid: true } : { valid: false, error: parsed.error },
    );
  }
  const text = op === 'next' ? testCase.schedule : testCase.cronJob.schedule;
  const zoneName = op === 'next' ? testCase.timeZone : testCase.cronJob.timeZone;
  const schedule = parseCronSchedule(text);
  const zone = zoneName === undefined ? utc : timeZone(zoneName);
  if (zone === undefined) return skipped(`time zone ${zoneName} is not in the engine's table`);
  if (!schedule.ok) return failed(schedule.error);
  if (op === 'next') return runNext(testCase, schedule.value, zone);
  const times = timesOf(testCase, schedule.value, zone);
  const now = Date.parse(testCase.now);
  if (op === 'nextScheduleTime') {
    const start = unmetStartMillis(times, now);
    return expectEqual(testCase.result, start.ok ? format(start.value) : start.error);
  }
  if (op !== 'mostRecent') return skipped(`no counterpart for op ${op}`);
  const recent = mostRecentTime(times, now, testCase.includeStartingDeadlineSeconds);
  const { earliestTime, mostRecentTime: wanted, missed, error } = testCase;
  return expectEqual(
    { earliestTime, mostRecentTime: wanted, missed, error },
    recent.ok
      ? {
          earliestTime: format(recent.value.earliestMillis),
          mostRecentTime: format(recent.value.mostRecentMillis),
          missed: recent.value.missed,
        }
      : { error: recent.error },
  );
}

function runNext(testCase: CronCase, schedule: CronSchedule, zone: TimeZone): CaseResult {
  const times: (string | null)[] = [];
  let at: number | undefined = Date.parse(testCase.from);
  for (let count = 0; count < 3 && at !== undefined; count += 1) {
    at = nextTime(schedule, zone, at);
    if (at !== undefined) times.push(format(at));
  }
  return expectEqual(testCase.next, times);
}

function timesOf({ cronJob }: CronCase, schedule: CronSchedule, zone: TimeZone): CronJobTimes {
  const { creationTimestamp, lastScheduleTime, startingDeadlineSeconds } = cronJob;
  return {
    schedule,
    zone,
    createdMillis: Date.parse(creationTimestamp),
    lastScheduleMillis: lastScheduleTime === undefined ? undefined : Date.parse(lastScheduleTime),
    startingDeadlineSeconds,
  };
}

function format(millis: number | undefined): string | null {
  return millis === undefined ? null : new Date(millis).toISOString().replace('.000Z', 'Z');
}
