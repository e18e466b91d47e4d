import { describe, expect, test } from 'vitest';
import type { ControlPlaneHealth } from '../bridge/cards.ts';
import { componentRow, idOfComponent, lampOfAll, replicasOf } from './components.ts';
import { faultBands, seriesOf, shareOf, valueText } from './health-charts.ts';
import { createHistory } from './history.ts';
import { createSamples } from './samples.ts';

const SECOND = 1_000_000;

function samplesOf(values: readonly (number | undefined)[]) {
  const samples = createSamples();
  for (const [at, value] of values.entries()) {
    samples.add({
      at: at * SECOND,
      figures: value === undefined ? {} : { 'etcd-cp-1': { term: value } },
    });
  }
  return samples;
}

const series = (values: readonly (number | undefined)[], isRate: boolean) =>
  seriesOf(samplesOf(values).all(), { process: 'etcd-cp-1', figure: 'term', from: 0, isRate }).map(
    ({ value }) => value,
  );

describe('series', () => {
  test.each([
    { name: 'values as they are', values: [1, 2, 2], isRate: false, want: [1, 2, 2] },
    { name: 'a gap while down', values: [1, undefined, 3], isRate: false, want: [1, undefined, 3] },
    { name: 'growth in a second', values: [1, 4, 4], isRate: true, want: [3, 0] },
    { name: 'a restarted counter', values: [9, 2], isRate: true, want: [2] },
    {
      name: 'no growth across a gap',
      values: [1, undefined, 8, 9],
      isRate: true,
      want: [undefined, 1],
    },
  ])('$name', ({ values, isRate, want }) => {
    expect(series(values, isRate)).toEqual(want);
  });

  test('a moment that comes again replaces what was after it', () => {
    const samples = samplesOf([1, 2, 3, 4]);
    samples.add({ at: SECOND, figures: {} });
    expect(samples.all().map(({ at }) => at)).toEqual([0, SECOND]);
  });
});

test('faults of the window are bands, cut to it', () => {
  const history = createHistory();
  const state = { lane: 'nodes', statusClass: 'failed', label: 'x', about: '' } as const;
  history.state('fault:1', state, 2 * SECOND);
  history.state('fault:1', undefined, 6 * SECOND);
  history.state('fault:2', state, 8 * SECOND);
  history.state('cordon:n', state, 8 * SECOND);
  const bands = faultBands(history, { from: 4 * SECOND, to: 10 * SECOND });
  expect(bands.map(({ from, to }) => [from / SECOND, to / SECOND])).toEqual([
    [4, 6],
    [8, 10],
  ]);
});

test('scales and words', () => {
  expect(shareOf(5, 10, false)).toBe(0.5);
  expect(shareOf(20, 10, false)).toBe(1);
  expect(shareOf(10, 1000, true)).toBeGreaterThan(0.3);
  expect(valueText(1234, 'ms')).toBe('1.2 s');
  expect(valueText(undefined, 's')).toBe('none');
});

describe('components', () => {
  const row = (component: string, machine: string, leads: boolean, lamp = 'good' as const) => ({
    component,
    process: `${component}-${machine}`,
    machine,
    state: 'up' as const,
    lamp,
    role: component === 'etcd' ? (leads ? 'leader' : 'follower') : '',
    leads,
    figures: [],
    spark: [],
    sparkLabel: '',
  });
  const health: ControlPlaneHealth = {
    components: [
      row('etcd', 'cp-1', false),
      row('etcd', 'cp-2', true),
      row('etcd', 'cp-3', false),
      row('load-balancer', 'lb-1', true),
    ],
    nodes: 0,
    nodesReady: 0,
    machines: [],
  };

  test('the one that acts speaks for all; each is known by its process', () => {
    expect(componentRow(health, 'etcd')?.machine).toBe('cp-2');
    expect(componentRow(health, 'etcd-cp-3')?.machine).toBe('cp-3');
    expect(idOfComponent(health, { component: 'etcd', process: 'etcd-cp-3' })).toBe(
      'component:etcd-cp-3',
    );
    expect(
      idOfComponent(health, { component: 'load-balancer', process: 'load-balancer-lb-1' }),
    ).toBe('component:load-balancer');
  });

  test.each([
    { broken: 0, want: 'good' },
    { broken: 1, want: 'attention' },
    { broken: 2, want: 'failed' },
  ])('$broken of three members lost: $want', ({ broken, want }) => {
    const members = replicasOf(health, 'etcd').map((each, at) =>
      at < broken ? { ...each, lamp: 'failed' as const, role: '' } : each,
    );
    expect(lampOfAll(members)).toBe(want);
  });
});
