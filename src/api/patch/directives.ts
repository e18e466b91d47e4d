import { goFormat } from './go-format.ts';
import type { JsonObject } from './json.ts';
import { refusePatch } from './problem.ts';

/** The keys of a strategic merge patch that are no fields: all begin with a dollar. */
export const patchDirective = '$patch';
export const retainKeysDirective = '$retainKeys';
/** `$setElementOrder/FIELD` and `$deleteFromPrimitiveList/FIELD` stand beside the list that they are about. */
export const elementOrderPrefix = '$setElementOrder';
export const deleteListPrefix = '$deleteFromPrimitiveList';

/** How the key of every directive begins, as a code. */
export const DOLLAR = '$'.charCodeAt(0);

export function isParallelList(key: string): boolean {
  return key.startsWith(deleteListPrefix) || key.startsWith(elementOrderPrefix);
}

export const badElementOrder = 'invalid patch format of setElementOrder list';

// A name that is cut out of a text is one more text to hash each time. A memo only.
const parallelFields = new Map<string, string>();
const PARALLEL_FIELDS_MAX = 1000;

/** The field whose list a directive beside it is about. */
export function parallelField(key: string): string {
  let field = parallelFields.get(key);
  if (field === undefined) {
    field = key.startsWith(elementOrderPrefix)
      ? afterPrefix(key, elementOrderPrefix, badElementOrder)
      : afterPrefix(key, deleteListPrefix, 'invalid patch format of primitive list');
    if (parallelFields.size >= PARALLEL_FIELDS_MAX) parallelFields.clear();
    parallelFields.set(key, field);
  }
  return field;
}

function afterPrefix(key: string, prefix: string, problem: string): string {
  return key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : refusePatch(problem);
}

/** `$patch: replace` puts the patch in the original's place, `$patch: delete` leaves nothing. */
export function directed(patch: JsonObject): JsonObject {
  const directive = patch[patchDirective];
  if (directive === 'replace') {
    const replacement: Record<string, unknown> = { ...patch };
    delete replacement[patchDirective];
    return replacement;
  }
  if (directive === 'delete') return {};
  return unknownDirective(directive, patch);
}

/** `$patch` says what it cannot say. */
export function unknownDirective(directive: unknown, patch: JsonObject): never {
  return refusePatch(`unknown patch type: ${goFormat(directive)} in map: ${goFormat(patch)}`);
}
