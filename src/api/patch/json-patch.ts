import type { Result } from '../../base/result.ts';
import {
  equalJson,
  isList,
  isObject,
  ownValue,
  setOwn,
  type JsonList,
  type JsonObject,
} from './json.ts';
import { attempt, refusePatch, type PatchProblem } from './problem.ts';

/**
 * JSON patches, RFC 6902, with the messages and the leniences of the library that the API server uses: a replace or a
 * copy of an absent field of an object works, and negative indexes count from the end of a list.
 */

/** The server refuses longer patches: `The allowed maximum operations in a JSON patch is 10000, got N`. */
export const jsonPatchOperationsMax = 10_000;

/** What the operations, done in order, make of a document; unchanged parts are shared with it. */
export function applyJsonPatch(document: unknown, patch: unknown): Result<unknown, PatchProblem> {
  return attempt(() => {
    if (!isList(patch)) {
      return refusePatch(
        `json: cannot unmarshal ${jsonTypeName(patch)} into Go value of type jsonpatch.Patch`,
      );
    }
    return patch.reduce(
      (changed: unknown, operation) => applyOperation(changed, operation),
      document,
    );
  });
}

function applyOperation(document: unknown, operation: unknown): unknown {
  if (!isObject(operation)) {
    return refusePatch(
      `json: cannot unmarshal ${jsonTypeName(operation)} into Go value of type jsonpatch.Operation`,
    );
  }
  const kind = textOf(operation, 'op') ?? 'unknown';
  switch (kind) {
    case 'add':
      return add(document, operation);
    case 'remove':
      return remove(document, operation);
    case 'replace':
      return replace(document, operation);
    case 'move':
      return move(document, operation);
    case 'copy':
      return copy(document, operation);
    case 'test':
      return test(document, operation);
    default:
      return refusePatch(`Unexpected kind: ${kind}`);
  }
}

function add(document: unknown, operation: JsonObject): unknown {
  const path =
    textOf(operation, 'path') ?? refusePatch('add operation failed to decode path: missing value');
  return edit(document, path, {
    missing: `add operation does not apply: doc is missing path: "${path}": missing value`,
    change: (parent, key) =>
      inserted(parent, key, valueOf(operation), `error in add for path: '${path}'`),
  });
}

function remove(document: unknown, operation: JsonObject): unknown {
  const path =
    textOf(operation, 'path') ??
    refusePatch('remove operation failed to decode path: missing value');
  return edit(document, path, {
    missing: `remove operation does not apply: doc is missing path: "${path}": missing value`,
    change: (parent, key) => deleted(parent, key, `error in remove for path: '${path}'`),
  });
}

function replace(document: unknown, operation: JsonObject): unknown {
  const path = pathOf(operation, 'replace');
  const value = valueOf(operation);
  if (path === '') {
    if (isObject(value) || isList(value)) return value;
    return refusePatch('replace operation value must be object or array');
  }
  return edit(document, path, {
    missing: `replace operation does not apply: doc is missing path: ${path}: missing value`,
    change(parent, key) {
      if (isObject(parent)) return withKey(parent, key, value);
      const index = indexIn(
        parent,
        key,
        () => `replace operation does not apply: doc is missing key: ${path}: missing value`,
      );
      return parent.with(index, value);
    },
  });
}

function move(document: unknown, operation: JsonObject): unknown {
  const from = fromOf(operation, 'move');
  let moved: unknown;
  const taken = edit(document, from, {
    missing: `move operation does not apply: doc is missing from path: ${from}: missing value`,
    change(parent, key) {
      moved = valueAt(parent, key, `error in move for path: '${key}'`);
      return deleted(parent, key, `error in move for path: '${key}'`);
    },
  });
  const path = pathOf(operation, 'move');
  return edit(taken, path, {
    missing: `move operation does not apply: doc is missing destination path: ${path}: missing value`,
    change: (parent, key) => inserted(parent, key, moved, `error in move for path: '${path}'`),
  });
}

function copy(document: unknown, operation: JsonObject): unknown {
  const from = fromOf(operation, 'copy');
  let copied: unknown;
  edit(document, from, {
    missing: `copy operation does not apply: doc is missing from path: ${from}: missing value`,
    change(parent, key) {
      copied = valueAt(parent, key, `error in copy for from: '${from}'`) ?? null;
      return parent;
    },
  });
  const path = pathOf(operation, 'copy');
  return edit(document, path, {
    missing: `copy operation does not apply: doc is missing destination path: ${path}: missing value`,
    change: (parent, key) => inserted(parent, key, copied, 'error while adding value during copy'),
  });
}

