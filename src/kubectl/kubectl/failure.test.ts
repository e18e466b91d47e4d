import { describe, expect, test } from 'vitest';
import { Failure, failureText, withSource } from './failure.ts';

const refused = (status: object): Failure =>
  new Failure((status as { message?: string }).message ?? '', { status });

describe('what kubectl says of a failure', () => {
  test.each<[string, Failure, string]>([
    ['its own', new Failure('no such thing'), 'error: no such thing\n'],
    ['one that says error already', new Failure('error: x'), 'error: x\n'],
    ['as it is', new Failure('as it is', { isVerbatim: true }), 'as it is\n'],
    ['silent', new Failure('', { isVerbatim: true }), ''],
    [
      'the server refuses',
      refused({ message: 'pods "x" not found', reason: 'NotFound', code: 404 }),
      'Error from server (NotFound): pods "x" not found\n',
    ],
    ['without a reason', refused({ message: 'why', code: 500 }), 'Error from server: why\n'],
    ['no server', refused({ message: 'connection refused', code: 0 }), 'connection refused\n'],
    [
      'not logged in',
      refused({ message: 'Unauthorized', reason: 'Unauthorized', code: 401 }),
      'error: You must be logged in to the server (Unauthorized)\n',
    ],
    [
      'one invalid field',
      refused({
        reason: 'Invalid',
        message: 'm',
        details: {
          kind: 'Pod',
          name: 'x',
          causes: [{ field: 'spec.a', message: 'Required value' }],
        },
      }),
      'The Pod "x" is invalid: spec.a: Required value\n',
    ],
    [
      'several invalid fields',
      refused({
        reason: 'Invalid',
        message: 'm',
        details: {
          kind: 'Pod',
          name: 'x',
          causes: [
            { field: 'a', message: '1' },
            { field: 'b', message: '2' },
            { field: 'a', message: '1' },
          ],
        },
      }),
      'The Pod "x" is invalid: \n* a: 1\n* b: 2\n',
    ],
    [
      'several failures',
      new Failure('', { many: [new Failure('one'), refused({ message: 'two', reason: 'Gone' })] }),
      'one\nError from server (Gone): two\n',
    ],
  ])('%s', (_name, failure, text) => {
    expect(failureText(failure)).toBe(text);
  });

  test('where an object came from', () => {
    const failure = refused({ message: 'm', reason: 'AlreadyExists', code: 409 });
    expect(failureText(withSource(failure, 'creating', 'a.yaml'))).toBe(
      'Error from server (AlreadyExists): error when creating "a.yaml": m\n',
    );
  });
});
