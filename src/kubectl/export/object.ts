/** An object of the API of which nothing but its outline is known. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Texts;
  readonly annotations?: Texts;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
  readonly deletionTimestamp?: string;
}

export type Texts = Readonly<Record<string, string>>;
export type Fields = Readonly<Record<string, unknown>>;

/** A field that holds a map; an empty one where there is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : NOTHING;
}

const NOTHING: Fields = Object.freeze({});

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A copy without some fields. */
export function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** The entries for which `keep` holds; undefined where none is left, so that the field is not written. */
export function only(texts: Texts | undefined, keep: (key: string) => boolean): Texts | undefined {
  const entries = Object.entries(texts ?? {}).filter(([key]) => keep(key));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
