/** One step of a template. A list is a `{…}`; its steps follow one another. */
export type JsonPathNode =
  | { readonly kind: 'list'; readonly nodes: readonly JsonPathNode[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'slice'; readonly slice: JsonPathSlice }
  | { readonly kind: 'filter'; readonly filter: JsonPathFilter }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'recursive' }
  | { readonly kind: 'union'; readonly members: readonly (readonly JsonPathNode[])[] }
  | { readonly kind: 'identifier'; readonly name: string };

/** `[from:to:step]`. What is not given is undefined. */
export interface JsonPathSlice {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: number | undefined;
  /** `[n]` stands for `[n:n+1]`, where −1 + 1 = 0 must mean the end. */
  readonly isSingle: boolean;
}

export interface JsonPathFilter {
  readonly left: readonly JsonPathNode[];
  readonly right: readonly JsonPathNode[];
  /** Whatever stood between the sides; "exists" for a filter of one side. */
  readonly operator: string;
}

/** A parsed template: plain texts and lists, in turn. */
export interface JsonPathTemplate {
  readonly nodes: readonly JsonPathNode[];
}
