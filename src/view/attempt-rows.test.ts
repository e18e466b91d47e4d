import { describe, expect, test } from 'vitest';
import type { ExplainedAttempt } from '../bridge/scheduling.ts';
import { attemptRows, filterVerdict, reasonCounts, sortedRows } from './attempt-rows.ts';

const attempt: ExplainedAttempt = {
  at: 0,
  number: 1,
  nodes: ['node-1', 'node-2', 'node-10', 'node-11'],
  verdicts: [1, 0, 0, -1],
  refusals: [{ plugin: 'TaintToleration', code: 'Unschedulable', reasons: ['tainted'] }],
  filters: ['NodeName', 'TaintToleration', 'NodeResourcesFit'],
  feasible: [2, 1],
  scores: [
    { plugin: 'A', weight: 3, skipped: false, raw: [1, 2], normalized: [50, 100] },
    { plugin: 'B', weight: 1, skipped: true, raw: [], normalized: [] },
    { plugin: 'C', weight: 1, skipped: false, raw: [90, 40], normalized: [90, 40] },
  ],
  totals: [240, 340],
  best: ['node-2'],
  chosen: 'node-2',
  ruledOut: undefined,
  message: '',
  preemption: undefined,
};

describe('rows of an attempt', () => {
  const rows = attemptRows(attempt);

  test('each node has its verdict and its points', () => {
    expect(rows.map(({ node, total, isChosen }) => [node, total, isChosen])).toEqual([
      ['node-1', undefined, false],
      ['node-2', 340, true],
      ['node-10', 240, false],
      ['node-11', undefined, false],
    ]);
    expect(rows[1]?.points.map(({ plugin, weighted }) => [plugin, weighted])).toEqual([
      ['A', 300],
      ['C', 40],
    ]);
    expect(rows[3]?.isUnseen).toBe(true);
  });

  test('are sorted by name as people count, by total, and by one plugin', () => {
    const names = (sorted: typeof rows): readonly string[] => sorted.map(({ node }) => node);
    expect(names(sortedRows(rows, { by: 'node' }, false))[0]).toBe('node-11');
    expect(names(sortedRows(rows, { by: 'total' }, false)).slice(0, 2)).toEqual([
      'node-2',
      'node-10',
    ]);
    expect(names(sortedRows(rows, { by: 'plugin', plugin: 'C' }, false))[0]).toBe('node-10');
  });

  test('filters after the first no were not asked', () => {
    const verdicts = (at: number): readonly string[] => {
      const row = rows[at];
      return row === undefined
        ? []
        : attempt.filters.map((filter) => filterVerdict(row, attempt.filters, filter));
    };
    expect(verdicts(0)).toEqual(['passed', 'refused', 'not asked']);
    expect(verdicts(1)).toEqual(['passed', 'passed', 'passed']);
    expect(verdicts(3)).toEqual(['not asked', 'not asked', 'not asked']);
  });

  test('reasons are counted', () => {
    expect(reasonCounts(rows).map(({ reason, count }) => [reason, count])).toEqual([
      ['feasible', 2],
      ['tainted', 1],
      ['not looked at', 1],
    ]);
  });
});
