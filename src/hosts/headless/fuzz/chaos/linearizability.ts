/**
 * Whether a history of operations on one register can be put in an order that explains every answer, each operation
 * taking effect at one instant between its call and its return. The search is Wing and Gong's with Lowe's memory of
 * states already tried; a store of many keys is linearizable when each key's history is.
 */
export interface RegisterOperation {
  readonly client: string;
  readonly calledAt: number;
  /** Infinity: the client never learnt what came of it, so it may take effect at any time, or never. */
  readonly returnedAt: number;
  readonly what: RegisterCall;
}

/** Values are named apart, so that a value tells which write it came from; `undefined`: the key does not exist. */
export type RegisterValue = string | undefined;

export type RegisterCall =
  /** A linearizable read that was answered. One that was not says nothing. */
  | { readonly kind: 'read'; readonly found: RegisterValue }
  /** A write on condition that the register holds `expected`. */
  | {
      readonly kind: 'swap';
      readonly expected: RegisterValue;
      readonly next: RegisterValue;
      readonly outcome: 'done' | 'refused' | 'unknown';
      /** For a refused one, what the register held instead. */
      readonly found?: RegisterValue;
    };

export type LinearizabilityVerdict =
  | { readonly linearizable: true }
  | {
      readonly linearizable: false;
      /** The longest beginning that could be explained, in its order. */
      readonly explained: readonly RegisterOperation[];
      /** The operations of which one would have to come next, and none can. */
      readonly stuck: readonly RegisterOperation[];
    };

/** Judges a history of one register that begins with `initial`. The cost is exponential only in how many operations overlap. */
export function checkRegister(
  operations: readonly RegisterOperation[],
  initial: RegisterValue,
): LinearizabilityVerdict {
  const sorted = operations.toSorted((a, b) => a.calledAt - b.calledAt);
  const search: Search = {
    sorted,
    tried: new Set(),
    best: [],
    taken: new Uint8Array(sorted.length),
  };
  if (explain(search, initial, sorted.filter(mustReturn).length)) return { linearizable: true };
  const explained = search.best.map((index) => sorted[index] as RegisterOperation); // Indexes of this list.
  const done = new Set(explained);
  const horizon = earliestReturn(sorted.filter((each) => !done.has(each)));
  return {
    linearizable: false,
    explained,
    stuck: sorted.filter((each) => !done.has(each) && each.calledAt <= horizon),
  };
}

interface Search {
  readonly sorted: readonly RegisterOperation[];
  /** Sets of explained operations with the value they lead to, that led nowhere. */
  readonly tried: Set<string>;
  best: readonly number[];
  /** 1 for each operation that has its place. */
  readonly taken: Uint8Array;
}

function mustReturn({ returnedAt }: RegisterOperation): boolean {
  return Number.isFinite(returnedAt);
}

function earliestReturn(operations: readonly RegisterOperation[]): number {
  return operations.reduce((least, each) => Math.min(least, each.returnedAt), Infinity);
}

/** One choice of the search: which operation came next, and what the register holds after it. */
interface Choice {
  readonly index: number;
  readonly value: RegisterValue;
}

/** Depth first with a stack of its own, since histories are longer than a call stack is deep. */
function explain(search: Search, initial: RegisterValue, returning: number): boolean {
  const { sorted, taken, tried } = search;
  const order: number[] = [];
  const stack: { readonly choices: readonly Choice[]; next: number }[] = [];
  let left = returning;
  /** Everything before it has its place. */
  let from = 0;
  const enter = (value: RegisterValue): void => {
    while (from < sorted.length && taken[from] === 1) from += 1;
    stack.push({ choices: choicesAt(search, from, value), next: 0 });
  };
  enter(initial);
  if (left === 0) return true;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const choice = top.choices[top.next++];
    if (choice === undefined) {
      stack.pop();
      const undone = order.pop();
      if (undone === undefined) continue;
      taken[undone] = 0;
      if (undone < from) from = undone;
      if (mustReturn(sorted[undone] as RegisterOperation)) left += 1; // An index of the list.
      continue;
    }
    taken[choice.index] = 1;
    order.push(choice.index);
    if (mustReturn(sorted[choice.index] as RegisterOperation)) left -= 1; // As above.
    if (left === 0) return true;
    if (order.length > search.best.length) search.best = [...order];
    const state = stateKey(taken, from, choice.value);
    if (tried.has(state)) {
      // Goes back at once: an empty frame ends like one whose choices are used up.
      stack.push({ choices: [], next: 0 });
      continue;
    }
    tried.add(state);
    enter(choice.value);
  }
  return false;
}

/** The operations that can come next: called before every other open one has returned, and answered as the value would. */
function choicesAt(
  { sorted, taken }: Search,
  from: number,
  value: RegisterValue,
): readonly Choice[] {
  let horizon = Infinity;
  for (let index = from; index < sorted.length; index++) {
    const each = sorted[index] as RegisterOperation; // In range.
    if (each.calledAt > horizon) break;
    if (taken[index] === 0) horizon = Math.min(horizon, each.returnedAt);
  }
  const choices: Choice[] = [];
  for (let index = from; index < sorted.length; index++) {
    const each = sorted[index] as RegisterOperation; // In range.
    if (each.calledAt > horizon) break;
    if (taken[index] === 1) continue;
    const after = effectOf(each.what, value);
    if (after !== IMPOSSIBLE) choices.push({ index, value: after.value });
  }
  return choices;
}

const IMPOSSIBLE = 'impossible';

function effectOf(
  call: RegisterCall,
  value: RegisterValue,
): { readonly value: RegisterValue } | typeof IMPOSSIBLE {
  if (call.kind === 'read') return call.found === value ? { value } : IMPOSSIBLE;
  const matches = call.expected === value;
  switch (call.outcome) {
    case 'done':
      return matches ? { value: call.next } : IMPOSSIBLE;
    case 'refused':
      return !matches && call.found === value ? { value } : IMPOSSIBLE;
    case 'unknown':
      // Where it would change nothing it need not be placed: leaving it out explains the same.
      return matches ? { value: call.next } : IMPOSSIBLE;
  }
}

/** The set of placed operations: all before `from`, and those marked after it. */
function stateKey(taken: Uint8Array, from: number, value: RegisterValue): string {
  const marks: number[] = [];
  for (let index = from; index < taken.length; index++) if (taken[index] === 1) marks.push(index);
  return `${from}:${marks.join(',')}:${value ?? ''}`;
}
