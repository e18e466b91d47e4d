import { parseGoDuration } from '../../api/go-duration.ts';
import {
  complain,
  expectFields,
  field,
  isGiven,
  isRecord,
  readEntries,
  readNumber,
  readText,
  type FieldReader,
} from './field-reader.ts';
import type { CountTest, ObjectReference, RequestLine, ValueTest } from './scenario.ts';

/** The small values of a scenario file: durations, counts, references, tests. */

/** A duration as Go writes it (`40s`, `5m`, `1h30m`), in microseconds. */
export function readDuration(reader: FieldReader): number | undefined {
  if (!isGiven(reader)) return undefined;
  const text = readText(reader) ?? '';
  const parsed = parseGoDuration(text);
  if (!parsed.ok || parsed.value < 0) {
    complain(reader, `a duration such as 40s or 1m30s is expected here, not "${text}"`);
    return undefined;
  }
  return Math.round(parsed.value * 1000);
}

/** `3`, or `{atLeast: 1, atMost: 5}`. */
export function readCount(reader: FieldReader, otherwise: CountTest): CountTest {
  if (!isGiven(reader)) return otherwise;
  if (typeof reader.value === 'number') return { atLeast: reader.value, atMost: reader.value };
  return readRange(reader, readNumber);
}

/** A range of durations: `{atLeast: 1s, atMost: 3s}`. */
export function readDurationRange(reader: FieldReader): CountTest | undefined {
  return isGiven(reader) ? readRange(reader, readDuration) : undefined;
}

function readRange(
  reader: FieldReader,
  read: (inside: FieldReader) => number | undefined,
): CountTest {
  expectFields(reader, ['atLeast', 'atMost']);
  return {
    atLeast: read(field(reader, 'atLeast')) ?? Number.NEGATIVE_INFINITY,
    atMost: read(field(reader, 'atMost')) ?? Number.POSITIVE_INFINITY,
  };
}

/** `deployment/web`: a kind or its plural, and a name. */
export function readReference(reader: FieldReader, namespace: FieldReader): ObjectReference {
  const text = readText(reader) ?? '';
  const slash = text.indexOf('/');
  if (slash <= 0 || slash === text.length - 1) {
    complain(reader, 'an object is written as KIND/NAME, for example Deployment/web');
    return { kind: '', name: '', namespace: undefined };
  }
  return {
    kind: text.slice(0, slash),
    name: text.slice(slash + 1),
    namespace: readText(namespace),
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** `GET /api/v1/nodes`, with a body beside it where there is one. */
export function readRequest(
  line: FieldReader,
  beside: {
    readonly body: FieldReader;
    readonly contentType: FieldReader;
    readonly user: FieldReader;
  },
): RequestLine {
  const text = (readText(line) ?? '').trim();
  const gap = text.indexOf(' ');
  const method = METHODS.find((each) => each === text.slice(0, gap));
  const path = text.slice(gap + 1).trim();
  if (method === undefined || !path.startsWith('/')) {
    complain(line, `a request is written as METHOD /path with one of ${METHODS.join(', ')}`);
  }
  return {
    method: method ?? 'GET',
    path,
    body: beside.body.value,
    contentType: readText(beside.contentType),
    user: readText(beside.user),
  };
}

/**
 * `Running` (the value is), or a mapping: `{not: x}`, `{in: [a, b]}`, `{matches: ^web}`, `{atLeast: 2}`,
 * `{exists: false}`.
 */
export function readValueTest(reader: FieldReader): ValueTest {
  const { value } = reader;
  if (!isRecord(value))
    return { kind: 'is', value: value === null ? '' : (readText(reader) ?? '') };
  expectFields(reader, ['not', 'in', 'matches', 'atLeast', 'atMost', 'exists']);
  if (Object.hasOwn(value, 'not')) {
    return { kind: 'isNot', value: readText(field(reader, 'not')) ?? '' };
  }
  if (Object.hasOwn(value, 'in')) {
    const list = field(reader, 'in');
    if (!Array.isArray(list.value)) complain(list, 'a list is expected here');
    return { kind: 'in', values: Array.isArray(list.value) ? list.value.map(String) : [] };
  }
  if (Object.hasOwn(value, 'matches')) {
    return { kind: 'matches', pattern: readPattern(field(reader, 'matches')) ?? '' };
  }
  if (Object.hasOwn(value, 'exists')) {
    return { kind: 'exists', wanted: field(reader, 'exists').value !== false };
  }
  const { atLeast, atMost } = readRange(reader, readNumber);
  return { kind: 'range', atLeast, atMost };
}

const PATTERN_LENGTH_MAX = 200;

/**
 * A regular expression. One with a repetition inside a repetition could take for ever, and scenarios come from
 * strangers: it is refused.
 */
export function readPattern(reader: FieldReader): string | undefined {
  const text = readText(reader);
  if (text === undefined) return undefined;
  if (text.length > PATTERN_LENGTH_MAX || /[+*}]\)?[+*{]|\)[+*{]|\\[1-9]/.test(text)) {
    complain(
      reader,
      'a short pattern without nested repetitions or back-references is expected here',
    );
    return undefined;
  }
  try {
    new RegExp(text);
  } catch (error) {
    complain(reader, error instanceof Error ? error.message : String(error));
    return undefined;
  }
  return text;
}

/** Tests by path: `where: {status.phase: Running}`. */
export function readFieldTests(
  reader: FieldReader,
): readonly { readonly path: string; readonly test: ValueTest }[] {
  return readEntries(reader).map(([path, inside]) => ({ path, test: readValueTest(inside) }));
}
