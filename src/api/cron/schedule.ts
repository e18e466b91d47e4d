import { type Result, refusal, success } from '../../base/result.ts';
import { parseInt64 } from '../../base/int64.ts';
import { parseGoDuration } from '../go-duration.ts';
import { goQuote } from '../go-text.ts';
import { type TimeZone, timeZone } from './time-zones.ts';

/**
 * The schedule of a CronJob, read as the controller's library reads it: five fields, or one of the words
 * `@yearly … @hourly`, or `@every 1h30m`. The errors are its texts.
 */
export type CronSchedule = CronFields | CronInterval;

/** Bit n of a field is set when it contains n. */
export interface CronFields {
  readonly kind: 'fields';
  readonly minutes: bigint;
  readonly hours: bigint;
  readonly daysOfMonth: bigint;
  readonly months: bigint;
  readonly daysOfWeek: bigint;
  /** Given as `*`: then the other kind of day alone decides; else either kind is enough. */
  readonly anyDayOfMonth: boolean;
  readonly anyDayOfWeek: boolean;
  /** Given in front of the fields (`TZ=Etc/UTC 0 * * * *`), which new CronJobs may not do; goes before any other. */
  readonly zone: TimeZone | undefined;
}

export interface CronInterval {
  readonly kind: 'interval';
  /** Whole seconds, at least one. */
  readonly millis: number;
}

