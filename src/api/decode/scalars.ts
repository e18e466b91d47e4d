import { canonicalQuantity } from '../quantity/format.ts';
import { quantityFormatWrong } from '../quantity/parse.ts';
import { DecodeError } from './failure.ts';

/** Scalars with a decoder of their own in the API server; each has its own words for what is wrong. */

/** The name of a JSON value's type in Go's decoding errors. */
export function jsonTypeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Text or number → the canonical text. */
export function decodeQuantity(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new DecodeError(quantityFormatWrong);
  const canonical = canonicalQuantity(value);
  if (!canonical.ok) throw new DecodeError(canonical.error);
  return canonical.value;
}

/** Text as it is, or a whole number of 32 bits. */
export function decodeIntOrString(value: unknown): number | string {
  if (typeof value === 'string') return value;
  if (isInt32(value)) return value;
  const what = typeof value === 'number' ? `number ${value}` : jsonTypeName(value);
  throw new DecodeError(`json: cannot unmarshal ${what} into Go value of type int32`);
}

export function isInt32(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}

const goTime = '2006-01-02T15:04:05Z07:00';
const goMicroTime = '2006-01-02T15:04:05.000000Z07:00';

/** RFC 3339 → the same instant in UTC, cut to whole seconds. */
export function decodeTime(value: unknown): string {
  if (typeof value === 'string' && isCanonicalTime(value)) return value;
  return new Date(parseInstant(value, goTime)).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** RFC 3339 with exactly six decimals → the same instant in UTC. */
export function decodeMicroTime(value: unknown): string {
  const millis = parseInstant(value, goMicroTime);
  const decimals = /\.(\d{6})/.exec(String(value))?.[1] ?? '000000';
  return new Date(millis).toISOString().replace(/\.\d+Z$/, `.${decimals}Z`);
}

/** The usual form, which needs no work: `2026-01-01T09:00:00Z`. Days beyond the month's end are found later. */
function isCanonicalTime(text: string): boolean {
  return (
    text.length === 20 &&
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text)
  );
}

/** The parts of Go's time layout in order, each with what it accepts. */
const layoutParts: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}/],
];

function parseInstant(value: unknown, layout: string): number {
  if (typeof value !== 'string') {
    throw new DecodeError(
      `json: cannot unmarshal ${jsonTypeName(value)} into Go value of type string`,
    );
  }
  const fail = (why: string): never => {
    throw new DecodeError(`parsing time "${value}"${why}`);
  };
  const cannot = (rest: string, part: string): never =>
    fail(` as "${layout}": cannot parse "${rest}" as "${part}"`);
  let rest = value;
  const take = (part: string, pattern: RegExp): string => {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return cannot(rest, part);
    rest = rest.slice(found.length);
    return found;
  };
  const texts = layoutParts.map(([part, pattern]) => take(part, pattern));
  const [year = 0, , month = 0, , day = 0, , hour = 0, , minute = 0, , second = 0] =
    texts.map(Number);
  if (layout === goMicroTime) take('.000000', /^\.\d{6}(?!\d)/);
  else if (/^[.,]\d/.test(rest)) take('', /^[.,]\d+/);
  const zone = take('Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/);
  if (rest !== '') fail(`: extra text: "${rest}"`);
  if (month < 1 || month > 12) fail(': month out of range');
  if (day < 1 || day > daysIn(year, month)) fail(': day out of range');
  if (hour > 23) fail(': hour out of range');
  if (minute > 59) fail(': minute out of range');
  if (second > 59) fail(': second out of range');
  const offset = zone === 'Z' ? 0 : zoneMinutes(zone);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute - offset, second);
  return date.getTime();
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function zoneMinutes(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Base64 text, checked and freed of line breaks. */
export function checkBase64(text: string): string {
  const plain = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text;
  const body = plain.replace(/={0,2}$/, '');
  const wrong = body.search(/[^A-Za-z0-9+/]/);
  if (wrong >= 0) throw new DecodeError(`illegal base64 data at input byte ${wrong}`);
  if (plain.length % 4 !== 0) {
    const at = plain.length === body.length ? body.length - (body.length % 4) : plain.length;
    throw new DecodeError(`illegal base64 data at input byte ${at}`);
  }
  if (body.length % 4 === 1) {
    throw new DecodeError(`illegal base64 data at input byte ${body.length}`);
  }
  return plain;
}
