import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLengthOf, bytesOf, createTextReader, textOf } from './byte-text.ts';
import { readTar, writeTar, type TarEntry } from './tar.ts';

describe('bytes as text', () => {
  test.each(['', 'plain', 'grüße', '日本', '😀 and ß'])('%j is UTF-8', (text) => {
    expect([...bytesOf(text)]).toEqual([...new TextEncoder().encode(text)]);
    expect(byteLengthOf(text)).toBe(bytesOf(text).length);
    expect(textOf(bytesOf(text))).toBe(text);
  });

  test('any bytes come back as they were, in whatever pieces they come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), (bytes, cut) => {
        expect([...bytesOf(textOf(bytes))]).toEqual([...bytes]);
        const reader = createTextReader();
        const text =
          reader.read(bytes.slice(0, cut)) + reader.read(bytes.slice(cut)) + reader.end();
        expect([...bytesOf(text)]).toEqual([...bytes]);
      }),
    );
  });
});

describe('tape archives', () => {
  const file = (name: string, text: string): TarEntry => ({ name, kind: 'file', text });

  test('what was put in comes out', () => {
    const entries: readonly TarEntry[] = [
      { name: 'folder', kind: 'directory', text: '' },
      file('folder/a.txt', 'hello\n'),
      file(`folder/${'deep/'.repeat(30)}b`, 'ß'.repeat(300)),
      { name: 'l', kind: 'link', text: 'folder/a.txt' },
      file('empty', ''),
    ];
    const archive = writeTar(entries, 1_767_258_000);
    expect(byteLengthOf(archive) % 512).toBe(0);
    expect(readTar(archive)).toEqual(entries);
  });

  test('what is none', () => {
    expect(readTar('no archive at all'.repeat(50))).toBeUndefined();
    expect(readTar(writeTar([], 0))).toEqual([]);
  });
});