export function parseCronSchedule(text: string): Result<CronSchedule, string> {
  if (text === '') return refusal('empty spec string');
  if (text.startsWith('TZ=') || text.startsWith('CRON_TZ=')) return parseWithZone(text);
  if (text.startsWith('@')) return parseDescriptor(text);
  const fields = text.split(/\s+/u).filter((each) => each !== '');
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = fields;
  if (
    fields.length !== 5 ||
    minutes === undefined ||
    hours === undefined ||
    daysOfMonth === undefined ||
    months === undefined ||
    daysOfWeek === undefined
  ) {
    return refusal(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  return parseFields([minutes, hours, daysOfMonth, months, daysOfWeek]);
}

function parseWithZone(text: string): Result<CronSchedule, string> {
  const [assignment = '', ...fields] = text.split(' ');
  const name = assignment.slice(assignment.indexOf('=') + 1);
  const zone = timeZone(name);
  if (zone === undefined)
    return refusal(`provided bad location ${name}: unknown time zone ${name}`);
  const parsed = parseCronSchedule(fields.join(' ').trim());
  if (!parsed.ok || parsed.value.kind === 'interval') return parsed;
  return success({ ...parsed.value, zone });
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const minuteBounds: Bounds = { min: 0, max: 59 };
const hourBounds: Bounds = { min: 0, max: 23 };
const dayOfMonthBounds: Bounds = { min: 1, max: 31 };
const monthBounds: Bounds = {
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const dayOfWeekBounds: Bounds = {
  min: 0,
  max: 6,
  names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};

const descriptors: ReadonlyMap<string, readonly string[]> = new Map([
  ['@yearly', ['0', '0', '1', '1', '*']],
  ['@annually', ['0', '0', '1', '1', '*']],
  ['@monthly', ['0', '0', '1', '*', '*']],
  ['@weekly', ['0', '0', '*', '*', '0']],
  ['@daily', ['0', '0', '*', '*', '*']],
  ['@midnight', ['0', '0', '*', '*', '*']],
  ['@hourly', ['0', '*', '*', '*', '*']],
]);

function parseDescriptor(text: string): Result<CronSchedule, string> {
  const fields = descriptors.get(text);
  if (fields !== undefined) return parseFields(fields);
  const every = '@every ';
  if (!text.startsWith(every)) return refusal(`unrecognized descriptor: ${text}`);
  const duration = parseGoDuration(text.slice(every.length));
  if (!duration.ok) return refusal(`failed to parse duration ${text}: ${duration.error}`);
  const seconds = Math.max(1, Math.floor(duration.value / 1000));
  return success({ kind: 'interval', millis: seconds * 1000 });
}

function parseFields(fields: readonly string[]): Result<CronSchedule, string> {
  const parsed: ParsedField[] = [];
  const bounds = [minuteBounds, hourBounds, dayOfMonthBounds, monthBounds, dayOfWeekBounds];
  for (const [index, each] of bounds.entries()) {
    const field = parseField(fields[index] ?? '', each);
    if (!field.ok) return field;
    parsed.push(field.value);
  }
  const [minutes = none, hours = none, daysOfMonth = none, months = none, daysOfWeek = none] =
    parsed;
  return success({
    kind: 'fields',
    minutes: minutes.bits,
    hours: hours.bits,
    daysOfMonth: daysOfMonth.bits,
    months: months.bits,
    daysOfWeek: daysOfWeek.bits,
    anyDayOfMonth: daysOfMonth.isAny,
    anyDayOfWeek: daysOfWeek.isAny,
    zone: undefined,
  });
}

interface ParsedField {
  readonly bits: bigint;
  readonly isAny: boolean;
}

const none: ParsedField = { bits: 0n, isAny: false };

function parseField(text: string, bounds: Bounds): Result<ParsedField, string> {
  let bits = 0n;
  let isAny = false;
  for (const expression of text.split(',')) {
    if (expression === '') continue;
    const range = parseRange(expression, bounds);
    if (!range.ok) return range;
    bits |= range.value.bits;
    isAny ||= range.value.isAny;
  }
  return success({ bits, isAny });
}

/** `*`, `5`, `1-5`, `MON-FRI`, each perhaps with `/step`; `5/15` goes on to the greatest value. */
function parseRange(expression: string, bounds: Bounds): Result<ParsedField, string> {
  const [range = '', stepText, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreHyphens] = range.split('-');
  let isAny = low === '*' || low === '?';
  let start = bounds.min;
  let end = bounds.max;
  if (!isAny) {
    const first = parseNumberOrName(low, bounds);
    if (!first.ok) return first;
    start = first.value;
    end = start;
    if (moreHyphens.length > 0) return refusal(`too many hyphens: ${expression}`);
    if (high !== undefined) {
      const last = parseNumberOrName(high, bounds);
      if (!last.ok) return last;
      end = last.value;
    }
  }
  let step = 1;
  if (moreSteps.length > 0) return refusal(`too many slashes: ${expression}`);
  if (stepText !== undefined) {
    const parsed = parseNumber(stepText);
    if (!parsed.ok) return parsed;
    step = parsed.value;
    if (high === undefined) end = bounds.max;
    if (step > 1) isAny = false;
  }
  const error = rangeError(start, end, step, bounds);
  if (error !== undefined) return refusal(`${error}: ${expression}`);
  let bits = 0n;
  for (let value = start; value <= end; value += step) bits |= 1n << BigInt(value);
  return success({ bits, isAny });
}

function rangeError(start: number, end: number, step: number, { min, max }: Bounds) {
  if (start < min) return `beginning of range (${start}) below minimum (${min})`;
  if (end > max) return `end of range (${end}) above maximum (${max})`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end})`;
  if (step === 0) return 'step of range should be a positive number';
  return undefined;
}

function parseNumberOrName(text: string, { min, names }: Bounds): Result<number, string> {
  const index = names?.indexOf(text.toLowerCase()) ?? -1;
  return index >= 0 ? success(index + min) : parseNumber(text);
}

function parseNumber(text: string): Result<number, string> {
  const number = parseInt64(text);
  if (number === undefined) {
    const why = /^[+-]?[0-9]+$/.test(text) ? 'value out of range' : 'invalid syntax';
    return refusal(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: ${why}`,
    );
  }
  if (number < 0n) return refusal(`negative number (${number}) not allowed: ${text}`);
  return success(Number(number));
}
