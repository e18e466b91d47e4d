import { milliValue, value } from '../../../api/quantity/numbers.ts';
import { type Result, refusal } from '../../../base/result.ts';
import { normalizeScores } from '../plugins/normalize.ts';
import { ownList, type ScriptFunction } from './script/run.ts';
import type { ScriptFault } from './script/script-fault.ts';
import { readScript, type Script, startScript, type StepLimits } from './script/script.ts';
import { itemsOf, numberOf, textOf } from './script/values.ts';

/**
 * Functions a user's plugin may declare. One of `filter` and `score` it must:
 *
 * - `prepare(pod, nodes)` finds something out once for a Pod; the others get its answer as last argument;
 * - `filter(pod, node, prepared)` lets a node pass (undefined, null, true or ''), or gives the reason why not
 *   (a text; false for a standard one);
 * - `score(pod, node, prepared)` gives a number, within 0..100 unless there is a `normalize`;
 * - `normalize(scores, prepared)` gives all scores brought to 0..100, as a list.
 */
export const PLUGIN_FUNCTIONS = ['prepare', 'filter', 'score', 'normalize'] as const;
export type PluginFunction = (typeof PLUGIN_FUNCTIONS)[number];

/**
 * How much a plugin may do: for one node, and for one Pod in all. Steps, not seconds, so that a replay ends the
 * same way; it is about a tenth of a second at the utmost.
 */
export const STEP_LIMITS: StepLimits = { perCall: 50_000, perStart: 2_000_000 };

/** Looking at all nodes at once may take as long as all of them together. */
export const PREPARE_LIMITS: StepLimits = {
  perCall: STEP_LIMITS.perStart,
  perStart: STEP_LIMITS.perStart,
};

const quantity =
  (read: (text: string) => number): ScriptFunction =>
  (args) =>
    typeof args[0] === 'number' ? read(String(args[0])) : read(textOf(args[0]));

/** What plugins can use beside what is built in. */
const GIVEN: ReadonlyMap<string, unknown> = new Map<string, ScriptFunction>([
  /** Upstream's helper: the greatest becomes 100 and the others in proportion; turned round if asked. */
  [
    'defaultNormalizeScore',
    (args, run, line) => {
      const scores = Float64Array.from(itemsOf(args[0], run, line), numberOf);
      normalizeScores(scores, args[1] === true);
      return ownList(run, [...scores], line);
    },
  ],
  /** `milliValue("1.5")` is 1500. */
  ['milliValue', quantity(milliValue)],
  /** `quantityValue("1Ki")` is 1024. */
  ['quantityValue', quantity(value)],
]);

/** Reads a user's plugin and runs its declarations once, so that what is wrong shows at once. */
export function readPluginScript(source: string): Result<Script, ScriptFault> {
  const read = readScript(source, GIVEN, PLUGIN_FUNCTIONS);
  if (!read.ok) return read;
  const { declares } = read.value;
  if (!declares.has('filter') && !declares.has('score')) {
    return refusal({ line: 0, message: 'must declare a function "filter" or "score"' });
  }
  if (declares.has('normalize') && !declares.has('score')) {
    return refusal({ line: 0, message: '"normalize" is of no use without "score"' });
  }
  const started = startScript(read.value, STEP_LIMITS);
  if (!started.ok) return started;
  for (const name of declares) {
    if (typeof started.value.values.get(name) !== 'function') {
      return refusal({ line: 0, message: `${JSON.stringify(name)} must be a function` });
    }
  }
  return read;
}
