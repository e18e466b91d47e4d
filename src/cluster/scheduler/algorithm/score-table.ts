import type { Cycle, FilterRun, SchedulerPlugin } from '../framework/plugin.ts';
import type { Column, ScoreRecord } from '../explanation/explanations.ts';
import type { Profile } from '../framework/profile.ts';
import { failure, type MaybeStatus, messageOf, type Status } from '../framework/status.ts';

/** The scores of one plugin over the candidates, parallel to them. They hold until the next attempt on the same snapshot. */
export interface PluginScores {
  readonly plugin: string;
  readonly weight: number;
  /** The plugin stood back: it adds 0 everywhere. */
  readonly skipped: boolean;
  readonly raw: Float64Array;
  /** The same column as `raw` where the plugin does not normalise. */
  readonly normalized: Float64Array;
  /** Whether the extremes of `raw` are known: they are looked for when single scores are to be brought to their scale. */
  readonly hasExtremes: boolean;
  readonly least: number;
  readonly greatest: number;
  /** How they are told, each as long as it is true (explanation/record-attempt.ts). */
  told: Told;
}

/** What has been written down of the scores of a plugin. */
export interface Told {
  record: ScoreRecord | undefined;
  raw: Column | undefined;
  normalized: Column | undefined;
}

/**
 * The scores of a list of candidates by every plugin of a profile. It is brought up to date from one attempt to the next:
 * of most plugins only the scores of nodes that have changed are worked out, and totals change by the differences.
 */
export interface ScoreTable {
  readonly profile: Profile;
  /** Slots of the candidates. */
  nodes: Int32Array;
  /** In the order of the profile's `score`. */
  readonly plugins: readonly PluginScores[];
  readonly totals: Float64Array;
  /** The highest total, and the slots of the candidates that have it, in their order. */
  greatest: number;
  best: number[];
  /** Whether `best` was right before single candidates have changed. */
  isRanked: boolean;
  readonly rows: readonly Row[];
  /** The run of filters whose Pods `preScore` was last asked for: its answers hold for all that go through the same. */
  preScoredFor: FilterRun | undefined;
  /** The rows whose scores may differ from one of these Pods to the next. */
  moving: readonly Row[];
  /** For each plugin of the profile's `preScore` its row, or −1 where it does not score. */
  readonly rowOfPreScore: readonly number[];
  /** Whether it has been filled for these candidates. */
  isFilled: boolean;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Row extends Writable<PluginScores> {
  readonly scorer: SchedulerPlugin;
  /** What the last `preScore` gave. */
  state: unknown;
  /** The same as the scores are of. */
  scoredWith: unknown;
  /** Whether the plugin stands back this time. */
  isToSkip: boolean;
  /** What the scores are of beside the state and the nodes; see SchedulerPlugin's `scoresVersion`. */
  scoresVersion: number;
}

/** A table for a list of candidates, with nothing in it yet. */
export function createScoreTable(profile: Profile, nodes: Int32Array): ScoreTable {
  const { preScore, score } = profile.points;
  const { length } = nodes;
  const rows = score.map((scorer, index): Row => {
    const raw = new Float64Array(length);
    return {
      scorer,
      plugin: scorer.name,
      weight: profile.weights[index] ?? 1,
      skipped: true,
      raw,
      normalized: scorer.normalize === undefined ? raw : new Float64Array(length),
      told: { record: undefined, raw: undefined, normalized: undefined },
      state: undefined,
      scoredWith: undefined,
      isToSkip: false,
      scoresVersion: 0,
      hasExtremes: false,
      least: 0,
      greatest: 0,
    };
  });
  // Without any scoring plugin all nodes are equally good.
  const totals = new Float64Array(length).fill(score.length === 0 ? 1 : 0);
  const rowOfPreScore = preScore.map((plugin) => score.indexOf(plugin));
  return {
    profile,
    nodes,
    plugins: rows,
    totals,
    greatest: 0,
    best: [],
    isRanked: false,
    rows,
    preScoredFor: undefined,
    moving: rows,
    rowOfPreScore,
    isFilled: false,
  };
}

/**
 * Brings a table up to date for a Pod. `changed` says which candidates have changed since the last time, by where they stand;
 * undefined: any may have. `filters` is the run that the Pod has gone through, where it may be that of Pods that are alike.
 * A status when a plugin fails; the table then holds nothing.
 */
export function renewScores(
  table: ScoreTable,
  cycle: Cycle,
  changed: readonly number[] | undefined,
  filters: FilterRun | undefined,
): MaybeStatus {
  const known = table.isFilled ? changed : undefined;
  const isAsBefore = known !== undefined && filters !== undefined && table.preScoredFor === filters;
  const rows = isAsBefore ? table.moving : table.rows;
  table.isFilled = false;
  if (!isAsBefore) {
    table.preScoredFor = filters;
    const refused = runPreScores(table, cycle);
    if (refused !== undefined) return refused;
    table.moving = rows.filter((row) => !row.isToSkip && row.scorer.scoresIgnorePods !== true);
  }
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!; // In range by the loop's bound.
    if (row.isToSkip && row.skipped) continue;
    const problem =
      known !== undefined && isHeld(row)
        ? renewSome(table, row, cycle, known)
        : renewRow(table, row, cycle);
    if (problem !== undefined) return problem;
  }
  if (known === undefined || !table.isRanked || !rankSome(table, known)) rankAll(table);
  table.isFilled = true;
  return undefined;
}

