import type { Cycle, SchedulerPlugin } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import { failure, messageOf, type Status } from '../framework/status.ts';

/** The scores of one plugin over the candidates. */
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
  const totals = new Float64Array(nodes.length);
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
    const scores = scoreWith(plugin, cycle, nodes, states.get(plugin));
    for (let at = 0; at < totals.length; at++) {
      const score = scores.normalized[at]!; // As many as there are candidates.
      if (!(score >= 0 && score <= 100)) return failed(outOfRange(plugin.name, score));
      totals[at]! += score * weight;
    }
    plugins.push({ plugin: plugin.name, weight, skipped: false, ...scores });
  }
  return { plugins, totals, error: undefined };
}

function scoreWith(
  plugin: SchedulerPlugin,
  cycle: Cycle,
  nodes: Int32Array,
  state: unknown,
): { readonly raw: Float64Array; readonly normalized: Float64Array } {
  const raw = new Float64Array(nodes.length);
  for (let at = 0; at < nodes.length; at++) {
    raw[at] = plugin.score?.(cycle, nodes[at]!, state) ?? 0; // In range by the loop's bound.
  }
  if (plugin.normalize === undefined) return { raw, normalized: raw };
  const normalized = raw.slice();
  plugin.normalize(cycle, nodes, normalized, state);
  return { raw, normalized };
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
