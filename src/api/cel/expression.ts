/** A parsed expression of the Common Expression Language. Plain data, shared and never changed. */
export type Expression = Shape & {
  /** Where cel-go says that it stands: its operator, dot or bracket, or its beginning. */
  readonly at: number;
};

type Shape =
  | { readonly kind: 'literal'; readonly value: Literal }
  | { readonly kind: 'name'; readonly name: string }
  | {
      readonly kind: 'select';
      readonly operand: Expression;
      readonly field: string;
      /** The field as it was written, where that is with escapes (`a__dash__b`). */
      readonly written?: string;
      /** `.?field`: absent gives an empty optional. */
      readonly optional: boolean;
    }
  | {
      readonly kind: 'index';
      readonly operand: Expression;
      readonly index: Expression;
      readonly optional: boolean;
    }
  | {
      readonly kind: 'has';
      readonly operand: Expression;
      readonly field: string;
      readonly written?: string;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'method';
      readonly target: Expression;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  /**
   * `all`, `exists`, `exists_one`, `map`, `filter` with a variable of their own; with two, of which the first is an index or
   * a key, also `transformList`, `transformMap` and `transformMapEntry`; `optMap`, `optFlatMap` of optionals; `sortBy`.
   */
  | {
      readonly kind: 'macro';
      readonly name: string;
      readonly target: Expression;
      readonly variable: string;
      /** Of the value, where the first is of the index or key. */
      readonly second?: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | {
      readonly kind: 'list';
      readonly items: readonly Expression[];
      /** Positions of elements that are optionals (`[?x]`); absent where there is none. */
      readonly asked?: readonly number[];
    }
  | {
      readonly kind: 'map';
      readonly entries: readonly {
        readonly key: Expression;
        readonly value: Expression;
        /** `{?key: x}`: the value is an optional. */
        readonly asked?: true;
      }[];
    }
  /** `Name{field: x}`: nothing that Kubernetes declares can be made so. */
  | {
      readonly kind: 'message';
      readonly name: string;
      readonly values: readonly Expression[];
    };

export type Literal =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: string }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'uint'; readonly value: number }
  | { readonly type: 'double'; readonly value: number };