/** Looks for the candidates with the highest total. */
function rankAll(table: ScoreTable): void {
  const { totals, nodes } = table;
  let greatest = -1;
  for (let at = 0; at < totals.length; at++) {
    const total = totals[at]!; // In range by the loop's bound.
    if (total > greatest) greatest = total;
  }
  const best: number[] = [];
  for (let at = 0; at < totals.length; at++) {
    if (totals[at] === greatest) best.push(nodes[at]!); // As many as there are totals.
  }
  table.greatest = greatest;
  table.best = best;
  table.isRanked = true;
}

/** Takes the candidates that have changed out of the best where they are no longer; false: all must be looked at. */
function rankSome({ totals, nodes, best, greatest }: ScoreTable, changed: readonly number[]) {
  for (let each = 0; each < changed.length; each++) {
    const at = changed[each]!; // In range by the loop's bound.
    const total = totals[at]!; // It is one of the candidates.
    const place = best.indexOf(nodes[at]!); // Likewise.
    if (total < greatest) {
      if (place >= 0) best.splice(place, 1);
    } else if (total > greatest || place < 0) return false;
  }
  return best.length > 0;
}

function runPreScores({ profile, rows, rowOfPreScore, nodes }: ScoreTable, cycle: Cycle) {
  const { preScore } = profile.points;
  for (let index = 0; index < preScore.length; index++) {
    const plugin = preScore[index]!; // In range by the loop's bound.
    const answer = plugin.preScore?.(cycle, nodes);
    if (answer?.kind === 'reject') return preScoreFailure(answer.status);
    const row = rows[rowOfPreScore[index]!]; // As many as there are plugins; undefined at −1.
    if (row === undefined) continue;
    row.isToSkip = answer?.kind === 'skip';
    row.state = answer?.kind === 'proceed' ? answer.state : undefined;
  }
  return undefined;
}

/** Whether the scores of nodes that have not changed are what they were. */
function isHeld({ scorer, state, scoredWith, scoresVersion, skipped, isToSkip }: Row): boolean {
  return (
    !skipped &&
    !isToSkip &&
    scorer.scoresHold === true &&
    scoredWith === state &&
    (scorer.scoresVersion === undefined || scorer.scoresVersion(state) === scoresVersion)
  );
}

/** Takes a plugin's scores out, or works out all of them. */
function renewRow(table: ScoreTable, row: Row, cycle: Cycle): MaybeStatus {
  return row.isToSkip ? skip(table, row) : renewAll(table, row, cycle, table.nodes);
}

function skip(table: ScoreTable, row: Row): MaybeStatus {
  const problem = takeNormalized(table, row, spare(row.raw.length));
  row.raw.fill(0);
  rawChanged(row);
  row.skipped = true;
  return problem;
}

function renewAll(table: ScoreTable, row: Row, cycle: Cycle, nodes: Int32Array): MaybeStatus {
  const { scorer, state } = row;
  row.skipped = false;
  row.scoredWith = state;
  row.scoresVersion = scorer.scoresVersion?.(state) ?? 0;
  const fresh = spare(nodes.length);
  if (scorer.scoreAll !== undefined) scorer.scoreAll(cycle, nodes, fresh, state);
  else {
    for (let at = 0; at < nodes.length; at++) {
      fresh[at] = scorer.score?.(cycle, nodes[at]!, state) ?? 0; // In range by the loop's bound.
    }
  }
  if (scorer.normalize === undefined) return takeNormalized(table, row, fresh);
  row.raw.set(fresh);
  rawChanged(row);
  return normalizeAll(table, row, cycle);
}

