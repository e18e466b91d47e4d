import { compileTree, type Instruction } from './compile.ts';
import { isWord, parseRegex } from './parse.ts';
import { parseGoRegex } from './parse-go.ts';
import { RegexError, type Assertion, type Flavour } from './tree.ts';

export { RegexError } from './tree.ts';

/**
 * Regular expressions of the user's. The browser's own would hang the page on an expression like `(a*)*b`, so these
 * run all alternatives side by side: the time grows with text × expression and never faster. Back-references cannot be
 * had that way; an expression that holds one is tried step by step, and given up after a number of steps.
 */
export interface Regex {
  /** The first match from `from` on. `^` holds at the beginning of the text alone. */
  exec(text: string, from?: number): RegexMatch | undefined;
  test(text: string): boolean;
  readonly groups: number;
  readonly names: ReadonlyMap<number, string>;
}

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** By number of the group; 0 is the whole. */
  group(index: number): string | undefined;
  /** Where a group begins; -1 when it took no part. */
  groupStart(index: number): number;
}

export interface RegexOptions {
  readonly flavour: Flavour;
  readonly ignoreCase?: boolean;
}

const STEPS_MAX = 2_000_000;
const known = new Map<string, Regex>();

/** Compiles an expression, or takes it from a memo. Throws a RegexError. */
export function compileRegex(
  pattern: string,
  { flavour, ignoreCase = false }: RegexOptions,
): Regex {
  const key = `${flavour} ${ignoreCase ? 'i' : ''} ${pattern}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size > 300) known.clear();
  const { root, groups, names } =
    flavour === 'go' ? parseGoRegex(pattern) : parseRegex(pattern, flavour);
  const program = compileTree(root, ignoreCase);
  const hasBackReference = program.some(({ op }) => op === 'same-as');
  const first = firstCode(program);
  const slots = (groups + 1) * 2;
  // POSIX wants the longest match, Perl the first one in the order of its alternatives.
  const longest = flavour === 'basic' || flavour === 'extended';
  const run = hasBackReference
    ? (text: string, from: number) => backtrack(program, slots, text, from)
    : (text: string, from: number) => runSideBySide(program, { slots, longest, first }, text, from);
  const regex: Regex = {
    groups,
    names,
    exec(text, from = 0) {
      const spans = run(text, from);
      return spans === undefined ? undefined : matchOf(text, spans);
    },
    test: (text) => run(text, 0) !== undefined,
  };
  known.set(key, regex);
  return regex;
}

function matchOf(text: string, spans: Int32Array): RegexMatch {
  const start = spans[0] ?? 0;
  const end = spans[1] ?? 0;
  return {
    start,
    end,
    text: text.slice(start, end),
    group(index) {
      const from = spans[index * 2] ?? -1;
      const to = spans[index * 2 + 1] ?? -1;
      return from < 0 || to < 0 ? undefined : text.slice(from, to);
    },
    groupStart: (index) => spans[index * 2] ?? -1,
  };
}

/** The character every match begins with, or -1. */
function firstCode(program: readonly Instruction[]): number {
  for (const instruction of program) {
    if (instruction.op === 'save') continue;
    return instruction.op === 'char' ? instruction.code : -1;
  }
  return -1;
}

interface RunOptions {
  readonly slots: number;
  readonly longest: boolean;
  readonly first: number;
}

function runSideBySide(
  program: readonly Instruction[],
  { slots, longest, first }: RunOptions,
  text: string,
  from: number,
): Int32Array | undefined {
  const size = program.length;
  const mark = new Int32Array(size).fill(-1);
  let pcs: number[] = [];
  let caps: Int32Array[] = [];
  let nextPcs: number[] = [];
  let nextCaps: Int32Array[] = [];
  let best: Int32Array | undefined;

  function follow(pc: number, cap: Int32Array, at: number): void {
    const stack: number[] = [pc];
    const stackCaps: Int32Array[] = [cap];
    while (stack.length > 0) {
      const here = stack.pop() as number; // Not empty, by the condition.
      const held = stackCaps.pop() as Int32Array;
      if (mark[here] === at) continue;
      mark[here] = at;
      const instruction = program[here] as Instruction;
      switch (instruction.op) {
        case 'jump':
          stack.push(instruction.to);
          stackCaps.push(held);
          break;
        case 'split':
          stack.push(instruction.second, instruction.first);
          stackCaps.push(held, held);
          break;
        case 'save': {
          const copy = held.slice();
          copy[instruction.slot] = at;
          stack.push(here + 1);
          stackCaps.push(copy);
          break;
        }
        case 'assert':
          if (!holds(instruction.what, text, at)) break;
          stack.push(here + 1);
          stackCaps.push(held);
          break;
        default:
          nextPcs.push(here);
          nextCaps.push(held);
      }
    }
  }

  for (let at = from; ; at++) {
    if (pcs.length === 0) {
      if (best !== undefined) break;
      if (first >= 0) {
        const found = text.indexOf(String.fromCharCode(first), at);
        if (found < 0) break;
        at = found;
      }
    }
    // The threads of this position: those that go on, and a new one while nothing was found.
    nextPcs = [];
    nextCaps = [];
    for (let i = 0; i < pcs.length; i++) follow(pcs[i] as number, caps[i] as Int32Array, at);
    if (best === undefined) {
      const fresh = new Int32Array(slots).fill(-1);
      fresh[0] = at;
      follow(0, fresh, at);
    }
    const code = at < text.length ? text.charCodeAt(at) : -1;
    pcs = [];
    caps = [];
    for (let i = 0; i < nextPcs.length; i++) {
      const pc = nextPcs[i] as number;
      const cap = nextCaps[i] as Int32Array;
      const instruction = program[pc] as Instruction;
      if (instruction.op === 'match') {
        if (best !== undefined && (cap[0] as number) > (best[0] as number)) continue;
        if (best === undefined || !longest || at > (best[1] as number)) {
          best = cap.slice();
          best[1] = at;
        }
        if (!longest) break;
      } else if (code >= 0 && accepts(instruction, code)) {
        if (best !== undefined && (cap[0] as number) > (best[0] as number)) continue;
        pcs.push(pc + 1);
        caps.push(cap);
      }
    }
    if (at >= text.length) break;
  }
  return best;
}

function accepts(instruction: Instruction, code: number): boolean {
  if (instruction.op === 'char') return instruction.code === code;
  if (instruction.op !== 'set') return false;
  return code < 128 ? instruction.low[code] === 1 : instruction.has(code);
}

function holds(what: Assertion, text: string, at: number): boolean {
  if (what === 'start') return at === 0;
  if (what === 'end') return at === text.length;
  if (what === 'line-start') return at === 0 || text.charCodeAt(at - 1) === 10;
  if (what === 'line-end') return at === text.length || text.charCodeAt(at) === 10;
  const before = at > 0 && isWord(text.charCodeAt(at - 1));
  const after = at < text.length && isWord(text.charCodeAt(at));
  switch (what) {
    case 'word-edge':
      return before !== after;
    case 'no-word-edge':
      return before === after;
    case 'word-start':
      return !before && after;
    case 'word-end':
      return before && !after;
  }
}

/** One way after the other, with a limit: only for expressions with back-references. */
function backtrack(
  program: readonly Instruction[],
  slots: number,
  text: string,
  from: number,
): Int32Array | undefined {
  let steps = 0;
  for (let start = from; start <= text.length; start++) {
    const fresh = new Int32Array(slots).fill(-1);
    fresh[0] = start;
    const stack: { readonly pc: number; readonly at: number; readonly cap: Int32Array }[] = [
      { pc: 0, at: start, cap: fresh },
    ];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      let { pc, at, cap } = top;
      for (;;) {
        if (++steps > STEPS_MAX) throw new RegexError('gave up: this expression takes too long');
        const instruction = program[pc] as Instruction;
        if (instruction.op === 'match') {
          cap[1] = at;
          return cap;
        }
        if (instruction.op === 'jump') pc = instruction.to;
        else if (instruction.op === 'split') {
          stack.push({ pc: instruction.second, at, cap });
          pc = instruction.first;
        } else if (instruction.op === 'save') {
          cap = cap.slice();
          cap[instruction.slot] = at;
          pc += 1;
        } else if (instruction.op === 'assert') {
          if (!holds(instruction.what, text, at)) break;
          pc += 1;
        } else if (instruction.op === 'same-as') {
          const { index } = instruction;
          const group = text.slice(cap[index * 2] ?? 0, cap[index * 2 + 1] ?? 0);
          if (!text.startsWith(group, at)) break;
          at += group.length;
          pc += 1;
        } else {
          if (at >= text.length || !accepts(instruction, text.charCodeAt(at))) break;
          at += 1;
          pc += 1;
        }
      }
    }
  }
  return undefined;
}

/** All matches from left to right that do not overlap. */
export function* allMatches(regex: Regex, text: string): Generator<RegexMatch> {
  let at = 0;
  while (at <= text.length) {
    const match = regex.exec(text, at);
    if (match === undefined) return;
    yield match;
    at = match.end > match.start ? match.end : match.end + 1;
  }
}
