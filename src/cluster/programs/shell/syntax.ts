/**
 * The shell language as data: what a script means, ready to be run step by step. A tree is frozen, so
 * that a script's position can point into it and checkpoints share it.
 */
export interface Script {
  readonly items: readonly ListItem[];
}

export interface ListItem {
  readonly node: Node;
  /** Followed by `&`. */
  readonly background: boolean;
}

export type Node =
  | SimpleNode
  | { readonly kind: 'and-or'; readonly first: Node; readonly rest: readonly AndOrItem[] }
  | { readonly kind: 'pipeline'; readonly negated: boolean; readonly stages: readonly Node[] }
  | {
      readonly kind: 'group';
      /** `( … )`: an `exit` inside ends the group alone. */
      readonly subshell: boolean;
      readonly body: Script;
      readonly redirects: readonly Redirect[];
      readonly substitutions: readonly Script[];
    }
  | {
      readonly kind: 'if';
      readonly clauses: readonly { readonly condition: Script; readonly body: Script }[];
      readonly otherwise: Script | undefined;
    }
  | {
      readonly kind: 'while';
      readonly until: boolean;
      readonly condition: Script;
      readonly body: Script;
    }
  | {
      readonly kind: 'for';
      readonly name: string;
      /** Undefined: over the positional parameters. */
      readonly words: readonly Word[] | undefined;
      readonly body: Script;
      readonly substitutions: readonly Script[];
    }
  | {
      readonly kind: 'case';
      readonly word: Word;
      readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: Script }[];
      readonly substitutions: readonly Script[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly body: Node }
  | {
      readonly kind: 'arithmetic';
      readonly expression: Word;
      readonly substitutions: readonly Script[];
    };

export interface AndOrItem {
  readonly op: '&&' | '||';
  readonly node: Node;
}

export interface SimpleNode {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  /** The scripts of its `$(…)`, run in this order before the words are expanded. */
  readonly substitutions: readonly Script[];
}

export interface Assignment {
  readonly name: string;
  readonly append: boolean;
  readonly value: Word;
  /** `name=(a b c)`. */
  readonly array: readonly Word[] | undefined;
}

export interface Redirect {
  /** The file descriptor: 0, 1, 2, or 3 for both outputs (`&>`). */
  readonly fd: number;
  readonly op: '<' | '>' | '>>' | '>&' | '<<';
  readonly target: Word;
}

/** A word before expansion: pieces side by side. */
export type Word = readonly WordPart[];

export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'param';
      readonly name: string;
      readonly subscript: Word | undefined;
      /** `#` for the length, `:-` and its like, `%`, `##`, `/`, `:` …; undefined for a plain `$name`. */
      readonly op: string | undefined;
      readonly operand: Word | undefined;
      readonly quoted: boolean;
    }
  /** `$(…)`: the index into its owner's substitutions. */
  | { readonly kind: 'command'; readonly index: number; readonly quoted: boolean }
  /** `$((…))`: the expression as text, itself expanded first. */
  | { readonly kind: 'arithmetic'; readonly expression: Word; readonly quoted: boolean };
