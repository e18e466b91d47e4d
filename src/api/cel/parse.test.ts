import { describe, expect, test } from 'vitest';
import { parseCel } from './parse.ts';

/** What an expression may begin with, as cel-go lists it. */
const BEGIN =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** The headlines of what is wrong: `line:column: message`. */
function problems(text: string): readonly string[] {
  const parsed = parseCel(text);
  if (parsed.ok) return [];
  return [...parsed.error.matchAll(/^ERROR: <input>:(.*)$/gm)].map(([, each = '']) =>
    each.replace('Syntax error: ', '').replace(BEGIN, 'BEGIN'),
  );
}

describe('what is no expression', () => {
  // The texts and places are those that cel-go's own tests expect.
  test.each<[string, readonly string[]]>([
    ['1 +', ["1:4: mismatched input '<EOF>' expecting BEGIN"]],
    ['', ["1:1: mismatched input '<EOF>' expecting BEGIN"]],
    [
      '*@a | b',
      [
        "1:1: extraneous input '*' expecting BEGIN",
        "1:2: token recognition error at: '@'",
        "1:5: token recognition error at: '| '",
        "1:7: extraneous input 'b' expecting <EOF>",
      ],
    ],
    [
      'a | b',
      ["1:3: token recognition error at: '| '", "1:5: extraneous input 'b' expecting <EOF>"],
    ],
    [
      '1 + $',
      ["1:5: token recognition error at: '$'", "1:6: mismatched input '<EOF>' expecting BEGIN"],
    ],
    ['1 + 2\n3 +', ["2:1: mismatched input '3' expecting <EOF>"]],
    [
      '1 + +',
      [
        "1:5: mismatched input '+' expecting BEGIN",
        "1:6: mismatched input '<EOF>' expecting BEGIN",
      ],
    ],
    ['{"a": 1}."a"', [`1:10: no viable alternative at input '."a"'`]],
    [
      '"\\xFh"',
      [
        `1:1: token recognition error at: '"\\xFh'`,
        `1:6: token recognition error at: '"'`,
        "1:7: mismatched input '<EOF>' expecting BEGIN",
      ],
    ],
    [
      '{',
      [
        `1:2: mismatched input '<EOF>' expecting ${BEGIN.replace("'{',", "'{', '}',").replace("'.',", "'.', ',',").replace("'!',", "'!', '?',")}`,
      ],
    ],
    ['TestAllTypes(){}', ["1:15: mismatched input '{' expecting <EOF>"]],
    ['TestAllTypes{}()', ["1:15: mismatched input '(' expecting <EOF>"]],
    [
      'in',
      [
        "1:1: mismatched input 'in' expecting BEGIN",
        "1:3: mismatched input '<EOF>' expecting BEGIN",
      ],
    ],
    [
      '?',
      [
        "1:1: mismatched input '?' expecting BEGIN",
        "1:2: mismatched input '<EOF>' expecting BEGIN",
      ],
    ],
    ['{a}', ["1:3: mismatched input '}' expecting ':'"]],
    [
      '{:a}',
      [
        `1:2: extraneous input ':' expecting ${BEGIN.replace("'{',", "'{', '}',").replace("'.',", "'.', ',',").replace("'!',", "'!', '?',")}`,
        "1:4: mismatched input '}' expecting ':'",
      ],
    ],
    ['ind[a{b}]', ["1:8: mismatched input '}' expecting ':'"]],
    [
      'msg{:a}',
      [
        "1:5: extraneous input ':' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}",
        "1:7: mismatched input '}' expecting ':'",
      ],
    ],
    [
      'func{{a}}',
      [
        "1:6: extraneous input '{' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}",
        "1:8: mismatched input '}' expecting ':'",
        "1:9: extraneous input '}' expecting <EOF>",
      ],
    ],
    ['x{.', ["1:3: mismatched input '.' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"]],
    ['self.true == 1', ["1:6: mismatched input 'true' expecting IDENTIFIER"]],
    ['namespace', ['1:1: reserved identifier: namespace']],
    [
      '[1, 2, 3].map(var, var * var)',
      [
        '1:15: reserved identifier: var',
        '1:15: argument is not an identifier',
        '1:20: reserved identifier: var',
        '1:26: reserved identifier: var',
      ],
    ],
    ['has(m)', ['1:5: invalid argument to has() macro']],
    ['m.filter(a.b, false)', ['1:11: argument is not an identifier']],
    ['1.all(2, 3)', ['1:7: argument must be a simple name']],
    ['0xFFFFFFFFFFFFFFFFF', ['1:1: invalid int literal']],
    // By the strategy of the parser.
    ['(a', ["1:3: missing ')' at '<EOF>'"]],
    ['a.b(1', ["1:6: missing ')' at '<EOF>'"]],
    ['a[1', ["1:4: missing ']' at '<EOF>'"]],
    ['[1, 2', ["1:6: mismatched input '<EOF>' expecting {']', ','}"]],
    ['a ? b', ["1:6: mismatched input '<EOF>' expecting ':'"]],
    ['f(a,)', ["1:5: mismatched input ')' expecting BEGIN"]],
    ['(a))', ["1:4: extraneous input ')' expecting <EOF>"]],
  ])('%s', (text, wanted) => {
    expect(problems(text)).toEqual(wanted);
  });

  test('the line stands below, and a mark', () => {
    const parsed = parseCel('true &&\n\t"😁" == self.a b');
    expect(!parsed.ok && parsed.error).toBe(
      [
        "ERROR: <input>:2:16: Syntax error: extraneous input 'b' expecting <EOF>",
        ' |  "😁" == self.a b',
        ' | ..．............^',
      ].join('\n'),
    );
  });
});
