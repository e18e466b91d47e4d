/**
 * The language of the terminal's shell as data. It is a sibling of the one that containers' `command:` lines run
 * in the engine, not the same: there a script must stand still between any two steps and be stored, so that its
 * substitutions are taken out of the words and run first; here everything may wait, and a person reads bash's own
 * complaints with line numbers, types half a construct and goes on in the next line.
 */
export interface Script {
  readonly items: readonly ListItem[];
}

export interface ListItem {
  readonly node: Node;
  /** Followed by `&`. */
  readonly background: boolean;
  /** The text it was read from: what `jobs` shows. */
  readonly source: string;
}

export type Node =
  | SimpleNode
  | { readonly kind: 'and-or'; readonly first: Node; readonly rest: readonly AndOrItem[] }
  | PipelineNode
  | { readonly kind: 'group'; readonly subshell: boolean; readonly body: Script }
  | { readonly kind: 'if'; readonly clauses: readonly Clause[]; readonly otherwise?: Script }
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
    }
  | {
      readonly kind: 'counting-for';
      readonly start: Word;
      readonly condition: Word;
      readonly next: Word;
      readonly body: Script;
    }
  | { readonly kind: 'case'; readonly word: Word; readonly arms: readonly CaseArm[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: Node }
  | { readonly kind: 'arithmetic'; readonly expression: Word }
  | { readonly kind: 'condition'; readonly words: readonly Word[]; readonly line: number }
  /** A compound command with redirections behind it. */
  | { readonly kind: 'redirected'; readonly body: Node; readonly redirects: readonly Redirect[] };

export interface Clause {
  readonly condition: Script;
  readonly body: Script;
}

export interface CaseArm {
  readonly patterns: readonly Word[];
  readonly body: Script;
}

export interface AndOrItem {
  readonly op: '&&' | '||';
  readonly node: Node;
}

export interface PipelineNode {
  readonly kind: 'pipeline';
  readonly negated: boolean;
  /** `time` stands before it. */
  readonly timed: boolean;
  readonly stages: readonly Node[];
}

export interface SimpleNode {
  readonly kind: 'simple';
  readonly line: number;
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
}

export interface Assignment {
  readonly name: string;
  /** `name[index]=…`. */
  readonly index: Word | undefined;
  readonly append: boolean;
  readonly value: Word;
  /** `name=(a b c)`. */
  readonly array: readonly Word[] | undefined;
}

export interface Redirect {
  /** The file descriptor, or both outputs (`&>`). */
  readonly fd: number | 'both';
  /** `<<` stands for here-documents, `<<<` for here-strings. */
  readonly op: '<' | '>' | '>>' | '>&' | '<&' | '<<' | '<<<';
  readonly target: Word;
}

/** A word before expansion: pieces side by side. */
export type Word = readonly WordPart[];

export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | ParameterPart
  | { readonly kind: 'command'; readonly script: Script; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; readonly expression: Word; readonly quoted: boolean }
  /** `<(…)`: a file that holds what the script prints. */
  | { readonly kind: 'process'; readonly script: Script; readonly quoted: boolean };

export interface ParameterPart {
  readonly kind: 'parameter';
  readonly name: string;
  readonly index: Word | undefined;
  /** `length` for `${#x}`, `keys` for `${!x[@]}`, `indirect` for `${!x}`, `:-` and its like; undefined for `$x`. */
  readonly op: string | undefined;
  readonly operand: Word | undefined;
  readonly quoted: boolean;
}

/** A script that cannot be read. `incomplete`: more lines could make it whole. */
export class ShellSyntaxError extends Error {
  readonly incomplete: boolean;
  readonly line: number;

  constructor(message: string, line: number, incomplete: boolean) {
    super(message);
    this.line = line;
    this.incomplete = incomplete;
  }
}
