import type { Pod } from '../../../../api/generated/types.ts';
import { type Attempt, attemptPod } from '../../../../cluster/scheduler/algorithm/schedule-pod.ts';
import { findFeasibleNodes } from '../../../../cluster/scheduler/algorithm/find-nodes.ts';
import { runPreFilters } from '../../../../cluster/scheduler/algorithm/filters.ts';
import { statusAt } from '../../../../cluster/scheduler/algorithm/verdict-book.ts';
import type { SchedulerConfiguration } from '../../../../cluster/scheduler/configuration/configuration.ts';
import { buildProfile, type Profile } from '../../../../cluster/scheduler/framework/profile.ts';
import { pluginRegistry } from '../../../../cluster/scheduler/plugins/index.ts';
import { bestCandidates } from '../../../../cluster/scheduler/preemption/choose-candidate.ts';
import { podInfoOf } from '../../../../cluster/scheduler/snapshot/pod-info.ts';
import { namesInOrder, type Snapshot } from '../../../../cluster/scheduler/snapshot/snapshot.ts';
import { allOf, type CaseResult, expectEqual, failed, passed } from '../area.ts';
import { cycleOf, type SchedulerVector, snapshotOf } from './scheduler-cluster.ts';
import { compareStatus } from './scheduler-plugins.ts';
import { messageToday, reasonToday } from './scheduler-reasons.ts';

interface NodeScore {
  readonly node: string;
  readonly score: number;
}

interface Expected {
  readonly preEnqueue?: { code: string; plugin: string; reasons: string[] };
  readonly preFilter?: { code: string; plugin?: string; reasons: string[] };
  readonly filter?: readonly { node: string; code: string; plugin?: string; reasons: string[] }[];
  readonly feasible: readonly string[];
  readonly onlyNominatedNode?: boolean;
  readonly scores?: readonly {
    plugin: string;
    weight: number;
    skipped?: boolean;
    raw?: NodeScore[];
    normalized?: NodeScore[];
  }[];
  readonly totals?: readonly NodeScore[];
  readonly nodeAnyOf: readonly string[];
  readonly message?: string;
  readonly unschedulablePlugins?: readonly string[];
  readonly preemption?: {
    status: { code: string; reasons: string[] };
    candidates: readonly { node: string; victims: string[]; numPDBViolations: number }[];
    nominatedNodeAnyOf: readonly string[];
    clearedNominations?: readonly string[];
    clearsOwnNomination?: boolean;
  };
}

const profiles = new Map<string, Profile>();

/** Runs a vector that asks the whole scheduling cycle. */
export function runScheduleVector(vector: SchedulerVector): CaseResult {
  const { config } = vector as unknown as { config: SchedulerConfiguration | null };
  const expected = vector.expected as unknown as Expected;
  const profile = profileFor(config);
  const pod = podInfoOf(vector.pod as Pod); // Every such vector has a Pod.
  for (const plugin of profile.points.preEnqueue) {
    const status = plugin.preEnqueue?.(pod.pod);
    if (status === undefined) continue;
    if (expected.preEnqueue === undefined) return failed(`gated: ${status.reasons.join()}`);
    return allOf(
      expectEqual(expected.preEnqueue.plugin, status.plugin),
      compareStatus(expected.preEnqueue, status, 'preEnqueue'),
    );
  }
  if (expected.preEnqueue !== undefined) return failed('expected to be gated');

  const snapshot = snapshotOf(vector);
  const attempt = attemptPod(pod, {
    profile,
    snapshot,
    percentageOfNodesToScore: 100,
    start: 0,
    drawBelow: () => 0,
  });
  return allOf(
    compareFilters(expected, vector, profile, snapshot),
    compareScores(expected, attempt, snapshot),
    compareDecision(expected, attempt, snapshot),
    comparePreemption(expected, attempt),
  );
}

function profileFor(config: SchedulerConfiguration | null): Profile {
  const key = JSON.stringify(config);
  let profile = profiles.get(key);
  if (profile === undefined) {
    profile = buildProfile(config?.profiles?.[0] ?? {}, pluginRegistry);
    profiles.set(key, profile);
  }
  return profile;
}