/** Works out the scores of the nodes that have changed. */
function renewSome(
  table: ScoreTable,
  row: Row,
  cycle: Cycle,
  changed: readonly number[],
): MaybeStatus {
  const { scorer, state, raw } = row;
  const { nodes } = table;
  let isChanged = false;
  let isOffScale = false;
  for (let each = 0; each < changed.length; each++) {
    const at = changed[each]!; // In range by the loop's bound.
    const score = scorer.score?.(cycle, nodes[at]!, state) ?? 0; // It is one of the candidates.
    if (score === raw[at]) continue;
    if (scorer.normalize === undefined) {
      const problem = takeOne(table, row, at, score);
      if (problem !== undefined) return problem;
      continue;
    }
    if (scorer.scaled !== undefined && !row.hasExtremes) findExtremes(row);
    raw[at] = score;
    isChanged = true;
    if (score < row.least || score > row.greatest) isOffScale = true;
  }
  if (!isChanged) return undefined;
  rawChanged(row);
  // While some candidates still have the extreme scores, the others stay where they are on the scale.
  const isScaleKept =
    scorer.scaled !== undefined &&
    !isOffScale &&
    raw.includes(row.least) &&
    raw.includes(row.greatest);
  return isScaleKept ? takeScaled(table, row, changed) : normalizeAll(table, row, cycle);
}

/** Brings the scores of the nodes that have changed to the scale of all. */
function takeScaled(table: ScoreTable, row: Row, changed: readonly number[]): MaybeStatus {
  const { scorer, raw, least, greatest } = row;
  for (let each = 0; each < changed.length; each++) {
    const at = changed[each]!; // In range by the loop's bound.
    const score = scorer.scaled?.(raw[at]!, least, greatest) ?? 0; // It is one of the candidates.
    const problem = takeOne(table, row, at, score);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function normalizeAll(table: ScoreTable, row: Row, cycle: Cycle): MaybeStatus {
  const fresh = spare(row.raw.length);
  fresh.set(row.raw);
  row.scorer.normalize?.(cycle, table.nodes, fresh, row.state);
  row.hasExtremes = false;
  return takeNormalized(table, row, fresh);
}

function findExtremes(row: Row): void {
  const { raw } = row;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < raw.length; at++) {
    const score = raw[at]!; // In range by the loop's bound.
    if (score < least) least = score;
    if (score > greatest) greatest = score;
  }
  row.least = least;
  row.greatest = greatest;
  row.hasExtremes = true;
}

/** Takes a candidate's score by a plugin into the totals. */
function takeOne(table: ScoreTable, row: Row, at: number, score: number): MaybeStatus {
  if (!(score >= 0 && score <= 100)) return outOfRange(row.plugin, score);
  const before = row.normalized[at]!; // It is one of the candidates.
  if (score === before) return undefined;
  row.normalized[at] = score;
  table.totals[at]! += (score - before) * row.weight;
  row.told.normalized = undefined;
  row.told.record = undefined;
  return undefined;
}

/** Takes the scores of all candidates by a plugin into the totals. */
function takeNormalized(table: ScoreTable, row: Row, fresh: Float64Array): MaybeStatus {
  const { totals } = table;
  const { normalized, weight } = row;
  for (let at = 0; at < normalized.length; at++) {
    const score = fresh[at]!; // As many as there are candidates.
    const before = normalized[at]!; // Likewise.
    if (score === before) continue;
    if (!(score >= 0 && score <= 100)) return outOfRange(row.plugin, score);
    normalized[at] = score;
    totals[at]! += (score - before) * weight;
    table.isRanked = false;
  }
  row.told.normalized = undefined;
  row.told.record = undefined;
  return undefined;
}

function rawChanged({ told }: Row): void {
  told.raw = undefined;
  told.record = undefined;
}

/** Zeros to work with, until the next are asked for: typed arrays are dear to make. */
function spare(length: number): Float64Array {
  if (room.length === length) return room.fill(0);
  room = new Float64Array(length);
  return room;
}

let room = new Float64Array(0);

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
