import { describe, expect, test } from 'vitest';
import {
  aggregateMessage,
  duplicate,
  fieldErrorMessage,
  forbidden,
  invalid,
  notFound,
  notSupported,
  required,
  tooFew,
  tooLong,
  tooMany,
  typeInvalid,
} from './field-errors.ts';
import { goQuote } from './go-text.ts';
import {
  alreadyExistsError,
  applyConflictError,
  conflictError,
  expiredError,
  forbiddenError,
  generateNameConflictError,
  internalError,
  invalidError,
  isStatusError,
  methodNotSupportedError,
  notFoundError,
  requestEntityTooLargeError,
  serverTimeoutError,
  timeoutError,
  tooManyRequestsError,
  tooOldResourceVersionError,
} from './status-error.ts';

describe('field errors read as upstream writes them', () => {
  const cases = [
    [required('a.b'), 'a.b: Required value'],
    [required('a', 'must be there'), 'a: Required value: must be there'],
    [invalid('a', 'x"y\n', 'no'), 'a: Invalid value: "x\\"y\\n": no'],
    [invalid('a', -1, 'no'), 'a: Invalid value: -1: no'],
    [invalid('a', true, 'no'), 'a: Invalid value: true: no'],
    [invalid('a', null, 'no'), 'a: Invalid value: null: no'],
    [invalid('a', undefined, 'no'), 'a: Invalid value: null: no'],
    [invalid('a', { b: '<1>' }, 'no'), 'a: Invalid value: {"b":"\\u003c1\\u003e"}: no'],
    [typeInvalid('a', [1], 'no'), 'a: Invalid value: [1]: no'],
    [notSupported('a', 'x', ['p', 'q']), 'a: Unsupported value: "x": supported values: "p", "q"'],
    [duplicate('a[1]', 'x'), 'a[1]: Duplicate value: "x"'],
    [notFound('a', 'x'), 'a: Not found: "x"'],
    [forbidden('a', 'not here'), 'a: Forbidden: not here'],
    [tooLong('a', 1), 'a: Too long: may not be more than 1 byte'],
    [tooLong('a', 63), 'a: Too long: may not be more than 63 bytes'],
    [tooMany('a', 3, 2), 'a: Too many: 3: must have at most 2 items'],
    [tooFew('a', 0, 1), 'a: Too few: 0: must have at least 1 item'],
  ] as const;
  test.each(cases)('%o', (error, want) => {
    expect(fieldErrorMessage(error)).toBe(want);
  });

  test('several in brackets, each once', () => {
    expect(aggregateMessage([])).toBe('');
    expect(aggregateMessage([required('a')])).toBe('a: Required value');
    expect(aggregateMessage([required('a'), required('b'), required('a')])).toBe(
      '[a: Required value, b: Required value]',
    );
  });

  test('text is quoted as Go quotes it', () => {
    expect(goQuote('a\\b\t\u0001é\u00a0😀\u{e000}')).toBe('"a\\\\b\\t\\x01é\\u00a0😀\\ue000"');
  });
});

describe('Status errors', () => {
  const deployments = { group: 'apps', resource: 'deployments' };
  const pods = { group: '', resource: 'pods' };
  const cases = [
    [notFoundError(deployments, 'web'), 404, 'deployments.apps "web" not found'],
    [alreadyExistsError(pods, 'a'), 409, 'pods "a" already exists'],
    [
      generateNameConflictError(pods, 'a-x', 1),
      409,
      'pods "a-x" already exists, the server was not able to generate a unique name for the object',
    ],
    [
      conflictError(deployments, 'web'),
      409,
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [applyConflictError([], 'Apply failed'), 409, 'Apply failed'],
    [forbiddenError(pods, 'a', 'no'), 403, 'pods "a" is forbidden: no'],
    [forbiddenError(pods, '', 'no'), 403, 'pods is forbidden: no'],
    [
      methodNotSupportedError(deployments, 'patch'),
      405,
      'patch is not supported on resources of kind "deployments.apps"',
    ],
    [expiredError('gone'), 410, 'gone'],
    [tooOldResourceVersionError('3', '9'), 410, 'too old resource version: 3 (9)'],
    [
      requestEntityTooLargeError('limit is 3145728'),
      413,
      'Request entity too large: limit is 3145728',
    ],
    [tooManyRequestsError('slow down', 10), 429, 'slow down'],
    [internalError('oops'), 500, 'Internal error occurred: oops'],
    [
      serverTimeoutError(deployments, 'list', 1),
      500,
      'The list operation against deployments.apps could not be completed at this time, please try again.',
    ],
    [timeoutError('request did not complete', 0), 504, 'Timeout: request did not complete'],
  ] as const;
  test.each(cases)('%o', (status, code, message) => {
    expect(status).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      message,
    });
    expect(isStatusError(status)).toBe(true);
  });

  test('Invalid has a cause for each error', () => {
    const kind = { group: 'apps', kind: 'Deployment' };
    const status = invalidError(kind, 'x', [
      invalid('spec.selector', { matchLabels: { app: 'b' } }, 'field is immutable'),
    ]);
    expect(status).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message:
        'Deployment.apps "x" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
      details: {
        name: 'x',
        group: 'apps',
        kind: 'Deployment',
        causes: [
          {
            reason: 'FieldValueInvalid',
            field: 'spec.selector',
            message: 'Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
          },
        ],
      },
    });
  });
});
