import type { Cycle, SchedulerPlugin } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import { failure, messageOf, type Status } from '../framework/status.ts';
import { scoreScratchOf } from '../snapshot/snapshot.ts';

/** The scores of one plugin over the candidates. They hold until the next attempt on the same snapshot. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  /** The plugin stood back: it adds 0 everywhere. */
  readonly skipped: boolean;
  readonly raw: Float64Array;
  readonly normalized: Float64Array;
}

export interface Scoring {
  readonly plugins: readonly PluginScores[];
  readonly totals: Float64Array;
  readonly error: Status | undefined;
}

const NO_SCORES = new Float64Array(0);

/** Scores the candidates by every plugin of the profile, and sums up by weight. */
export function scoreNodes(profile: Profile, cycle: Cycle, nodes: Int32Array): Scoring {
  const states = new Map<SchedulerPlugin, unknown>();
  const skipped = new Set<SchedulerPlugin>();
  for (const plugin of profile.points.preScore) {
    const answer = plugin.preScore?.(cycle, nodes);
    if (answer === undefined) continue;
    if (answer.kind === 'skip') skipped.add(plugin);
    else if (answer.kind === 'reject') return failed(preScoreFailure(answer.status));
    else states.set(plugin, answer.state);
  }
  const scorers = profile.points.score;
  const { snapshot } = cycle;
  const totals = scoreScratchOf(snapshot, 0, nodes.length);
  // Without any scoring plugin all nodes are equally good.
  if (scorers.length === 0) return { plugins: [], totals: totals.fill(1), error: undefined };
  const plugins: PluginScores[] = [];
  for (let index = 0; index < scorers.length; index++) {
    const plugin = scorers[index]!; // In range by the loop's bound.
    const weight = profile.weights[index] ?? 1;
    if (skipped.has(plugin)) {
      plugins.push({
        plugin: plugin.name,
        weight,
        skipped: true,
        raw: NO_SCORES,
        normalized: NO_SCORES,
      });
      continue;
    }
    const raw = scoreScratchOf(snapshot, 1 + 2 * index, nodes.length);
    scoreWith(plugin, cycle, nodes, states.get(plugin), raw);
    let normalized = raw;
    if (plugin.normalize !== undefined) {
      normalized = scoreScratchOf(snapshot, 2 + 2 * index, nodes.length);
      normalized.set(raw);
      plugin.normalize(cycle, nodes, normalized, states.get(plugin));
    }
    for (let at = 0; at < totals.length; at++) {
      const score = normalized[at]!; // As many as there are candidates.
      if (!(score >= 0 && score <= 100)) return failed(outOfRange(plugin.name, score));
      totals[at]! += score * weight;
    }
    plugins.push({ plugin: plugin.name, weight, skipped: false, raw, normalized });
  }
  return { plugins, totals, error: undefined };
}

function scoreWith(
  plugin: SchedulerPlugin,
  cycle: Cycle,
  nodes: Int32Array,
  state: unknown,
  raw: Float64Array,
): void {
  if (plugin.scoreAll !== undefined) {
    plugin.scoreAll(cycle, nodes, raw, state);
    return;
  }
  for (let at = 0; at < nodes.length; at++) {
    raw[at] = plugin.score?.(cycle, nodes[at]!, state) ?? 0; // In range by the loop's bound.
  }
}

function failed(error: Status): Scoring {
  return { plugins: [], totals: NO_SCORES, error };
}

function preScoreFailure(status: Status): Status {
  const name = JSON.stringify(status.plugin);
  return failure(status.plugin, `running PreScore plugin ${name}: ${messageOf(status)}`);
}

function outOfRange(plugin: string, score: number): Status {
  return failure(
    plugin,
    `applying score defaultWeights on Score plugins: plugin ${JSON.stringify(plugin)} returns an invalid score ${score}, it should in the range of [0, 100] after normalizing`,
  );
}
