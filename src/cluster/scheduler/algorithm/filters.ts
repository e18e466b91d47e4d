import type { Cycle, FilterRun, SchedulerPlugin } from '../framework/plugin.ts';
import type { Profile } from '../framework/profile.ts';
import { failure, type MaybeStatus, type Status, unresolvable } from '../framework/status.ts';
import { TRAIT_NOMINATED } from '../snapshot/node-table.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import { countOnNode } from '../snapshot/snapshot.ts';

/** What the `preFilter` plugins said of a Pod. */
export interface PreFiltered {
  readonly filters: FilterRun;
  /** The only nodes that are still considered; undefined: all. */
  readonly nodeNames: ReadonlySet<string> | undefined;
  /** Plugins that have narrowed the nodes down. */
  readonly narrowing: readonly string[];
  /** The Pod fits nowhere, for this reason. */
  readonly rejection: MaybeStatus;
}

/** Runs `preFilter` of every plugin, until one rules out every node. */
export function runPreFilters(profile: Profile, cycle: Cycle): PreFiltered {
  const { preFilter } = profile.points;
  const said: number[] = [];
  const states: unknown[] = [];
  let narrowing = NO_NAMES;
  let nodeNames: ReadonlySet<string> | undefined;
  let rejection: MaybeStatus;
  for (let index = 0; index < preFilter.length; index++) {
    const plugin = preFilter[index]!; // In range by the loop's bound.
    const answer = rejection === undefined ? plugin.preFilter?.(cycle) : undefined;
    said[index] = answer === undefined ? NOT_ASKED : answer.kind === 'skip' ? SKIPPED : TAKES_PART;
    if (answer === undefined || answer.kind === 'skip') continue;
    if (answer.kind === 'reject') {
      rejection = answer.status;
      continue;
    }
    states[index] = answer.state;
    if (answer.nodeNames === undefined) continue;
    narrowing = [...narrowing, plugin.name];
    nodeNames = intersect(nodeNames, answer.nodeNames);
    if (nodeNames.size === 0) rejection = unresolvable('', noNodeLeft(narrowing));
  }
  const { plugins, statesAt, asked } = choiceOf(profile, said);
  const ofPlugins: unknown[] = [];
  for (let index = 0; index < statesAt.length; index++) ofPlugins.push(states[statesAt[index]!]); // In range.
  const filters = { plugins, states: ofPlugins, asked };
  if (narrowing.length > 0) narrowing = narrowing.toSorted();
  return { filters, nodeNames, narrowing, rejection };
}

const NO_NAMES: readonly string[] = Object.freeze([]);

/** What came of asking a plugin's `preFilter`. */
const NOT_ASKED = 0;
const SKIPPED = 1;
const TAKES_PART = 2;

/** The filters that take part, by what was said before: one choice for nearly all Pods. A memo only. */
interface Choice {
  readonly plugins: readonly SchedulerPlugin[];
  /** Where each filter's state stands in the order of `preFilter`; −1: nowhere. */
  readonly statesAt: readonly number[];
  readonly asked: ReadonlySet<string>;
}

const choicesOf = new WeakMap<Profile, Map<string, Choice>>();
const CHOICES_MAX = 256;

function choiceOf(profile: Profile, said: readonly number[]): Choice {
  let bySaid = choicesOf.get(profile);
  if (bySaid === undefined) {
    bySaid = new Map();
    choicesOf.set(profile, bySaid);
  }
  const key = said.join('');
  let choice = bySaid.get(key);
  if (choice === undefined) {
    if (bySaid.size > CHOICES_MAX) bySaid.clear();
    const { preFilter, filter } = profile.points;
    const plugins = filter.filter((plugin) => said[preFilter.indexOf(plugin)] !== SKIPPED);
    choice = {
      plugins,
      statesAt: plugins.map((plugin) => preFilter.indexOf(plugin)),
      asked: new Set(preFilter.filter((_, at) => said[at] !== NOT_ASKED).map(({ name }) => name)),
    };
    bySaid.set(key, choice);
  }
  return choice;
}

/** The first filter's no to a node, or undefined when all let it pass. */
export function runFilters(cycle: Cycle, filters: FilterRun, node: number): MaybeStatus {
  const { plugins, states } = filters;
  for (let index = 0; index < plugins.length; index++) {
    const plugin = plugins[index]!; // In range by the loop's bound.
    const state = states[index];
    if (state === undefined && plugin.preFilter !== undefined && !filters.asked.has(plugin.name)) {
      return missingState(plugin.name);
    }
    const status = plugin.filter?.(cycle, node, state);
    if (status !== undefined) return status;
  }
  return undefined;
}

/**
 * The same where Pods of no lower priority are nominated for the node: it must fit with them there, as they
 * will come, and without them, as they may not (its affinity may count on them).
 */
export function runFiltersWithNominated(
  cycle: Cycle,
  filters: FilterRun,
  node: number,
): MaybeStatus {
  const { snapshot } = cycle;
  if (((snapshot.table.traits[node] as number) & TRAIT_NOMINATED) === 0) {
    return runFilters(cycle, filters, node);
  }
  const guests = nominatedGuests(cycle, node);
  if (guests.length === 0) return runFilters(cycle, filters, node);
  for (const guest of guests) countOnNode(snapshot, node, guest, 1);
  const crowded = runFilters(cycle, filters, node);
  for (const guest of guests) countOnNode(snapshot, node, guest, -1);
  return crowded ?? runFilters(cycle, filters, node);
}

/** Waiting Pods of no lower priority that preemption makes room for on the node. */
export function nominatedGuests({ snapshot, pod }: Cycle, node: number): readonly PodInfo[] {
  const nominated = snapshot.nominated.get(snapshot.table.names[node] as string);
  if (nominated === undefined) return [];
  return [...nominated.values()].filter(
    (each) => each.priority >= pod.priority && each.uid !== pod.uid,
  );
}

function intersect(
  before: ReadonlySet<string> | undefined,
  names: ReadonlySet<string>,
): ReadonlySet<string> {
  return before === undefined ? names : new Set([...before].filter((each) => names.has(each)));
}

function noNodeLeft(plugins: readonly string[]): string {
  return plugins.length === 1
    ? `node(s) didn't satisfy plugin ${plugins[0]}`
    : `node(s) didn't satisfy plugin(s) [${plugins.join(' ')}] simultaneously`;
}

/** A profile may switch off a plugin's `preFilter` alone; its filter then has nothing to go by. */
function missingState(name: string): Status {
  return failure(name, `reading "PreFilter${name}" from cycleState: not found`);
}
