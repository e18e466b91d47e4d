import { type Result, refusal, success } from '../../../base/result.ts';
import { ACTION_ALL } from '../framework/cluster-event.ts';
import { type Cycle, definePlugin, reject, type SchedulerPlugin } from '../framework/plugin.ts';
import { failure, type MaybeStatus, type Status, unschedulable } from '../framework/status.ts';
import { slotsInOrder } from '../snapshot/snapshot.ts';
import { PREPARE_LIMITS, type PluginFunction, STEP_LIMITS } from './plugin-script.ts';
import { faultText, type ScriptFault } from './script/script-fault.ts';
import { callScript, type Script, type Started, startScript } from './script/script.ts';
import { nodeViewOf, type PodView, podViewOf } from './views.ts';

/** A user's plugin on one Pod's way through the extension points. */
interface PluginRun {
  readonly started: Started;
  readonly pod: PodView;
  readonly prepared: unknown;
  /** Statuses by reason, so that equal ones are one. */
  readonly refusals: Map<string, Status>;
}

interface Scores {
  readonly raw: Float64Array;
  readonly normalized: Float64Array;
  readonly indexOf: ReadonlyMap<number, number>;
}

/** With more different reasons than these the standard one is given. */
const REASONS_MAX = 100;

/**
 * A plugin that a user has written. It sees the Pod and the nodes and nothing else, keeps nothing from one Pod to
 * the next, and when it fails that Pod's cycle fails with it.
 */
export function userPlugin(name: string, script: Script): SchedulerPlugin {
  // Filter and score of one cycle share its run; it goes when the cycle does.
  const runs = new WeakMap<Cycle, PluginRun>();
  const runOf = (cycle: Cycle): Result<PluginRun, ScriptFault> => {
    const known = runs.get(cycle);
    if (known !== undefined) return success(known);
    const begun = beginRun(script, cycle);
    if (begun.ok) runs.set(cycle, begun.value);
    return begun;
  };
  return definePlugin<PluginRun, Scores>({
    name,
    // Nobody knows what it looks at.
    wakesOn: [{ resource: '*', action: ACTION_ALL }],
    ...(script.declares.has('filter') ? filtering(name, runOf) : undefined),
    ...(script.declares.has('score') ? scoring(name, runOf, script) : undefined),
  });
}

function beginRun(script: Script, cycle: Cycle): Result<PluginRun, ScriptFault> {
  const started = startScript(script, STEP_LIMITS);
  if (!started.ok) return started;
  const { snapshot, asked } = cycle;
  const pod = podViewOf(cycle.pod, asked);
  let prepared: unknown;
  if (script.declares.has('prepare')) {
    const nodes: unknown[] = [];
    for (const slot of slotsInOrder(snapshot)) nodes.push(nodeViewOf(snapshot.table, slot));
    const answer = callScript(started.value, 'prepare', [pod, nodes], PREPARE_LIMITS);
    if (!answer.ok) return answer;
    prepared = answer.value;
  }
  return success({ started: started.value, pod, prepared, refusals: new Map() });
}

type RunOf = (cycle: Cycle) => Result<PluginRun, ScriptFault>;

function filtering(
  name: string,
  runOf: RunOf,
): Pick<SchedulerPlugin<PluginRun, Scores>, 'preFilter' | 'filter'> & object {
  return {
    preFilter(cycle) {
      const run = runOf(cycle);
      return run.ok
        ? { kind: 'proceed', state: run.value }
        : reject(failure(name, faultText(run.error)));
    },
    filter(cycle, node, run) {
      const answer = callOnNode(run, 'filter', cycle, node);
      if (!answer.ok) return failure(name, answer.error);
      return statusFrom(name, run, answer.value);
    },
  };
}

/** The status that the answer of `filter` stands for. */
function statusFrom(name: string, run: PluginRun, answer: unknown): MaybeStatus {
  if (answer === undefined || answer === null || answer === true || answer === '') return undefined;
  const standard = `node(s) were refused by ${name}`;
  if (answer !== false && typeof answer !== 'string') {
    return failure(name, 'filter must give a reason, true, false or nothing');
  }
  let reason = answer === false ? standard : answer.slice(0, REASON_LENGTH_MAX);
  if (run.refusals.size >= REASONS_MAX && !run.refusals.has(reason)) reason = standard;
  let status = run.refusals.get(reason);
  if (status === undefined) {
    status = unschedulable(name, reason);
    run.refusals.set(reason, status);
  }
  return status;
}

const REASON_LENGTH_MAX = 200;

function scoring(
  name: string,
  runOf: RunOf,
  script: Script,
): Pick<SchedulerPlugin<PluginRun, Scores>, 'preScore' | 'score' | 'normalize'> & object {
  return {
    preScore(cycle, nodes) {
      const run = runOf(cycle);
      if (!run.ok) return reject(failure(name, faultText(run.error)));
      const scores = scoresOf(run.value, cycle, nodes, script.declares.has('normalize'));
      return scores.ok
        ? { kind: 'proceed', state: scores.value }
        : reject(failure(name, scores.error));
    },
    score: (_cycle, node, { raw, indexOf }) => raw[indexOf.get(node) ?? 0] ?? 0,
    ...(script.declares.has('normalize')
      ? {
          normalize: (_cycle, _nodes, scores, { normalized }) => scores.set(normalized),
        }
      : undefined),
  };
}

function scoresOf(
  run: PluginRun,
  cycle: Cycle,
  nodes: Int32Array,
  normalizes: boolean,
): Result<Scores, string> {
  const raw = new Float64Array(nodes.length);
  const indexOf = new Map<number, number>();
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!; // In range by the loop's bound.
    const answer = callOnNode(run, 'score', cycle, node);
    if (!answer.ok) return answer;
    const { value } = answer;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return refusal(`score must give a number, and gave ${typeof value} ${String(value)}`);
    }
    raw[index] = Math.floor(value);
    indexOf.set(node, index);
  }
  if (!normalizes) return success({ raw, normalized: raw, indexOf });
  const given = callScript(
    run.started,
    'normalize',
    // Scores are the script's own to change.
    [ownScores(run, raw), run.prepared],
    PREPARE_LIMITS,
  );
  if (!given.ok) return refusal(faultText(given.error));
  const { value } = given;
  if (!Array.isArray(value) || value.length !== raw.length || !value.every(Number.isFinite)) {
    return refusal(`normalize must give a list of ${raw.length} numbers`);
  }
  return success({ raw, normalized: Float64Array.from(value as number[], Math.floor), indexOf });
}

function ownScores({ started }: PluginRun, raw: Float64Array): number[] {
  const scores = [...raw];
  started.run.own.add(scores);
  return scores;
}

function callOnNode(
  { started, pod, prepared }: PluginRun,
  name: PluginFunction,
  { snapshot }: Cycle,
  node: number,
): Result<unknown, string> {
  const view = nodeViewOf(snapshot.table, node);
  const answer = callScript(started, name, [pod, view, prepared], STEP_LIMITS);
  return answer.ok ? answer : refusal(`${view.name}: ${faultText(answer.error)}`);
}
