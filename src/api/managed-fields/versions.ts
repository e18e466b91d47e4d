import type { KubernetesObject } from '../generated/types.ts';
import type { JsonObject } from '../patch/json.ts';
import type { StructSchema } from '../schema/schema.ts';

/**
 * One more version in which objects of a kind are served. Managers own fields of the version in which they wrote, so that a
 * write in another one is compared in theirs too (upstream: structured-merge-diff's Updater and its Converter).
 */
export interface View {
  readonly schema: StructSchema;
  /** An object of the writer's version in this one. */
  of(object: KubernetesObject): KubernetesObject;
  /** The reverse. */
  back(object: KubernetesObject): KubernetesObject;
}

/** The other versions of a kind, by `apiVersion`. */
export type Views = ReadonlyMap<string, View>;

/** An object as a view has it, as a tree of JSON values. */
export function seenIn(view: View, object: JsonObject): JsonObject {
  // Both sides are objects of the API: what a view makes is never written before it was decoded.
  return view.of(object as unknown as KubernetesObject) as unknown as JsonObject;
}

/** The reverse of `seenIn`. */
export function backFrom(view: View, object: JsonObject): JsonObject {
  return view.back(object as unknown as KubernetesObject) as unknown as JsonObject;
}