function test(document: unknown, operation: JsonObject): unknown {
  const path = pathOf(operation, 'test');
  const expected = valueOf(operation);
  const failed = `testing value ${path} failed: test failed`;
  if (path === '') {
    return equalJson(document, expected) ? document : refusePatch(failed, 'testFailed');
  }
  return edit(document, path, {
    missing: `test operation does not apply: is missing path: ${path}: missing value`,
    change(parent, key) {
      const value = valueAt(parent, key, `error in test for path: '${path}'`) ?? null;
      return equalJson(value, expected) ? parent : refusePatch(failed, 'testFailed');
    },
  });
}

interface Edit {
  /** What to say when the path's parent is not there. */
  readonly missing: string;
  change(parent: JsonObject | JsonList, key: string): JsonObject | JsonList;
}

/** Changes the object or list that a JSON pointer's last step is in, copying the way down to it. */
function edit(document: unknown, pointer: string, { missing, change }: Edit): unknown {
  const steps = pointer.split('/').map(unescaped);
  const last = steps.pop();
  // The text before the first slash is not a step; a pointer without any slash points nowhere.
  if (last === undefined || steps.length === 0) return refusePatch(missing);
  const walk = (node: unknown, depth: number): unknown => {
    if (!isObject(node) && !isList(node)) return refusePatch(missing);
    if (depth === steps.length) return change(node, last);
    const step = steps[depth] ?? '';
    if (isList(node)) {
      const index = indexIn(node, step, () => missing);
      const before = node[index];
      const after = walk(before, depth + 1);
      return after === before ? node : node.with(index, after);
    }
    const before = ownValue(node, step);
    const after = walk(before, depth + 1);
    return after === before ? node : withKey(node, step, after);
  };
  return walk(document, 1);
}

/** `~1` stands for a slash and `~0` for a tilde. */
function unescaped(step: string): string {
  return step.includes('~') ? step.replaceAll('~1', '/').replaceAll('~0', '~') : step;
}

function withKey(object: JsonObject, key: string, value: unknown): JsonObject {
  const changed: Record<string, unknown> = { ...object };
  setOwn(changed, key, value);
  return changed;
}

function inserted(
  parent: JsonObject | JsonList,
  key: string,
  value: unknown,
  context: string,
): JsonObject | JsonList {
  if (isObject(parent)) return withKey(parent, key, value);
  if (key === '-') return [...parent, value];
  const index = indexIn(
    parent,
    key,
    (why) => `${context}: ${why}`,
    parent.length + 1,
    `value was not a proper array index: '${key}': `,
  );
  return parent.toSpliced(index, 0, value);
}

function deleted(
  parent: JsonObject | JsonList,
  key: string,
  context: string,
): JsonObject | JsonList {
  if (isList(parent))
    return parent.toSpliced(
      indexIn(parent, key, (why) => `${context}: ${why}`),
      1,
    );
  if (!Object.hasOwn(parent, key)) {
    return refusePatch(`${context}: Unable to remove nonexistent key: ${key}: missing value`);
  }
  const changed: Record<string, unknown> = { ...parent };
  delete changed[key];
  return changed;
}

/** The value at a key, undefined when an object has no such key. */
function valueAt(parent: JsonObject | JsonList, key: string, context: string): unknown {
  if (isObject(parent)) return ownValue(parent, key);
  return parent[indexIn(parent, key, (why) => `${context}: ${why}`)];
}

/** A list index from its text; `size` is one more than the largest index allowed. */
function indexIn(
  list: JsonList,
  key: string,
  message: (why: string) => string,
  size = list.length,
  malformed = '',
): number {
  if (!/^[+-]?\d+$/.test(key)) {
    return refusePatch(message(`${malformed}strconv.Atoi: parsing "${key}": invalid syntax`));
  }
  const index = Number(key);
  if (index >= size || index < -size) {
    return refusePatch(
      message(`Unable to access invalid index: ${index}: invalid index referenced`),
    );
  }
  return index < 0 ? index + size : index;
}

function textOf(operation: JsonObject, name: string): string | undefined {
  const value = ownValue(operation, name);
  return typeof value === 'string' ? value : undefined;
}

function pathOf(operation: JsonObject, kind: string): string {
  return (
    textOf(operation, 'path') ??
    refusePatch(
      `${kind} operation failed to decode path: operation missing path field: missing value`,
    )
  );
}

function fromOf(operation: JsonObject, kind: string): string {
  return (
    textOf(operation, 'from') ??
    refusePatch(
      `${kind} operation failed to decode from: operation, missing from field: missing value`,
    )
  );
}

function valueOf(operation: JsonObject): unknown {
  return ownValue(operation, 'value') ?? null;
}

function jsonTypeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (isList(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
