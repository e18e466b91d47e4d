import type { Pod } from '../../../../api/generated/types.ts';
import { runPreFilters } from '../../../../cluster/scheduler/algorithm/filters.ts';
import { scoreNodes } from '../../../../cluster/scheduler/algorithm/score-nodes.ts';
import type { SchedulerPlugin, Verdicts } from '../../../../cluster/scheduler/framework/plugin.ts';
import type { Profile } from '../../../../cluster/scheduler/framework/profile.ts';
import {
  statusOf,
  type MaybeStatus,
  type Status,
  unschedulable,
} from '../../../../cluster/scheduler/framework/status.ts';
import { normalizedImageName } from '../../../../cluster/scheduler/plugins/image-locality.ts';
import { askedOf, shortages } from '../../../../cluster/scheduler/plugins/node-room.ts';
import { preFilterSpread } from '../../../../cluster/scheduler/plugins/pod-topology-spread.ts';
import { prepareSpreadScores } from '../../../../cluster/scheduler/plugins/spread-scores.ts';
import { argsOf } from '../../../../cluster/scheduler/configuration/plugin-args.ts';
import { bestCandidates } from '../../../../cluster/scheduler/preemption/choose-candidate.ts';
import {
  ineligibility,
  preempt,
  promisingPositions,
  tryNodes,
} from '../../../../cluster/scheduler/preemption/preempt.ts';
import { podInfoOf } from '../../../../cluster/scheduler/snapshot/pod-info.ts';
import { namesInOrder, type Snapshot } from '../../../../cluster/scheduler/snapshot/snapshot.ts';
import { allOf, type CaseResult, failed, passed, expectEqual, skipped } from '../area.ts';
import { cycleOf, pluginOf, type SchedulerVector, snapshotOf } from './scheduler-cluster.ts';
import { reasonToday } from './scheduler-reasons.ts';

/** Runs a vector that asks one plugin. */
export function runPluginVector(vector: SchedulerVector): CaseResult {
  switch (vector.kind) {
    case 'filter':
      return runFilter(vector);
    case 'prefilter':
      return runSpreadPreFilter(vector);
    case 'score':
      return runScore(vector);
    case 'prescore':
      return runPreScore(vector);
    case 'preempt':
    case 'preempt-dry-run':
    case 'preempt-select':
    case 'preempt-eligible':
      return runPreemption(vector);
    case 'queue-sort':
      return runQueueSort(vector);
    case 'image-name': {
      const { imageName } = vector as SchedulerVector & { imageName: string };
      return expectEqual(vector.expected, { normalizedImageName: normalizedImageName(imageName) });
    }
    default:
      return skipped(`no counterpart for kind ${vector.kind}`);
  }
}

/** A profile of a few plugins, each at every extension point it has. */
export function profileOf(...plugins: readonly SchedulerPlugin[]): Profile {
  const having = (method: keyof SchedulerPlugin) =>
    plugins.filter((each) => each[method] !== undefined);
  return {
    isRepeating: false,
    schedulerName: 'default-scheduler',
    percentageOfNodesToScore: 100,
    weights: having('score').map(() => 1),
    plugins,
    points: {
      preEnqueue: having('preEnqueue'),
      queueSort: having('less'),
      preFilter: having('preFilter'),
      filter: having('filter'),
      postFilter: having('postFilter'),
      preScore: having('preScore'),
      score: having('score'),
      reserve: having('reserve'),
      permit: having('permit'),
      preBind: having('preBind'),
      bind: having('bind'),
      postBind: having('postBind'),
    },
  };
}

interface ExpectedStatus {
  readonly code: string;
  readonly reasons?: readonly string[];
  readonly nodeNames?: readonly string[] | null;
}

