import { describe, expect, test } from 'vitest';
import { explainOldStyle } from './plaintext-openapiv2.ts';
import { wordWrapped } from './word-wrap.ts';

describe('words are wrapped', () => {
  test.each([
    ['a line that fits', 'one two', 7, 'one two'],
    ['at the last blank', 'one two three', 8, 'one two\nthree'],
    ['blanks at the end of a line stay if they fit', 'a { \nb', 8, 'a { \nb'],
    ['blanks at the beginning stay', '\t   {\n\t   }', 8, '\t   {\n\t   }'],
    [
      'a word that is too long is not broken',
      'see https://example.com/x now',
      10,
      'see\nhttps://example.com/x\nnow',
    ],
  ])('%s', (_what, text, limit, wrapped) => {
    expect(wordWrapped(text, limit)).toBe(wrapped);
  });
});

test('the older form joins the lines of a paragraph, and keeps lists', () => {
  const definitions = {
    Thing: {
      type: 'object',
      description: 'A thing.\nOf two lines:\n- one\n- two',
      required: ['spec'],
      properties: { spec: { description: 'What is wanted.', $ref: '#/definitions/Spec' } },
    },
    Spec: { type: 'object', properties: { parts: { type: 'object' } } },
  };
  const request = { kind: 'Thing', apiVersion: 'v1', isRecursive: false };
  expect(explainOldStyle(definitions, definitions.Thing, { ...request, fields: [] })).toBe(
    `KIND:     Thing
VERSION:  v1

DESCRIPTION:
     A thing. Of two lines:
     - one
     - two

FIELDS:
   spec\t<Object> -required-
     What is wanted.

`,
  );
  expect(
    explainOldStyle(definitions, definitions.Thing, { ...request, fields: ['spec'] }),
  ).toContain('RESOURCE: spec <Object>\n\nDESCRIPTION:\n     What is wanted.\n');
});
