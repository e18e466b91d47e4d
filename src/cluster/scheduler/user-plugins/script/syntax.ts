/** The parts of a script, as the parser reads them and the compiler takes them. Types are gone by then. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | {
      readonly kind: 'template';
      readonly texts: readonly string[];
      readonly holes: readonly Expression[];
      readonly line: number;
    }
  | { readonly kind: 'array'; readonly items: readonly Item[]; readonly line: number }
  | { readonly kind: 'object'; readonly entries: readonly ObjectEntry[]; readonly line: number }
  | { readonly kind: 'function'; readonly fn: FunctionSyntax }
  | {
      readonly kind: 'unary';
      readonly sign: string;
      readonly of: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'step';
      readonly by: 1 | -1;
      readonly isPrefix: boolean;
      readonly target: Target;
    }
  | {
      readonly kind: 'binary';
      readonly sign: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'logical';
      readonly sign: '&&' | '||' | '??';
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'assign';
      /** `=`, or the operator before it: `+`, `??`. */
      readonly sign: string;
      readonly target: Target;
      readonly value: Expression;
      readonly line: number;
    }
  | {
      readonly kind: 'condition';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: 'call';
      readonly callee: Expression;
      readonly args: readonly Item[];
      readonly isOptional: boolean;
      readonly line: number;
    }
  | {
      readonly kind: 'new';
      readonly name: string;
      readonly args: readonly Item[];
      readonly line: number;
    }
  | MemberExpression
  /** The end of a chain with `?.` in it: what was cut short becomes undefined here. */
  | { readonly kind: 'chain'; readonly of: Expression }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] };

export interface MemberExpression {
  readonly kind: 'member';
  readonly of: Expression;
  /** A text for `.name`, an expression for `[…]`. */
  readonly key: string | Expression;
  readonly isOptional: boolean;
  readonly line: number;
}

/** What can stand left of `=`. */
export type Target =
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | MemberExpression;

export interface Item {
  readonly value: Expression;
  /** `...value`. */
  readonly isSpread: boolean;
}

export interface ObjectEntry {
  /** Undefined: `...value`. */
  readonly key: string | Expression | undefined;
  readonly value: Expression;
}

/** What declared names are taken from. */
export type Pattern =
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | {
      readonly kind: 'object';
      readonly entries: readonly PatternEntry[];
      readonly rest: Pattern | undefined;
      readonly line: number;
    }
  | {
      readonly kind: 'array';
      /** Undefined: left out. */
      readonly items: readonly (Defaulted | undefined)[];
      readonly rest: Pattern | undefined;
      readonly line: number;
    };

export interface Defaulted {
  readonly pattern: Pattern;
  readonly otherwise: Expression | undefined;
}

export interface PatternEntry extends Defaulted {
  readonly key: string | Expression;
}

export interface FunctionSyntax {
  readonly name: string;
  readonly params: readonly Defaulted[];
  readonly rest: Pattern | undefined;
  /** An expression for `x => x + 1`. */
  readonly body: Expression | readonly Statement[];
  readonly line: number;
}

export type Statement =
  | { readonly kind: 'expression'; readonly value: Expression; readonly line: number }
  | {
      readonly kind: 'declare';
      readonly isConstant: boolean;
      readonly items: readonly Defaulted[];
      readonly line: number;
    }
  | { readonly kind: 'function'; readonly fn: FunctionSyntax; readonly line: number }
  | { readonly kind: 'return'; readonly value: Expression | undefined; readonly line: number }
  | { readonly kind: 'throw'; readonly value: Expression; readonly line: number }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly yes: Statement;
      readonly no: Statement | undefined;
      readonly line: number;
    }
  | { readonly kind: 'block'; readonly body: readonly Statement[]; readonly line: number }
  | {
      readonly kind: 'for';
      readonly first: Statement | undefined;
      readonly test: Expression | undefined;
      readonly next: Expression | undefined;
      readonly body: Statement;
      readonly line: number;
    }
  | {
      readonly kind: 'forOf';
      readonly isConstant: boolean;
      readonly pattern: Pattern;
      /** `in`: the keys of an object. */
      readonly ofKeys: boolean;
      readonly over: Expression;
      readonly body: Statement;
      readonly line: number;
    }
  | {
      readonly kind: 'while';
      readonly test: Expression;
      readonly body: Statement;
      /** `do … while`. */
      readonly bodyFirst: boolean;
      readonly line: number;
    }
  | {
      readonly kind: 'switch';
      readonly value: Expression;
      readonly cases: readonly SwitchCase[];
      readonly line: number;
    }
  | { readonly kind: 'break' | 'continue'; readonly line: number };

export interface SwitchCase {
  /** Undefined: `default`. */
  readonly test: Expression | undefined;
  readonly body: readonly Statement[];
}
