import { describe, expect, test } from 'vitest';
import { createListWriter, createTabWriter } from './tab-writer.ts';

describe('columns as text/tabwriter aligns them', () => {
  test.each<[string, string, string]>([
    ['cells of neighbouring lines', 'a\tbb\tc\naaaa\tb\tc\n', 'a     bb  c\naaaa  b   c\n'],
    ['the last cell of a line is no column', 'long words here\na\tb\n', 'long words here\na  b\n'],
    ['a line without the column ends it', 'aaaaaa\tb\nx\na\tb\n', 'aaaaaa  b\nx\na  b\n'],
    ['an empty cell has its place', 'a\t\tc\naaa\tb\tc\n', 'a       c\naaa  b  c\n'],
    ['characters, not bytes, are counted', 'ü\tb\nuu\tb\n', 'ü   b\nuu  b\n'],
  ])('%s', (_name, text, aligned) => {
    const writer = createTabWriter({ minWidth: 0, padding: 2 });
    writer.write(text);
    expect(writer.flush()).toBe(aligned);
  });

  test('the writer of get keeps widths from one part to the next, until it is told to forget', () => {
    const writer = createListWriter();
    writer.write('NAME\tAGE\na-long-name\t1s\n');
    expect(writer.flush()).toBe('NAME          AGE\na-long-name   1s\n');
    writer.write('b\t2s\n');
    expect(writer.flush()).toBe('b             2s\n');
    writer.forget();
    writer.write('b\t2s\n');
    expect(writer.flush()).toBe('b     2s\n');
  });
});
