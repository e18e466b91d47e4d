import { describe, expect, test } from 'vitest';
import { fieldErrorMessage } from '../../../api/field-errors.ts';
import { pluginRegistry } from '../plugins/index.ts';
import { takeConfiguration } from './take-configuration.ts';

const head = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };

function errorsOf(rest: object): readonly string[] {
  const taken = takeConfiguration({ ...head, ...rest }, pluginRegistry);
  return taken.ok ? [] : taken.error.map(fieldErrorMessage);
}

function withArgs(name: string, args: object): object {
  return { profiles: [{ pluginConfig: [{ name, args }] }] };
}

describe('a scheduler configuration', () => {
  test('is taken with defaults, frozen', () => {
    const taken = takeConfiguration(head, pluginRegistry);
    expect(taken).toEqual({
      ok: true,
      value: {
        ...head,
        parallelism: 16,
        podInitialBackoffSeconds: 1,
        podMaxBackoffSeconds: 10,
        profiles: [{ schedulerName: 'default-scheduler' }],
      },
    });
    expect(taken.ok && Object.isFrozen(taken.value.profiles)).toBe(true);
  });

  test.each([
    [
      'unknown field',
      { profile: [] },
      ['profile: Forbidden: strict decoding error: unknown field "profile"'],
    ],
    [
      'wrong type',
      { parallelism: 'many' },
      ['parallelism: Invalid value: "many": must be an integer'],
    ],
    [
      'parallelism',
      { parallelism: 0 },
      ['parallelism: Invalid value: 0: should be an integer value greater than zero'],
    ],
    [
      'percentage',
      { percentageOfNodesToScore: 101 },
      ['percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]'],
    ],
    [
      'backoff',
      { podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 2 },
      [
        'podMaxBackoffSeconds: Invalid value: 2: must be greater than or equal to PodInitialBackoffSeconds',
      ],
    ],
    [
      'profiles of one name',
      { profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }] },
      ['profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"'],
    ],
    [
      'profiles without a name',
      { profiles: [{}, { schedulerName: 'a' }] },
      ['profiles[0].schedulerName: Required value'],
    ],
    [
      'unknown plugin',
      { profiles: [{ plugins: { score: { enabled: [{ name: 'Best' }] } } }] },
      ['profiles[0].plugins.score.enabled[0]: Not found: "Best"'],
    ],
    [
      'plugin at a point it does not have',
      { profiles: [{ plugins: { score: { enabled: [{ name: 'NodePorts' }] } } }] },
      [
        'profiles[0].plugins.score.enabled[0]: Invalid value: "NodePorts": plugin "NodePorts" does not extend score plugin',
      ],
    ],
    [
      'preemption',
      withArgs('DefaultPreemption', { minCandidateNodesPercentage: 120 }),
      [
        'profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 120: not in valid range [0, 100]',
      ],
    ],
    [
      'strategy',
      withArgs('NodeResourcesFit', { scoringStrategy: { type: 'RequestedToCapacityRatio' } }),
      [
        'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio',
      ],
    ],
    [
      'spread',
      withArgs('PodTopologySpread', {
        defaultConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'Never' }],
        defaultingType: 'List',
      }),
      [
        'profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
      ],
    ],
    [
      'extenders',
      { extenders: [{}] },
      ['extenders: Forbidden: scheduler extenders are not simulated'],
    ],
  ])('is refused: %s', (_name, rest, errors) => {
    expect(errorsOf(rest)).toEqual(errors);
  });
});