function runFilter(vector: SchedulerVector): CaseResult {
  const expected = { ...vector.expected, ...vector.expectedNewer } as {
    preFilter?: ExpectedStatus;
    filter?: readonly (ExpectedStatus & { node: string })[];
    insufficientResources?: unknown[];
  };
  const snapshot = snapshotOf(vector);
  const cycle = cycleOf(vector, snapshot);
  const plugin = pluginOf(vector);
  const answer = plugin.preFilter?.(cycle);
  if (expected.preFilter !== undefined) {
    const status =
      answer?.kind === 'skip'
        ? statusOf('Skip', '')
        : answer?.kind === 'reject'
          ? answer.status
          : undefined;
    const result = compareStatus(expected.preFilter, status, 'preFilter');
    if (result.outcome !== 'passed') return result;
    const wanted = expected.preFilter.nodeNames;
    const names = answer?.kind === 'proceed' ? answer.nodeNames : undefined;
    // 1.28 narrowed the nodes down to those that local volumes name; newer releases (see the random vectors) ask
    // each node instead, with the same outcome.
    if (wanted !== undefined && wanted !== null && vector.plugin !== 'VolumeBinding') {
      const got = names === undefined ? undefined : [...names].sort();
      const compared = expectEqual([...wanted].sort(), got, 'nodeNames');
      if (compared.outcome !== 'passed') return compared;
    }
    // A runner that stops at PreFilter may leave out what Filter alone would say.
    if (expected.preFilter.code !== 'Success') return passed;
  }
  const state = answer?.kind === 'proceed' ? answer.state : undefined;
  for (const each of expected.filter ?? []) {
    const slot = snapshot.table.slotOf.get(each.node);
    if (slot === undefined) return failed(`no node ${each.node}`);
    const status = answer?.kind === 'skip' ? undefined : plugin.filter?.(cycle, slot, state);
    const result = compareStatus(each, status, each.node);
    if (result.outcome !== 'passed') return result;
  }
  return expected.insufficientResources === undefined
    ? passed
    : compareShortages(vector, snapshot, expected.insufficientResources);
}

function compareShortages(
  vector: SchedulerVector,
  snapshot: Snapshot,
  expected: readonly unknown[],
): CaseResult {
  const args = argsOf('NodeResourcesFit', vector.args ?? undefined);
  const isIgnored = (name: string) =>
    args.ignoredResources?.includes(name) === true ||
    args.ignoredResourceGroups?.includes(name.split('/')[0] ?? '') === true;
  const asked = askedOf(snapshot.table, cycleOf(vector, snapshot).asked, isIgnored);
  const slot = snapshot.table.slotOf.get(vector.nodes[0]?.metadata.name ?? '') ?? 0;
  const bySize = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).sort();
  const got = shortages(snapshot.table, slot, asked);
  return expectEqual(
    bySize(expected.map((each) => sortedKeys(each))),
    bySize(got.map((each) => sortedKeys(each))),
    'insufficientResources',
  );
}

