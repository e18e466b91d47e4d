/**
 * The shape of Kubernetes' types as the engine needs it: which fields there are, of what type, how lists and maps
 * merge. Made from `../generated/schemas.ts` by `parse.ts`, on first use of each struct; shared and never changed.
 */

/** A Go struct of the API: a kind, or a part of one. */
export interface StructSchema {
  /** The name of its interface in `../generated/types.ts`. */
  readonly name: string;
  /** Go's name, as decoding errors print it: `DeploymentSpec`. Differs from `name` where two groups share one. */
  readonly goName: string;
  /** Go's package and name: `v1.DeploymentSpec`. */
  readonly goType: string;
  /** Server-side apply takes it as one value: it has one owner, and applying replaces the whole. */
  readonly atomic: boolean;
  /** In the order in which Go declares them, which is that of the server's JSON. */
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** The fields that an object of the API server always has, in order; see `FieldSchema.emitted`. */
  readonly emittedFields: readonly FieldSchema[];
}

export interface FieldSchema {
  readonly name: string;
  /** Its path element in sets of managed fields: `f:` and the name. Kept, because it is asked for all the time. */
  readonly element: string;
  readonly type: TypeSchema;
  /** Always present in the TypeScript types. */
  readonly required: boolean;
  /** Required by the documentation: what the editor asks for. */
  readonly documentedRequired: boolean;
  /**
   * The API server always holds and sends it, with a zero value when nobody set it: not a pointer in Go, or without
   * `omitempty`. Such a field also counts as "there already" when server-side apply looks for what was added.
   */
  readonly emitted: boolean;
  /** The server's JSON has it whatever it holds: a zero value, or null. */
  readonly written: boolean;
  /** The API server drops it when it holds a zero value (empty text, list or map, false, 0): `omitempty` in Go. */
  readonly omitsZero: boolean;
  /** What list-map keys mean when an entry leaves this field out (`protocol`: TCP). */
  readonly defaultValue: string | undefined;
}

export type TypeSchema = ScalarType | StructType | ListType | MapType;

export interface ScalarType {
  readonly kind: 'scalar';
  readonly scalar: Scalar;
  /** The values that the API documents; not checked when decoding, but by validation. */
  readonly enum: readonly string[] | undefined;
  /** Go's name of the type, as decoding errors print it. */
  readonly goType: string;
}

/** `json` is any JSON value, which server-side apply takes as one value. */
export type Scalar =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'quantity'
  | 'time'
  | 'microTime'
  | 'intOrString'
  | 'bytes'
  | 'json';

export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  /** Strategic merge patch: fields that the patch's `$retainKeys` does not name are dropped. */
  readonly retainKeys: boolean;
  /** Strategic merge patch: a patch of this field replaces it as a whole. */
  readonly replace: boolean;
}

export interface ListType {
  readonly kind: 'list';
  readonly element: TypeSchema;
  /** How server-side apply sees it: one value, a set of scalars, or a map of entries by `keys`. */
  readonly relationship: 'atomic' | 'set' | 'map';
  /** The fields that tell entries of a `map` list apart, in the order in which field sets print them. */
  readonly keys: readonly string[];
  /** The key of strategic merge patch; '' merges a list of primitives; undefined replaces the list. */
  readonly mergeKey: string | undefined;
  readonly retainKeys: boolean;
}

export interface MapType {
  readonly kind: 'map';
  readonly value: TypeSchema;
  /** Server-side apply takes it as one value. */
  readonly atomic: boolean;
}
