import { structOf } from '../schema/lookup.ts';
import type { StructSchema, TypeSchema } from '../schema/schema.ts';
import { zeroOf } from './zero-values.ts';
import { draftOf } from '../../base/copy.ts';

/**
 * Fills the fields that the API server always holds and the TypeScript type does not promise (`status: {}`,
 * `resources: {}`) into an object that was not decoded, as objects of the cluster's own components are not. Upstream has
 * them by construction; without this, a later update by a client, which is decoded, would seem to add `resources: {}` to
 * every container. The very same object comes back when nothing is missing. The object must be of the type that the
 * completion is made for. What it shares with `before`, which is complete, is not looked through again.
 */
export const completeObject = complete as <T extends object>(
  object: T,
  how: Completion,
  before?: T,
) => T;

type Fields = Readonly<Record<string, unknown>>;

/** What is to be looked at in the objects of a struct: worked out once, since every write of a component asks. */
export interface Completion {
  readonly kind: 'struct';
  /** Fields that are always there and yet not promised, with what fills them. */
  readonly filled: readonly { readonly name: string; readonly zero: unknown }[];
  /** Fields below which there is anything to fill. Made when they are first needed, as structs may hold themselves. */
  below: readonly { readonly name: string; readonly inner: Inner }[] | undefined;
  readonly struct: StructSchema;
}

/** A value below which there is anything to fill. */
type Inner =
  | Completion
  | { readonly kind: 'spec'; readonly plan: Completion }
  | { readonly kind: 'list' | 'map'; readonly inner: Inner };

const plans = new WeakMap<StructSchema, Completion>();

/** How objects of a struct are completed. */
export function completionOf(struct: StructSchema): Completion {
  let plan = plans.get(struct);
  if (plan === undefined) {
    plan = { kind: 'struct', filled: unpromisedOf(struct), below: undefined, struct };
    plans.set(struct, plan);
  }
  return plan;
}

function unpromisedOf(struct: StructSchema): Completion['filled'] {
  return struct.emittedFields
    .filter((field) => !field.required)
    .map((field) => ({ name: field.name, zero: zeroOf(field) }))
    .filter(({ zero }) => zero !== undefined);
}

function belowOf(struct: StructSchema): NonNullable<Completion['below']> {
  const below: { readonly name: string; readonly inner: Inner }[] = [];
  for (const { name, type } of struct.fields.values()) {
    const inner = innerOf(type, name === 'spec');
    if (inner !== undefined && reachesUnpromised(type, new Set([struct]))) {
      below.push({ name, inner });
    }
  }
  return below;
}

function innerOf(type: TypeSchema, isSpec: boolean): Inner | undefined {
  if (type.kind === 'scalar') return undefined;
  if (type.kind === 'struct') {
    const plan = completionOf(structOf(type));
    return isSpec ? { kind: 'spec', plan } : plan;
  }
  const inner = innerOf(type.kind === 'list' ? type.element : type.value, false);
  return inner === undefined ? undefined : { kind: type.kind, inner };
}

/**
 * A value of the inner type, by the object's type; so are the casts below. One function that calls itself for structs
 * and lists, which nearly all are.
 */
function complete(value: unknown, how: Inner, before?: unknown): unknown {
  if (value === null) return value;
  if (how.kind === 'struct') {
    // A struct of the API is a table of fields, whatever its type calls them.
    const object = value as Fields;
    let changed: Record<string, unknown> | undefined;
    const { filled } = how;
    for (let i = 0; i < filled.length; i += 1) {
      const { name, zero } = filled[i] as (typeof filled)[number]; // In range by the loop; so below.
      if (object[name] !== undefined) continue;
      changed ??= draftOf(object);
      changed[name] = zero;
    }
    const below = (how.below ??= belowOf(how.struct));
    for (let i = 0; i < below.length; i += 1) {
      const { name, inner } = below[i] as (typeof below)[number];
      const each = object[name];
      if (each === undefined) continue;
      const was = (before as Fields | undefined)?.[name];
      if (each === was) continue;
      const completed = complete(each, inner, was);
      if (completed === each) continue;
      changed ??= draftOf(object);
      changed[name] = completed;
    }
    return changed ?? object;
  }
  if (how.kind === 'list') {
    const list = value as readonly unknown[];
    let changed: unknown[] | undefined;
    for (let i = 0; i < list.length; i += 1) {
      const was = (before as readonly unknown[] | undefined)?.[i];
      if (list[i] === was) continue;
      const completed = complete(list[i], how.inner, was);
      if (completed === list[i]) continue;
      changed ??= [...list];
      changed[i] = completed;
    }
    return changed ?? list;
  }
  return how.kind === 'spec'
    ? completeSpec(value as Fields, how.plan)
    : completeMap(value as Fields, how.inner);
}

function completeMap(fields: Fields, inner: Inner): Fields {
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(fields)) {
    const completed = complete(fields[key], inner);
    if (completed === fields[key]) continue;
    changed ??= { ...fields };
    changed[key] = completed;
  }
  return changed ?? fields;
}

// All Pods that are made of one template have its spec, which is then looked through once. A memo only.
const specs = new WeakMap<Fields, { readonly plan: Completion; readonly completed: Fields }>();

function completeSpec(spec: Fields, plan: Completion): Fields {
  const known = specs.get(spec);
  if (known?.plan === plan) return known.completed;
  const completed = complete(spec, plan) as Fields;
  specs.set(spec, { plan, completed });
  return completed;
}

function reachesUnpromised(type: TypeSchema, seen: Set<StructSchema>): boolean {
  if (type.kind === 'list') return reachesUnpromised(type.element, seen);
  if (type.kind === 'map') return reachesUnpromised(type.value, seen);
  if (type.kind === 'scalar') return false;
  const struct = structOf(type);
  if (unpromisedOf(struct).length > 0) return true;
  if (seen.has(struct)) return false;
  seen.add(struct);
  return [...struct.fields.values()].some((field) => reachesUnpromised(field.type, seen));
}
