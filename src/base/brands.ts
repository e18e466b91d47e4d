declare const brand: unique symbol;

/**
 * A `T` that only one place may make, so that two kinds of string or number cannot be mixed up:
 * `type Revision = Brand<number, 'Revision'>`. Costs nothing when running; the constructor casts at the boundary
 * where the text or number enters.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
