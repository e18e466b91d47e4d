import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ConformanceArea, expectEqual, skipped } from './area.ts';
import { runConformance, skippedCount } from './runner.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const doubling: ConformanceArea = {
  name: 'doubling',
  run: ({ input, result }, { unit }) => {
    if (input === 'odd') return skipped('no odd input');
    if (input === 'bad') throw new Error('broken\nbadly');
    return expectEqual(result, `${Number(input) * 2}${unit}`);
  },
};

describe('the conformance runner', () => {
  test('counts, names the failing case, and goes on after a throw', () => {
    const cases = [
      { id: 'a', input: 1, result: '2m' },
      { id: 'b', op: 'double', input: 2, result: '5m' },
      { id: 'c', input: 'bad' },
      { id: 'd', input: 'odd' },
      { id: 'e', input: 'odd' },
    ];
    const path = join(folder, 'doubling.json');
    writeFileSync(path, JSON.stringify({ name: 'doubling', unit: 'm', cases }));
    const report = runConformance([path], [doubling]);
    expect(report.passed).toBe(1);
    expect(report.failures).toEqual([
      { id: 'b', op: 'double', why: 'expected "5m", got "4m"' },
      { id: 'c', op: '-', why: 'threw: broken\\nbadly' },
    ]);
    expect([...report.skipped]).toEqual([['no odd input', 2]]);
    expect(skippedCount(report)).toBe(2);
  });

  test('reads folders and packed lines, and skips what nothing answers', () => {
    const lines = [{ unit: '' }, { id: 'a', input: 1, result: '2' }].map((line) =>
      JSON.stringify(line),
    );
    writeFileSync(join(folder, 'doubling.jsonl.gz'), gzipSync(lines.join('\n')));
    writeFileSync(join(folder, 'unknown.json'), JSON.stringify({ cases: [{ id: 'b' }] }));
    writeFileSync(join(folder, 'README.md'), 'not a vector');
    const report = runConformance([folder], [doubling]);
    expect(report).toMatchObject({ passed: 1, failures: [] });
    expect(skippedCount(report)).toBe(1);
  });

  test('an area may answer a whole folder', () => {
    writeFileSync(join(folder, 'part-1.json'), JSON.stringify([{ id: 'a', input: 'odd' }]));
    const report = runConformance([folder], [{ ...doubling, name: basename(folder) }]);
    expect([...report.skipped.keys()]).toEqual(['no odd input']);
  });

  test('a path that is not there is an error', () => {
    expect(() => runConformance([join(folder, 'absent.json')], [])).toThrow(/ENOENT/);
  });
});