function compareFilters(
  expected: Expected,
  vector: SchedulerVector,
  profile: Profile,
  snapshot: Snapshot,
): CaseResult {
  const cycle = cycleOf(vector, snapshot);
  const preFiltered = runPreFilters(profile, cycle);
  if (expected.preFilter !== undefined || preFiltered.rejection !== undefined) {
    return allOf(
      expectEqual(expected.preFilter?.plugin ?? '', preFiltered.rejection?.plugin ?? '', 'plugin'),
      compareStatus(expected.preFilter ?? { code: 'Success' }, preFiltered.rejection, 'preFilter'),
    );
  }
  const found = findFeasibleNodes(cycle, preFiltered, { start: 0, wanted: vector.nodes.length });
  const names = namesInOrder(snapshot);
  for (const each of expected.filter ?? []) {
    const position = names.indexOf(each.node);
    const verdict = found.book.byPosition[position];
    const status =
      verdict === 1 ? undefined : (statusAt(found.book, position) ?? found.book.absent);
    const result = allOf(
      compareStatus(each, status, each.node),
      expectEqual(each.plugin ?? '', status?.plugin ?? '', `${each.node} plugin`),
    );
    if (result.outcome !== 'passed') return result;
  }
  const feasible = [...found.feasible].map((slot) => snapshot.table.names[slot]);
  return expectEqual([...expected.feasible].sort(), feasible.sort(), 'feasible');
}

function compareScores(expected: Expected, attempt: Attempt, snapshot: Snapshot): CaseResult {
  if (expected.scores === undefined || expected.onlyNominatedNode === true) return passed;
  const nodes = attempt.found?.feasible ?? new Int32Array(0);
  const listOf = (column: ArrayLike<number>): NodeScore[] =>
    [...nodes]
      .map((slot, index) => ({
        node: snapshot.table.names[slot] as string,
        score: column[index] as number,
      }))
      .sort((a, b) => (a.node < b.node ? -1 : 1));
  const { plugins = [], totals = new Float64Array(0) } = attempt.scoring ?? {};
  for (const [index, each] of expected.scores.entries()) {
    const got = plugins[index];
    if (got === undefined) return failed(`no scores of ${each.plugin}`);
    const result = allOf(
      expectEqual(
        { plugin: each.plugin, weight: each.weight, skipped: each.skipped ?? false },
        { plugin: got.plugin, weight: got.weight, skipped: got.skipped },
      ),
      each.raw === undefined
        ? passed
        : expectEqual(each.raw, listOf(got.raw), `${each.plugin} raw`),
      each.normalized === undefined
        ? passed
        : expectEqual(each.normalized, listOf(got.normalized), `${each.plugin} normalized`),
    );
    if (result.outcome !== 'passed') return result;
  }
  return allOf(
    expectEqual(expected.scores.length, plugins.length, 'score plugins'),
    expectEqual(expected.totals, listOf(totals), 'totals'),
  );
}

function compareDecision(expected: Expected, attempt: Attempt, snapshot: Snapshot): CaseResult {
  const best = attempt.best.map((slot) => snapshot.table.names[slot]).sort();
  const decided = expectEqual([...expected.nodeAnyOf].sort(), best, 'nodeAnyOf');
  if (decided.outcome !== 'passed' || expected.message === undefined) return decided;
  return allOf(
    expectEqual(messageToday(expected.message), attempt.failure?.message, 'message'),
    expected.unschedulablePlugins === undefined
      ? passed
      : expectEqual(
          [...expected.unschedulablePlugins].sort(),
          [...(attempt.failure?.rejectedBy ?? [])].sort(),
          'unschedulablePlugins',
        ),
  );
}

function comparePreemption(expected: Expected, attempt: Attempt): CaseResult {
  if (expected.preemption === undefined) return passed;
  const wanted = expected.preemption;
  const answer = attempt.failure?.postFilter;
  const outcome = answer?.preemption;
  const candidates = outcome?.candidates ?? [];
  const nominated = bestCandidates(candidates).map(({ nodeName }) => nodeName);
  return allOf(
    compareStatus(
      {
        code: wanted.status.code,
        reasons: wanted.status.reasons.map(messageToday).map(reasonToday),
      },
      answer?.status,
      'postFilter',
    ),
    expectEqual(
      wanted.candidates,
      candidates
        .map(({ nodeName, victims, numPDBViolations }) => ({
          node: nodeName,
          victims: victims.map(({ key }) => key),
          numPDBViolations,
        }))
        .sort((a, b) => (a.node < b.node ? -1 : 1)),
      'candidates',
    ),
    expectEqual([...wanted.nominatedNodeAnyOf].sort(), [...nominated].sort(), 'nominatedNodeAnyOf'),
    wanted.clearedNominations === undefined
      ? passed
      : expectEqual(
          [...wanted.clearedNominations].sort(),
          (outcome?.clearedNominations ?? []).map(({ key }) => key).sort(),
          'clearedNominations',
        ),
    wanted.clearsOwnNomination === undefined
      ? passed
      : expectEqual(
          wanted.clearsOwnNomination,
          answer?.nominatedNode === '',
          'clearsOwnNomination',
        ),
  );
}
