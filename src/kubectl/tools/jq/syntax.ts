/** A jq filter as data. */
export type Filter =
  | { readonly kind: 'identity' | 'recurse-default' | 'break-none' }
  | { readonly kind: 'literal'; readonly value: unknown }
  | {
      readonly kind: 'text';
      readonly parts: readonly (string | Filter)[];
      readonly format: string | undefined;
    }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Filter; readonly key: Filter }
  | {
      readonly kind: 'slice';
      readonly of: Filter;
      readonly from: Filter | undefined;
      readonly to: Filter | undefined;
    }
  | { readonly kind: 'each'; readonly of: Filter }
  | { readonly kind: 'try'; readonly body: Filter; readonly otherwise: Filter | undefined }
  | { readonly kind: 'pipe' | 'comma'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'update'; readonly op: string; readonly path: Filter; readonly value: Filter }
  | { readonly kind: 'negate'; readonly of: Filter }
  | { readonly kind: 'array'; readonly of: Filter | undefined }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Filter, Filter])[] }
  | {
      readonly kind: 'if';
      readonly test: Filter;
      readonly then: Filter;
      readonly otherwise: Filter | undefined;
    }
  | {
      readonly kind: 'reduce';
      readonly source: Filter;
      readonly pattern: Pattern;
      readonly start: Filter;
      readonly update: Filter;
    }
  | {
      readonly kind: 'foreach';
      readonly source: Filter;
      readonly pattern: Pattern;
      readonly start: Filter;
      readonly update: Filter;
      readonly extract: Filter | undefined;
    }
  | {
      readonly kind: 'bind';
      readonly source: Filter;
      readonly pattern: Pattern;
      readonly body: Filter;
    }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Filter[] }
  | {
      readonly kind: 'define';
      readonly name: string;
      readonly parameters: readonly string[];
      readonly body: Filter;
      readonly rest: Filter;
    };

/** What `as` binds: a name, or names inside an array or object. */
export type Pattern =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Pattern[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Filter, Pattern])[] };

/** A filter that cannot be read. */
export class JqSyntaxError extends Error {}

/** An error inside a running filter: `error(…)`, or an operation that is not possible. */
export class JqError extends Error {
  readonly value: unknown;

  constructor(value: unknown) {
    super(typeof value === 'string' ? value : JSON.stringify(value));
    this.value = value;
  }
}
