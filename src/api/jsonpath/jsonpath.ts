import { type Result, refusal, success } from '../../base/result.ts';
import type { JsonValue } from '../generated/types.ts';
import { findJsonPath, type JsonPathOptions, type JsonPathResults } from './evaluate.ts';
import type { JsonPathTemplate } from './nodes.ts';
import { isMarkedFloat, numberOf, printValue } from './values.ts';

/** What `-o jsonpath=…` prints for a document: the values of each step, parted by spaces. */
export function renderJsonPath(
  template: JsonPathTemplate,
  document: JsonValue,
  options: JsonPathOptions,
): Result<string, string> {
  const found = findJsonPath(template, document, options);
  if (!found.ok) return found;
  return success(found.value.map((each) => each.map(printValue).join(' ')).join(''));
}

/** What `-o jsonpath-as-json=…` prints: the values of each step as one indented JSON list. */
export function renderJsonPathAsJson(
  template: JsonPathTemplate,
  document: JsonValue,
  options: JsonPathOptions,
): Result<string, string> {
  const found = findJsonPath(template, document, options);
  if (!found.ok) return found;
  return success(found.value.map((each) => `${indented(each)}\n`).join(''));
}

/**
 * The forms in which `--sort-by`, `-o custom-columns` and `kubectl wait` take a path (`name`, `.name`, `{.name}`),
 * as a template.
 */
export function relaxedJsonPath(text: string): Result<string, string> {
  if (text === '') return success('');
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  const path = match?.[1] ?? match?.[2];
  if (path === undefined) {
    return refusal(
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    );
  }
  return success(`{.${path}}`);
}

function indented(values: JsonPathResults): string {
  const plain = values.map((each) => (isMarkedFloat(each) ? numberOf(each) : (each ?? null)));
  return JSON.stringify(plain, sortKeys, 4).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const sorted: Record<string, unknown> = Object.create(null);
  for (const [key, each] of entries) sorted[key] = each;
  return sorted;
}
