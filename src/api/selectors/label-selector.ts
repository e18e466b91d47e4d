import { sortedStrings } from '../../base/compare.ts';
import { type Result, refusal, success } from '../../base/result.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../generated/types.ts';
import { goQuote } from '../go-text.ts';
import { parseLabelSelector } from './label-parser.ts';
import {
  formatRequirements,
  type LabelOperator,
  type LabelRequirement,
  type Labels,
  labelOf,
  labelRequirement,
  matchesRequirements,
  sortRequirements,
} from './label-requirement.ts';

/**
 * The selectors inside objects (`spec.selector` of a Deployment and the like). Absent selects nothing, empty
 * selects everything.
 */

export type LabelMatcher = (labels: Labels | undefined) => boolean;

const matcherBySelector = new WeakMap<LabelSelector, LabelMatcher>();
const matcherByLabels = new WeakMap<Labels, LabelMatcher>();

const matchesNothing: LabelMatcher = () => false;
const matchesEverything: LabelMatcher = () => true;

/**
 * The test for labels that a selector stands for, made once for each selector object: objects are immutable, so
 * the object itself is the key. A selector that is not valid matches nothing.
 */
export function labelSelectorMatcher(selector: LabelSelector | null | undefined): LabelMatcher {
  if (selector === null || selector === undefined) return matchesNothing;
  const known = matcherBySelector.get(selector);
  if (known !== undefined) return known;
  const requirements = labelSelectorRequirements(selector);
  const matcher = requirements.ok ? compile(requirements.value) : matchesNothing;
  matcherBySelector.set(selector, matcher);
  return matcher;
}

/** Whether a selector selects an object with these labels. */
export function labelSelectorMatches(
  selector: LabelSelector | null | undefined,
  labels: Labels | undefined,
): boolean {
  return labelSelectorMatcher(selector)(labels);
}

/**
 * The test for a plain map of labels (`spec.selector` of a Service or ReplicationController): all of them must be
 * there with the same value. Absent and empty maps match everything, as upstream's label sets do; a caller for whom
 * they mean "no selector" asks first.
 */
export function labelMapMatcher(wanted: Labels | undefined): LabelMatcher {
  if (wanted === undefined) return matchesEverything;
  const known = matcherByLabels.get(wanted);
  if (known !== undefined) return known;
  const matcher = compileEquals(Object.keys(wanted), Object.values(wanted));
  matcherByLabels.set(wanted, matcher);
  return matcher;
}

const operators: ReadonlyMap<string, LabelOperator> = new Map<string, LabelOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/** The selector's requirements by key, or upstream's message on what is wrong with it. */
export function labelSelectorRequirements(
  selector: LabelSelector,
): Result<readonly LabelRequirement[], string> {
  const requirements: LabelRequirement[] = [];
  const { matchLabels = {}, matchExpressions = [] } = selector;
  for (const key of sortedStrings(Object.keys(matchLabels))) {
    const requirement = labelRequirement(key, '=', [labelOf(matchLabels, key) ?? '']);
    if (!requirement.ok) return requirement;
    requirements.push(requirement.value);
  }
  for (const { key, operator, values } of matchExpressions) {
    const labelOperator = operators.get(operator);
    if (labelOperator === undefined) {
      return refusal(`${goQuote(operator)} is not a valid label selector operator`);
    }
    const requirement = labelRequirement(key, labelOperator, values);
    if (!requirement.ok) return requirement;
    requirements.push(requirement.value);
  }
  return success(sortRequirements(requirements));
}

/** The selector as one line of text, as tables show it. */
export function formatLabelSelector(selector: LabelSelector | null | undefined): string {
  if (selector === null || selector === undefined) return '<none>';
  const requirements = labelSelectorRequirements(selector);
  if (!requirements.ok) return '<error>';
  const text = formatRequirements(requirements.value);
  return text === '' ? '<none>' : text;
}

/** The selector as a plain map, where it can be one; null for an absent selector. */
export function labelSelectorAsMap(
  selector: LabelSelector | null | undefined,
): Result<Labels | null, string> {
  if (selector === null || selector === undefined) return success(null);
  const labels: Record<string, string> = Object.create(null);
  Object.assign(labels, selector.matchLabels);
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const value = values[0];
    switch (operator) {
      case 'In':
        if (value === undefined || values.length !== 1) {
          const detail =
            'without a single value cannot be converted into the old label selector format';
          return refusal(`operator ${goQuote(operator)} ${detail}`);
        }
        labels[key] = value;
        break;
      case 'NotIn':
      case 'Exists':
      case 'DoesNotExist':
        return refusal(
          `operator ${goQuote(operator)} cannot be converted into the old label selector format`,
        );
      default:
        return refusal(`${goQuote(operator)} is not a selector operator`);
    }
  }
  return success(labels);
}

/** The LabelSelector object for a selector's text, where there is one. */
export function parseToLabelSelector(text: string): Result<LabelSelector, string> {
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) {
    return refusal(`couldn't parse the selector string "${text}": ${parsed.error}`);
  }
  const matchLabels: Record<string, string> = Object.create(null);
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const { key, operator, values } of parsed.value) {
    switch (operator) {
      case '=':
      case '==':
        matchLabels[key] = values[0] ?? '';
        break;
      case 'in':
      case 'notin':
        matchExpressions.push({ key, operator: operator === 'in' ? 'In' : 'NotIn', values });
        break;
      case 'exists':
      case '!':
        matchExpressions.push({ key, operator: operator === 'exists' ? 'Exists' : 'DoesNotExist' });
        break;
      case 'gt':
      case 'lt':
        return refusal(`${goQuote(operator)} isn't supported in label selectors`);
      default:
        return refusal(`${goQuote(operator)} is not a valid label selector operator`);
    }
  }
  return success({
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  });
}

function compile(requirements: readonly LabelRequirement[]): LabelMatcher {
  if (requirements.length === 0) return matchesEverything;
  if (requirements.every((each) => each.operator === '=')) {
    return compileEquals(
      requirements.map((each) => each.key),
      requirements.map((each) => each.values[0] ?? ''),
    );
  }
  return (labels) => matchesRequirements(requirements, labels);
}

function compileEquals(keys: readonly string[], values: readonly string[]): LabelMatcher {
  if (keys.length === 0) return matchesEverything;
  return (labels) => {
    if (labels === undefined) return false;
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i] as string; // In range by the loop's bound.
      // The comparison comes first because it is cheap and nearly always decides. Only a value that is found
      // equal could be inherited, and inherited properties are never texts.
      if (labels[key] !== values[i]) return false;
    }
    return true;
  };
}
