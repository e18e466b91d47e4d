import type { JsonValue, KubernetesObject } from '../../api/generated/types.ts';
import { findJsonPath } from '../../api/jsonpath/evaluate.ts';
import { relaxedJsonPath } from '../../api/jsonpath/jsonpath.ts';
import type { JsonPathTemplate } from '../../api/jsonpath/nodes.ts';
import { parseJsonPath } from '../../api/jsonpath/parse.ts';
import { printValue } from '../../api/jsonpath/values.ts';
import { kindByName } from '../../api/kinds/index.ts';
import { shownObject, storedObjects } from '../../cluster/observe.ts';
import type { World } from '../../kernel/world.ts';
import type { ObjectSelection, ValueTest } from '../../scenarios/format/scenario.ts';

/** The stored objects that a scenario speaks of: the truth, whether or not the API answers. */
export function selectObjects(
  world: World,
  selection: ObjectSelection,
): readonly KubernetesObject[] {
  const folder = folderOf(selection.kind);
  const found: KubernetesObject[] = [];
  for (const stored of storedObjects(world)) {
    if (!stored.key.startsWith(folder)) continue;
    const object = shownObject(stored) as KubernetesObject;
    if (isSelected(object, selection)) found.push(object);
  }
  return found;
}

function folderOf(kind: string): string {
  return `/registry/${kindByName(kind)?.storage ?? kind}/`;
}

function isSelected(object: KubernetesObject, selection: ObjectSelection): boolean {
  const { metadata } = object;
  if (selection.namespace !== undefined && metadata.namespace !== selection.namespace) return false;
  if (selection.name !== undefined && metadata.name !== selection.name) return false;
  for (const [label, value] of Object.entries(selection.labels)) {
    const labels = metadata.labels ?? {};
    if (!Object.hasOwn(labels, label) || labels[label] !== value) return false;
  }
  return selection.where.every(({ path, test }) => passes(valuesAt(object, path), test));
}

const templates = new Map<string, JsonPathTemplate | undefined>();

/** What a path finds, each value as kubectl prints it. Nothing for a path that cannot be read. */
export function valuesAt(object: unknown, path: string): readonly string[] {
  let template = templates.get(path);
  if (template === undefined && !templates.has(path)) {
    const relaxed = relaxedJsonPath(path);
    const parsed = relaxed.ok ? parseJsonPath(relaxed.value) : relaxed;
    template = parsed.ok ? parsed.value : undefined;
    templates.set(path, template);
  }
  if (template === undefined) return [];
  // Objects of the API are JSON.
  const found = findJsonPath(template, object as JsonValue, { allowMissingKeys: true });
  return found.ok ? found.value.flat().map(printValue) : [];
}

function passes(values: readonly string[], test: ValueTest): boolean {
  switch (test.kind) {
    case 'is':
      return test.value === '' ? values.every((each) => each === '') : values.includes(test.value);
    case 'isNot':
      return !values.includes(test.value);
    case 'in':
      return values.some((each) => test.values.includes(each));
    case 'matches':
      return values.some((each) => new RegExp(test.pattern).test(each));
    case 'range':
      return values.some((each) => {
        const number = Number(each);
        return each !== '' && number >= test.atLeast && number <= test.atMost;
      });
    case 'exists':
      return values.length > 0 === test.wanted;
  }
}