function sortedKeys(value: unknown): unknown {
  return Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Compares code and reasons (as a set); an absent `reasons` is not judged. */
export function compareStatus(
  expected: ExpectedStatus,
  got: MaybeStatus,
  what: string,
): CaseResult {
  return allOf(
    expectEqual(expected.code, got?.code ?? 'Success', what),
    expected.reasons === undefined
      ? passed
      : expectEqual(
          expected.reasons.map(reasonToday).sort(),
          [...(got?.reasons ?? [])].map(reasonToday).sort(),
          `${what} reasons`,
        ),
  );
}

function runSpreadPreFilter(vector: SchedulerVector): CaseResult {
  const snapshot = snapshotOf(vector);
  const args = argsOf('PodTopologySpread', vector.args ?? undefined);
  const answer = preFilterSpread(cycleOf(vector, snapshot), args);
  const expected = vector.expected as {
    preFilter?: ExpectedStatus;
    matchNum?: readonly { topologyKey: string; topologyValue: string; count: number }[];
  };
  const code = answer.kind === 'skip' ? 'Skip' : 'Success';
  const compared =
    expected.preFilter === undefined ? passed : expectEqual(expected.preFilter.code, code, 'code');
  if (compared.outcome !== 'passed' || expected.matchNum === undefined) return compared;
  const got: string[] = [];
  for (const { counts } of answer.kind === 'proceed' ? answer.state : []) {
    counts.topology.values.forEach((value, domain) => {
      if (counts.nodesIn[domain] === 0) return;
      got.push(`${counts.topology.key}=${value}:${counts.byDomain[domain]}`);
    });
  }
  const wanted = expected.matchNum.map(
    (each) => `${each.topologyKey}=${each.topologyValue}:${each.count}`,
  );
  return expectEqual(wanted.sort(), [...new Set(got)].sort(), 'matchNum');
}

function candidateSlots(vector: SchedulerVector, snapshot: Snapshot): Int32Array {
  const { candidateNodes } = vector as { candidateNodes?: readonly string[] };
  const names = candidateNodes ?? vector.nodes.map((node) => node.metadata.name ?? '');
  return Int32Array.from(names.map((name) => snapshot.table.slotOf.get(name) ?? -1));
}

function runScore(vector: SchedulerVector): CaseResult {
  const expected = { ...vector.expected, ...vector.expectedNewer } as {
    normalized?: boolean;
    preScore?: ExpectedStatus;
    scores?: readonly { node: string; score: number }[];
  };
  const snapshot = snapshotOf(vector);
  const nodes = candidateSlots(vector, snapshot);
  const { plugins, error } = scoreNodes(
    profileOf(pluginOf(vector)),
    cycleOf(vector, snapshot),
    nodes,
  );
  if (error !== undefined) return failed(error.reasons.join());
  const scores = plugins[0];
  if (expected.preScore !== undefined) {
    return expectEqual(expected.preScore.code, scores?.skipped === true ? 'Skip' : 'Success');
  }
  const column = expected.normalized === false ? scores?.raw : scores?.normalized;
  const got = (expected.scores ?? []).map(({ node }) => ({
    node,
    score: column?.[nodes.indexOf(snapshot.table.slotOf.get(node) ?? -2)] ?? 0,
  }));
  return expectEqual(expected.scores, got);
}

function runPreScore(vector: SchedulerVector): CaseResult {
  const expected = vector.expected as {
    preScore: ExpectedStatus & { reasonsContain?: readonly string[] };
    ignoredNodes?: readonly string[];
    topologyNormalizingWeights?: readonly number[];
  };
  const snapshot = snapshotOf(vector);
  const cycle = cycleOf(vector, snapshot);
  const nodes = candidateSlots(vector, snapshot);
  const answer = pluginOf(vector).preScore?.(cycle, nodes);
  const status = answer?.kind === 'reject' ? answer.status : undefined;
  const code = status?.code ?? (answer?.kind === 'skip' ? 'Skip' : 'Success');
  const text = status?.reasons.join() ?? '';
  const missing = expected.preScore.reasonsContain?.find((each) => !text.includes(each));
  if (missing !== undefined) return failed(`expected ${missing} in ${text}`);
  const compared = expectEqual(expected.preScore.code, code, 'code');
  if (compared.outcome !== 'passed' || expected.topologyNormalizingWeights === undefined) {
    return compared;
  }
  const args = argsOf('PodTopologySpread', vector.args ?? undefined);
  const scores = prepareSpreadScores(cycle, nodes, args);
  return allOf(
    expectEqual(
      [...(expected.ignoredNodes ?? [])].sort(),
      [...(scores?.ignored ?? [])].map((slot) => snapshot.table.names[slot]).sort(),
      'ignoredNodes',
    ),
    expectEqual(
      expected.topologyNormalizingWeights,
      scores?.constraints.map(({ weight }) => Math.round(weight * 1e9) / 1e9),
      'weights',
    ),
  );
}

function runQueueSort(vector: SchedulerVector): CaseResult {
  const { queued } = vector as unknown as {
    queued: readonly { pod: Pod; queuedAt: string | null }[];
  };
  const [first, second] = queued.map(({ pod, queuedAt }) => ({
    pod: podInfoOf(pod),
    since: queuedAt === null ? 0 : Date.parse(queuedAt),
  }));
  if (first === undefined || second === undefined) return failed('two Pods are needed');
  const firstGoesAhead = pluginOf(vector).less?.(first, second);
  return expectEqual(vector.expected, { firstGoesAhead });
}

interface PreemptionExpected {
  readonly status?: ExpectedStatus;
  readonly nominatedNode?: string;
  readonly victims?: readonly string[];
  readonly candidates?: readonly {
    node: string;
    victims: readonly string[];
    numPDBViolations: number;
  }[];
  readonly nominatedNodeAnyOf?: readonly string[];
  readonly eligible?: boolean;
}

function runPreemption(vector: SchedulerVector): CaseResult {
  const expected = vector.expected as PreemptionExpected;
  const extra = vector as unknown as {
    filterPlugins?: readonly string[];
    filteredNodes?: readonly { node: string; code: Status['code'] }[];
    nominatedNodeStatus?: { code: Status['code'] };
  };
  const snapshot = snapshotOf(vector);
  const cycle = cycleOf(vector, snapshot);
  const args = argsOf('DefaultPreemption', vector.args ?? undefined);
  const profile = profileOf(...(extra.filterPlugins ?? []).map((name) => pluginOf(vector, name)));
  const { filters } = runPreFilters(profile, cycle);
  const verdicts = verdictsOf(
    snapshot,
    extra.filteredNodes ?? [],
    extra.nominatedNodeStatus,
    cycle.pod.pod,
  );
  if (vector.kind === 'preempt-eligible') {
    return expectEqual(expected, { eligible: ineligibility(cycle, verdicts) === undefined });
  }
  const attempt = { cycle, filters, verdicts, drawBelow: () => 0 };
  const positions = promisingPositions(verdicts, vector.nodes.length);
  if (vector.kind === 'preempt') return comparePreemption(expected, preempt(attempt, args));
  const { candidates } = tryNodes(attempt, positions, args);
  if (vector.kind === 'preempt-select') {
    const chosen = bestCandidates(candidates).map(({ nodeName }) => nodeName);
    const wanted = expected.nominatedNodeAnyOf ?? [];
    return chosen.length > 0 && chosen.every((name) => wanted.includes(name))
      ? passed
      : failed(`expected one of ${wanted.join()}, got ${chosen.join()}`);
  }
  const byNode = <T extends { node: string }>(list: readonly T[]) =>
    [...list].sort((a, b) => (a.node < b.node ? -1 : 1));
  return expectEqual(
    byNode(expected.candidates ?? []).map((each) => ({
      ...each,
      victims: [...each.victims].sort(),
    })),
    byNode(
      candidates.map(({ nodeName, victims, numPDBViolations }) => ({
        node: nodeName,
        victims: victims.map(({ name }) => name).sort(),
        numPDBViolations,
      })),
    ),
  );
}

function comparePreemption(
  expected: PreemptionExpected,
  answer: ReturnType<typeof preempt>,
): CaseResult {
  const chosen = answer.preemption?.chosen;
  return allOf(
    expected.status === undefined
      ? passed
      : compareStatus(expected.status, answer.status, 'status'),
    expectEqual(expected.nominatedNode ?? '', chosen?.nodeName ?? '', 'nominatedNode'),
    expected.victims === undefined
      ? passed
      : expectEqual(
          [...expected.victims].sort(),
          (chosen?.victims ?? []).map(({ name }) => name).sort(),
          'victims',
        ),
  );
}

/** The statuses that filtering gave; nodes that are not listed count as Unschedulable. */
function verdictsOf(
  snapshot: Snapshot,
  given: readonly { node: string; code: Status['code'] }[],
  nominatedStatus: { code: Status['code'] } | undefined,
  pod: Pod,
): Verdicts {
  const names = namesInOrder(snapshot);
  const byPosition = new Uint16Array(names.length);
  const statuses: Status[] = [unschedulable('', '')];
  byPosition.fill(2);
  const all = [...given];
  if (nominatedStatus !== undefined && pod.status?.nominatedNodeName !== undefined) {
    all.push({ node: pod.status.nominatedNodeName, code: nominatedStatus.code });
  }
  for (const { node, code } of all) {
    const position = names.indexOf(node);
    if (position < 0) continue;
    statuses.push(statusOf(code, ''));
    byPosition[position] = 1 + statuses.length;
  }
  return { byPosition, statuses, absent: undefined };
}
