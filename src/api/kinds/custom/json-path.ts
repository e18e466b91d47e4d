import { findJsonPath } from '../../jsonpath/evaluate.ts';
import { parseJsonPath } from '../../jsonpath/parse.ts';
import type { JsonValue } from '../../generated/types.ts';

const finders = new Map<string, (object: unknown) => JsonValue | undefined>();

/** Reads the first value at a simple JSONPath such as `.spec.replicas`; undefined where there is none. */
export function valueAtPath(path: string): (object: unknown) => JsonValue | undefined {
  let finder = finders.get(path);
  if (finder === undefined) {
    const template = parseJsonPath(`{${path}}`);
    finder = template.ok
      ? (object) => {
          // What is stored is JSON.
          const found = findJsonPath(template.value, object as JsonValue, {
            allowMissingKeys: true,
          });
          // A template without arithmetic finds only what the document has.
          return found.ok ? (found.value[0]?.[0] as JsonValue | undefined) : undefined;
        }
      : () => undefined;
    if (finders.size > 5000) finders.clear();
    finders.set(path, finder);
  }
  return finder;
}

/** The names that lead to a field, for paths of names only: `.spec.replicas` and `['a']` forms; undefined for others. */
export function namesOfPath(path: string): readonly string[] | undefined {
  const names: string[] = [];
  let rest = path;
  while (rest !== '') {
    const match = /^\.([A-Za-z_][\w-]*)|^\['([^']+)'\]/.exec(rest);
    if (match === null) return undefined;
    names.push(match[1] ?? match[2] ?? '');
    rest = rest.slice(match[0].length);
  }
  return names;
}
