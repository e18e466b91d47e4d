/** What a regular expression means, as a tree. */
export type RegexNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'set'; readonly has: (code: number) => boolean; readonly only?: number }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | { readonly kind: 'sequence'; readonly items: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly items: readonly RegexNode[] }
  | {
      readonly kind: 'repeat';
      readonly body: RegexNode;
      readonly min: number;
      /** Infinity: any number of times. */
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: 'group'; readonly index: number; readonly body: RegexNode }
  | { readonly kind: 'same-as'; readonly index: number };

export type Assertion =
  | 'start'
  | 'end'
  | 'line-start'
  | 'line-end'
  | 'word-edge'
  | 'no-word-edge'
  | 'word-start'
  | 'word-end';

/** `basic`: grep and sed; `extended`: grep -E, awk, `=~`; `perl`: jq and grep -P; `go`: RE2, which the API speaks. */
export type Flavour = 'basic' | 'extended' | 'perl' | 'go';

/** An expression that cannot be read, or asks for too much. The message is grep's where it has one. */
export class RegexError extends Error {}
