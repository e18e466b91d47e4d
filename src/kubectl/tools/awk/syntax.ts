/** An awk program as data. */
export interface AwkProgram {
  readonly rules: readonly AwkRule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
  /** Reads its main input by `getline` too. */
  readonly readsAhead: boolean;
}

export interface AwkRule {
  readonly when:
    | { readonly kind: 'begin' | 'end' | 'always' }
    | { readonly kind: 'pattern'; readonly test: Expr }
    | { readonly kind: 'range'; readonly from: Expr; readonly to: Expr };
  /** Undefined: prints the record. */
  readonly body: Statement | undefined;
}

export interface AwkFunction {
  readonly parameters: readonly string[];
  readonly body: Statement;
}

export type Statement =
  | { readonly kind: 'block'; readonly items: readonly Statement[] }
  | { readonly kind: 'expression'; readonly value: Expr }
  | {
      readonly kind: 'print';
      readonly formatted: boolean;
      readonly values: readonly Expr[];
      readonly to: { readonly op: '>' | '>>' | '|'; readonly target: Expr } | undefined;
    }
  | {
      readonly kind: 'if';
      readonly test: Expr;
      readonly then: Statement;
      readonly otherwise: Statement | undefined;
    }
  | {
      readonly kind: 'loop';
      readonly start: Statement | undefined;
      readonly test: Expr | undefined;
      readonly next: Statement | undefined;
      readonly body: Statement;
      /** `do … while`: the body comes first. */
      readonly bodyFirst: boolean;
    }
  | {
      readonly kind: 'for-in';
      readonly name: string;
      readonly array: string;
      readonly body: Statement;
    }
  | { readonly kind: 'delete'; readonly array: string; readonly index: readonly Expr[] | undefined }
  | { readonly kind: 'return' | 'exit'; readonly value: Expr | undefined }
  | { readonly kind: 'next' | 'break' | 'continue' };

export type Expr =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'regex'; readonly source: string }
  | Lvalue
  | { readonly kind: 'group'; readonly items: readonly Expr[] }
  | { readonly kind: 'assign'; readonly op: string; readonly to: Lvalue; readonly value: Expr }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly before: boolean; readonly to: Lvalue }
  | { readonly kind: 'unary'; readonly op: '-' | '+' | '!'; readonly value: Expr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'choice'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'in'; readonly index: readonly Expr[]; readonly array: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: 'getline'; readonly to: Lvalue | undefined; readonly file: Expr | undefined };

export type Lvalue =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'field'; readonly index: Expr }
  | { readonly kind: 'element'; readonly array: string; readonly index: readonly Expr[] };

/** A program that cannot be read, or does what is not possible. */
export class AwkError extends Error {}
