import { describe, expect, test } from 'vitest';
import { commonStart, editKey } from './line-keys.ts';
import { createScreen } from './screen.ts';

describe('the screen', () => {
  const cases = [
    { name: 'lines', write: ['a\nb'], text: 'a\nb' },
    { name: 'a carriage return goes over what was there', write: ['50%\r100%'], text: '100%' },
    { name: 'a backspace goes back', write: ['abc\b\bX'], text: 'aXc' },
    { name: 'tabs go to the next eighth', write: ['a\tb'], text: 'a       b' },
    { name: 'colours are no text', write: ['\x1b[31mred\x1b[0m plain'], text: 'red plain' },
    { name: 'a sequence in two pieces', write: ['a\x1b[3', '1mb'], text: 'ab' },
    { name: 'clearing', write: ['old\n', '\x1b[H\x1b[2Jnew'], text: 'new' },
    { name: 'the line to its end', write: ['abcdef\rab\x1b[K'], text: 'ab' },
    { name: 'a screen of its own', write: ['kept\n\x1b[?1049hinside'], text: 'inside' },
    { name: 'and back', write: ['kept\n\x1b[?1049hinside\x1b[?1049l'], text: 'kept\n' },
  ];
  test.each(cases)('$name', ({ write, text }) => {
    const screen = createScreen();
    for (const piece of write) screen.write(piece);
    expect(screen.text()).toBe(text);
  });

  test('colours become classes', () => {
    const screen = createScreen();
    screen.write('\x1b[1;31mbad\x1b[22m less\x1b[39m none');
    expect(screen.picture().tail[0]).toEqual([
      { text: 'bad', style: 'ansi-bold ansi-red' },
      { text: ' less', style: 'ansi-red' },
      { text: ' none', style: '' },
    ]);
  });

  test('finished blocks keep their identity, and the oldest are dropped', () => {
    const screen = createScreen();
    for (let i = 0; i < 1000; i++) screen.write(`${i}\n`);
    const [first] = screen.picture().blocks;
    screen.write('more\n');
    expect(screen.picture().blocks[0]).toBe(first);
    for (let i = 0; i < 110_000; i++) screen.write('x\n');
    expect(screen.picture().blocks.length).toBeLessThanOrEqual(1001);
  });
});

describe('the keys of the line', () => {
  const key = (name: string, alt = false) => ({
    key: name,
    ctrlKey: !alt,
    altKey: alt,
    metaKey: false,
  });
  const cases = [
    { name: 'Ctrl-A', key: key('a'), at: 5, want: { text: 'one two', at: 0 } },
    { name: 'Ctrl-E', key: key('e'), at: 2, want: { text: 'one two', at: 7 } },
    { name: 'Ctrl-U', key: key('u'), at: 4, want: { text: 'two', at: 0, cut: 'one ' } },
    { name: 'Ctrl-K', key: key('k'), at: 3, want: { text: 'one', at: 3, cut: ' two' } },
    { name: 'Ctrl-W', key: key('w'), at: 7, want: { text: 'one ', at: 4, cut: 'two' } },
    { name: 'Ctrl-Y', key: key('y'), at: 3, want: { text: 'oneCUT two', at: 6 } },
    { name: 'Alt-B', key: key('b', true), at: 7, want: { text: 'one two', at: 4 } },
    { name: 'Alt-D', key: key('d', true), at: 0, want: { text: ' two', at: 0, cut: 'one' } },
    { name: 'another key', key: key('q'), at: 0, want: undefined },
  ];
  test.each(cases)('$name', ({ key: pressed, at, want }) => {
    expect(editKey(pressed, { text: 'one two', at }, 'CUT')).toEqual(want);
  });

  test('the beginning that completions share', () => {
    expect(commonStart(['pods', 'poddisruptionbudgets', 'podtemplates'])).toBe('pod');
    expect(commonStart([])).toBe('');
  });
});
