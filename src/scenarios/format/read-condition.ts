import {
  complain,
  expectFields,
  field,
  isGiven,
  isRecord,
  readChoice,
  readFlag,
  readItems,
  readText,
  readTexts,
  requireText,
  type FieldReader,
} from './field-reader.ts';
import {
  readCount,
  readDuration,
  readDurationRange,
  readFieldTests,
  readPattern,
  readRequest,
} from './read-values.ts';
import type { Condition, CountTest, Expectation, FateTest, ObjectSelection } from './scenario.ts';

const SOME: CountTest = { atLeast: 1, atMost: Number.POSITIVE_INFINITY };
const TIMING = ['within', 'notBefore', 'for'] as const;
const SELECTION = ['namespace', 'name', 'labels', 'where'] as const;
const FATE = ['code', 'reason', 'message', 'took'] as const;
const REQUEST = ['body', 'contentType', 'user'] as const;

/** What each form of a condition is told by, and the fields that go with it. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  objects: [...SELECTION, 'count', 'same', 'path'],
  event: ['type', 'namespace', 'about', 'message', 'count', 'fresh'],
  request: [...REQUEST, ...FATE],
  answer: FATE,
  process: ['state'],
  containers: ['pod', 'state', 'count'],
  figure: ['of', 'atLeast', 'atMost'],
  all: [],
  any: [],
  not: [],
};

/** What an expectation has to come true where it does not say. */
const PATIENCE_MICROS = 10_000_000;

/**
 * A condition with when it must come true. Without `within` it has ten seconds; one that must hold `for` a time must
 * then be true at once.
 */
export function readExpectation(reader: FieldReader): Expectation {
  const condition = readCondition(reader, TIMING);
  const forMicros = readDuration(field(reader, 'for'));
  return {
    condition,
    withinMicros:
      readDuration(field(reader, 'within')) ?? (forMicros === undefined ? PATIENCE_MICROS : 0),
    notBeforeMicros: readDuration(field(reader, 'notBefore')) ?? 0,
    forMicros: forMicros ?? 0,
  };
}

/** A condition; `more` are the fields that may stand beside it. */
export function readCondition(reader: FieldReader, more: readonly string[] = []): Condition {
  const { value } = reader;
  const form = isRecord(value)
    ? Object.keys(FORMS).find((each) => Object.hasOwn(value, each))
    : undefined;
  if (form === undefined) {
    complain(reader, `a condition has one of ${Object.keys(FORMS).join(', ')}`);
    return { kind: 'all', conditions: [] };
  }
  expectFields(reader, [form, ...(FORMS[form] ?? []), ...more]);
  return readForm(form, reader);
}

function readForm(form: string, reader: FieldReader): Condition {
  const at = (name: string): FieldReader => field(reader, name);
  switch (form) {
    case 'objects': {
      const objects = readSelection(reader);
      const same = readText(at('same'));
      return same === undefined
        ? { kind: 'objects', objects, count: readCount(at('count'), SOME) }
        : { kind: 'same', objects, path: requireText(at('path')), as: same };
    }
    case 'event':
      return {
        kind: 'event',
        reason: readText(at('event')),
        type: readText(at('type')),
        namespace: readText(at('namespace')),
        about: readAbout(at('about')),
        message: readPattern(at('message')),
        count: readCount(at('count'), SOME),
        fresh: readFlag(at('fresh')) ?? false,
      };
    case 'request':
      return {
        kind: 'request',
        request: readRequest(at('request'), {
          body: at('body'),
          contentType: at('contentType'),
          user: at('user'),
        }),
        fate: readFate(reader),
      };
    case 'answer':
      return { kind: 'answer', as: requireText(at('answer')), fate: readFate(reader) };
    case 'process':
      return {
        kind: 'process',
        process: requireText(at('process')),
        state: readChoice(at('state'), ['up', 'stopped', 'off']),
      };
    case 'containers':
      return {
        kind: 'containers',
        machine: requireText(at('containers')),
        pod: readPattern(at('pod')) ?? '',
        state: readChoice(at('state'), ['running', 'exited']),
        count: readCount(at('count'), SOME),
      };
    case 'figure':
      return {
        kind: 'figure',
        component: requireText(at('of')),
        figure: requireText(at('figure')),
        range: {
          atLeast: numberOr(at('atLeast'), Number.NEGATIVE_INFINITY),
          atMost: numberOr(at('atMost'), Number.POSITIVE_INFINITY),
        },
      };
    case 'not':
      return { kind: 'not', condition: readCondition(at('not')) };
    case 'any':
      return { kind: 'any', conditions: readItems(at('any')).map((each) => readCondition(each)) };
    default:
      return { kind: 'all', conditions: readItems(at('all')).map((each) => readCondition(each)) };
  }
}

/** What `objects: KIND` and the fields beside it select. */
export function readSelection(reader: FieldReader): ObjectSelection {
  return {
    kind: requireText(field(reader, 'objects')),
    namespace: readText(field(reader, 'namespace')),
    name: readText(field(reader, 'name')),
    labels: readTexts(field(reader, 'labels')),
    where: readFieldTests(field(reader, 'where')),
  };
}

/** `Pod/web`, `Pod`, or `Pod/` with a pattern after it. */
function readAbout(reader: FieldReader): {
  readonly kind: string | undefined;
  readonly name: string | undefined;
} {
  const text = readText(reader);
  if (text === undefined) return { kind: undefined, name: undefined };
  const slash = text.indexOf('/');
  return slash < 0
    ? { kind: text, name: undefined }
    : {
        kind: text.slice(0, slash),
        name: readPattern({ ...reader, value: text.slice(slash + 1) }),
      };
}

/** `code: 201` or a list, `reason`, `message` (a pattern), `took`. */
function readFate(reader: FieldReader): FateTest {
  const code = field(reader, 'code');
  const codes = Array.isArray(code.value) ? readItems(code) : isGiven(code) ? [code] : undefined;
  return {
    codes: codes?.map((each) => numberOr(each, -1)),
    reason: readText(field(reader, 'reason')),
    message: readPattern(field(reader, 'message')),
    took: readDurationRange(field(reader, 'took')),
  };
}

function numberOr(reader: FieldReader, otherwise: number): number {
  const { value } = reader;
  if (value === undefined) return otherwise;
  if (typeof value === 'number') return value;
  complain(reader, 'a number is expected here');
  return otherwise;
}
