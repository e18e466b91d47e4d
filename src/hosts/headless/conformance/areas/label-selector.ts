import type { Result } from '../../../../base/result.ts';
import type { LabelSelector } from '../../../../api/generated/types.ts';
import {
  escapeFieldValue,
  formatFieldSelector,
  matchesFields,
  parseFieldSelector,
  splitFieldTerms,
  unescapeFieldValue,
} from '../../../../api/selectors/field-selector.ts';
import { parseLabelSelector } from '../../../../api/selectors/label-parser.ts';
import {
  formatRequirements,
  type LabelOperator,
  type Labels,
  labelRequirement,
  matchesRequirements,
} from '../../../../api/selectors/label-requirement.ts';
import {
  formatLabelSelector,
  labelMapMatcher,
  labelSelectorAsMap,
  labelSelectorMatches,
  labelSelectorRequirements,
  parseToLabelSelector,
} from '../../../../api/selectors/label-selector.ts';
import { type CaseResult, type ConformanceArea, expectEqual, skipped } from '../area.ts';

/** The inputs of every op; which are present depends on the op (see the vectors' README). */
interface SelectorCase {
  readonly op: string;
  readonly kind: 'label' | 'field';
  readonly input: string;
  readonly selector: string;
  readonly labels?: Labels | null;
  readonly fields: Labels;
  readonly labelSelector: LabelSelector | null;
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
  readonly error?: string | null;
  readonly canonical?: string;
  readonly empty?: boolean;
  readonly nothing?: boolean;
  readonly requirements?: unknown;
  readonly matches?: boolean;
  readonly output?: string;
  readonly terms?: readonly string[];
}

export const labelSelector: ConformanceArea = {
  name: 'label-selector',
  run: (testCase) => runCase(testCase as unknown as SelectorCase),
};

function runCase(testCase: SelectorCase): CaseResult {
  const { op, input, matches, labels, output } = testCase;
  const selector = testCase.labelSelector;
  switch (op) {
    case 'parse':
      return testCase.kind === 'label' ? runParseLabels(testCase) : runParseFields(testCase);
    case 'match':
      return expectEqual(matches, runMatch(testCase));
    case 'requirement': {
      const made = labelRequirement(testCase.key, testCase.operator, testCase.values);
      return expectEqual(testCase.error, made.ok ? null : made.error);
    }
    case 'fromMap': {
      const wanted = testCase.labels ?? {};
      const text = labelSelectorRequirements({ matchLabels: wanted });
      if (labelMapMatcher(wanted)(wanted) !== true) return expectEqual(true, false, 'self match');
      return expectResult(
        testCase,
        testCase.canonical,
        text.ok ? { ok: true, value: formatRequirements(text.value) } : text,
      );
    }
    case 'labelSelector':
      return runLabelSelector(testCase);
    case 'labelSelectorMatch':
      return expectEqual(matches, labelSelectorMatches(selector, labels ?? undefined));
    case 'labelSelectorAsMap':
      return expectResult(testCase, labels, labelSelectorAsMap(selector));
    case 'parseToLabelSelector':
      return expectResult(testCase, selector, parseToLabelSelector(input));
    case 'formatLabelSelector':
      return expectEqual(output, formatLabelSelector(selector));
    case 'splitTerms':
      return expectEqual(testCase.terms, splitFieldTerms(input));
    case 'escapeValue':
      return expectEqual(output, escapeFieldValue(input));
    case 'unescapeValue':
      return expectResult(testCase, output, unescapeFieldValue(input));
    default:
      return skipped(`no counterpart for op ${op}`);
  }
}

function expectResult<T>(
  testCase: SelectorCase,
  wanted: unknown,
  came: Result<T, string>,
): CaseResult {
  if (testCase.error !== undefined) {
    return expectEqual(testCase.error, came.ok ? came.value : came.error, 'error');
  }
  return expectEqual(wanted, came.ok ? came.value : { error: came.error });
}

function runParseLabels(testCase: SelectorCase): CaseResult {
  const parsed = parseLabelSelector(testCase.input);
  const { canonical, empty, requirements } = testCase;
  return expectResult(
    testCase,
    { canonical, empty, requirements },
    parsed.ok
      ? {
          ok: true,
          value: {
            canonical: formatRequirements(parsed.value),
            empty: parsed.value.length === 0,
            requirements: parsed.value,
          },
        }
      : parsed,
  );
}

function runParseFields(testCase: SelectorCase): CaseResult {
  const parsed = parseFieldSelector(testCase.input);
  const { canonical, empty, requirements } = testCase;
  return expectResult(
    testCase,
    { canonical, empty, requirements },
    parsed.ok
      ? {
          ok: true,
          value: {
            canonical: formatFieldSelector(parsed.value),
            empty: parsed.value.length === 0,
            requirements: parsed.value,
          },
        }
      : parsed,
  );
}

function runMatch({ kind, selector, labels, fields }: SelectorCase): unknown {
  if (kind === 'label') {
    const parsed = parseLabelSelector(selector);
    return parsed.ok ? matchesRequirements(parsed.value, labels ?? undefined) : parsed;
  }
  const parsed = parseFieldSelector(selector);
  return parsed.ok ? matchesFields(parsed.value, (field) => fields[field]) : parsed;
}

function runLabelSelector(testCase: SelectorCase): CaseResult {
  const { canonical, empty, nothing, labelSelector: selector } = testCase;
  if (selector === null) {
    const came = { canonical: '', empty: false, nothing: !labelSelectorMatches(null, {}) };
    return expectEqual({ canonical, empty, nothing }, came);
  }
  const requirements = labelSelectorRequirements(selector);
  return expectResult(
    testCase,
    { canonical, empty, nothing },
    requirements.ok
      ? {
          ok: true,
          value: {
            canonical: formatRequirements(requirements.value),
            empty: requirements.value.length === 0,
            nothing: false,
          },
        }
      : requirements,
  );
}
