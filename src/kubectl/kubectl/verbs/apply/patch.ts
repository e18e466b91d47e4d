import type { JsonObject } from '../../../../api/patch/json.ts';
import { isObject } from '../../../../api/patch/json.ts';
import { createThreeWayJsonMergePatch } from '../../../../api/patch/merge-patch.ts';
import { patchSchemaOf } from '../../../../api/patch/patch-schema.ts';
import { createThreeWayMergePatch } from '../../../../api/patch/strategic-three-way.ts';
import { schemaOf } from '../../../../api/schema/lookup.ts';
import { fail } from '../../failure.ts';
import { textAt, type ApiObject } from '../../objects.ts';
import { LAST_APPLIED, type PatchType } from '../../writing.ts';

/** The patch of a client-side apply: strategic for kinds that are built in, a merge patch for others. */
export function applyPatchFor(
  live: ApiObject,
  wanted: ApiObject,
  overwrites: boolean,
): { readonly type: PatchType; readonly body: JsonObject } {
  const original = lastAppliedOf(live);
  const schema = schemaOf(wanted.apiVersion, wanted.kind);
  if (schema === undefined) {
    return { type: 'merge', body: mergePatch(original, wanted, live) };
  }
  const patch = createThreeWayMergePatch(original, wanted, live, patchSchemaOf(schema), overwrites);
  return patch.ok ? { type: 'strategic', body: patch.value } : fail(patch.error.message);
}

function mergePatch(original: JsonObject, wanted: ApiObject, live: ApiObject): JsonObject {
  const patch = createThreeWayJsonMergePatch(original, wanted, live);
  return patch.ok ? patch.value : fail(patch.error.message);
}

/** The configuration that was applied last; empty when there is none to go by. */
export function lastAppliedOf(live: ApiObject): JsonObject {
  const text = textAt(live, 'metadata', 'annotations', LAST_APPLIED);
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    // Somebody wrote the annotation by hand; then nothing is known of what was applied before.
    return {};
  }
}
