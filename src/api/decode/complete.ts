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
export function completeObject<T extends object>(object: T, how: Completion, before?: T): T {
  // A struct of the API is a table of fields, whatever its type calls them.
  return completeStruct(object as Fields, how, before as Fields | undefined) as T;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is to be looked at in the objects of a struct: worked out once, since every write of a component asks. */
export interface Completion {
  /** Fields that are always there and yet not promised, with what fills them. */
  readonly filled: readonly { readonly name: string; readonly zero: unknown }[];
  /** Fields below which there is anything to fill. Made when they are first needed, as structs may hold themselves. */
  below: readonly { readonly name: string; readonly inner: Inner }[] | undefined;
  readonly struct: StructSchema;
}

/** A value below which there is anything to fill. */
type Inner =
  | { readonly kind: 'struct'; readonly plan: Completion; readonly isSpec: boolean }
  | { readonly kind: 'list'; readonly inner: Inner }
  | { readonly kind: 'map'; readonly inner: Inner };

const plans = new WeakMap<StructSchema, Completion>();

/** How objects of a struct are completed. */
export function completionOf(struct: StructSchema): Completion {
  let plan = plans.get(struct);
  if (plan === undefined) {
    plan = { filled: unpromisedOf(struct), below: undefined, struct };
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
  if (type.kind === 'struct') return { kind: 'struct', plan: completionOf(structOf(type)), isSpec };
  const inner = innerOf(type.kind === 'list' ? type.element : type.value, false);
  return inner === undefined ? undefined : { kind: type.kind, inner };
}

function completeStruct(object: Fields, plan: Completion, before: Fields | undefined): Fields {
  let changed: Record<string, unknown> | undefined;
  const { filled } = plan;
  for (let i = 0; i < filled.length; i += 1) {
    const { name, zero } = filled[i] as (typeof filled)[number]; // In range by the loop; so below.
    if (object[name] !== undefined) continue;
    changed ??= draftOf(object);
    changed[name] = zero;
  }
  const below = (plan.below ??= belowOf(plan.struct));
  for (let i = 0; i < below.length; i += 1) {
    const { name, inner } = below[i] as (typeof below)[number];
    const value = object[name];
    if (value === undefined || value === null) continue;
    const was = before?.[name];
    if (value === was) continue;
    // Mostly a struct, as `completeInner` has it.
    const completed =
      inner.kind === 'struct' && !inner.isSpec
        ? completeStruct(value as Fields, inner.plan, was as Fields | undefined)
        : completeInner(value, inner, was);
    if (completed === value) continue;
    changed ??= draftOf(object);
    changed[name] = completed;
  }
  return changed ?? object;
}

/** A value of the inner type, by the object's type; so are the casts below. */
function completeInner(value: unknown, inner: Inner, before: unknown): unknown {
  if (value === null) return value;
  switch (inner.kind) {
    case 'struct':
      return inner.isSpec
        ? completeSpec(value as Fields, inner.plan)
        : completeStruct(value as Fields, inner.plan, before as Fields | undefined);
    case 'list':
      return completeList(
        value as readonly unknown[],
        inner.inner,
        (before ?? NOTHING) as readonly unknown[],
      );
    case 'map':
      return completeMap(value as Fields, inner.inner);
  }
}

const NOTHING: readonly unknown[] = Object.freeze([]);

function completeList(
  list: readonly unknown[],
  inner: Inner,
  before: readonly unknown[],
): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let i = 0; i < list.length; i += 1) {
    const was = before[i];
    if (list[i] === was) continue;
    const completed = completeInner(list[i], inner, was);
    if (completed === list[i]) continue;
    changed ??= [...list];
    changed[i] = completed;
  }
  return changed ?? list;
}

function completeMap(fields: Fields, inner: Inner): Fields {
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(fields)) {
    const completed = completeInner(fields[key], inner, undefined);
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
  const completed = completeStruct(spec, plan, undefined);
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
