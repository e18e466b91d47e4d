import { RegexError, type Assertion, type RegexNode } from './tree.ts';

/** One step of a compiled expression. Numbers are positions in the program. */
export type Instruction =
  | { readonly op: 'char'; readonly code: number }
  | { readonly op: 'set'; readonly low: Uint8Array; readonly has: (code: number) => boolean }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'assert'; readonly what: Assertion }
  | { readonly op: 'same-as'; readonly index: number }
  | { readonly op: 'match' };

/** A few hundred characters' worth of repetitions; more would make each step slow. */
const PROGRAM_MAX = 20_000;

export function compileTree(root: RegexNode, ignoreCase: boolean): readonly Instruction[] {
  const program: Instruction[] = [];

  function add(instruction: Instruction): number {
    if (program.length >= PROGRAM_MAX) throw new RegexError('Regular expression too big');
    return program.push(instruction) - 1;
  }

  function emit(node: RegexNode): void {
    switch (node.kind) {
      case 'empty':
        return;
      case 'set':
        add(setInstruction(node, ignoreCase));
        return;
      case 'assert':
        add({ op: 'assert', what: node.what });
        return;
      case 'same-as':
        add({ op: 'same-as', index: node.index });
        return;
      case 'sequence':
        for (const item of node.items) emit(item);
        return;
      case 'group':
        add({ op: 'save', slot: node.index * 2 });
        emit(node.body);
        add({ op: 'save', slot: node.index * 2 + 1 });
        return;
      case 'choice':
        emitChoice(node.items);
        return;
      case 'repeat':
        emitRepeat(node);
        return;
    }
  }

  function emitChoice(items: readonly RegexNode[]): void {
    const jumps: number[] = [];
    for (const [i, item] of items.entries()) {
      if (i === items.length - 1) {
        emit(item);
        break;
      }
      const split = add({ op: 'split', first: program.length + 1, second: 0 });
      emit(item);
      jumps.push(add({ op: 'jump', to: 0 }));
      pointSecond(split, program.length);
    }
    for (const jump of jumps) {
      const instruction = program[jump];
      if (instruction?.op === 'jump') instruction.to = program.length;
    }
  }

  function emitRepeat({ body, min, max, lazy }: Extract<RegexNode, { kind: 'repeat' }>): void {
    for (let i = 0; i < min; i++) emit(body);
    if (max === Infinity) {
      const split = add({ op: 'split', first: program.length + 1, second: 0 });
      emit(body);
      add({ op: 'jump', to: split });
      pointSecond(split, program.length);
      if (lazy) swap(split);
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < max; i++) {
      splits.push(add({ op: 'split', first: program.length + 1, second: 0 }));
      emit(body);
    }
    for (const split of splits) {
      pointSecond(split, program.length);
      if (lazy) swap(split);
    }
  }

  function pointSecond(at: number, to: number): void {
    const instruction = program[at];
    if (instruction?.op === 'split') instruction.second = to;
  }

  function swap(at: number): void {
    const instruction = program[at];
    if (instruction?.op !== 'split') return;
    const { first, second } = instruction;
    instruction.first = second;
    instruction.second = first;
  }

  emit(root);
  add({ op: 'match' });
  return program;
}

function setInstruction(
  { has, only }: Extract<RegexNode, { kind: 'set' }>,
  ignoreCase: boolean,
): Instruction {
  if (only !== undefined && (!ignoreCase || otherCase(only) === only))
    return { op: 'char', code: only };
  const test = ignoreCase ? (code: number) => has(code) || has(otherCase(code)) : has;
  // Most characters are of the first 128: asked once, and looked up from then on.
  const low = new Uint8Array(128);
  for (let code = 0; code < 128; code++) low[code] = test(code) ? 1 : 0;
  return { op: 'set', low, has: test };
}

function otherCase(code: number): number {
  const char = String.fromCharCode(code);
  const lower = char.toLowerCase();
  const other = lower === char ? char.toUpperCase() : lower;
  return other.length === 1 ? other.charCodeAt(0) : code;
}
