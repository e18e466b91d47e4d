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

/**
 * Judges a history of one register that begins with `initial`. No two writes may write the same value. The cost is
 * exponential only in how many answered operations overlap.
 */
export function checkRegister(
  operations: readonly RegisterOperation[],
  initial: RegisterValue,
): LinearizabilityVerdict {
  const search = createSearch(operations);
  if (explain(search, initial)) return { linearizable: true };
  const explained = search.best;
  const done = new Set(explained);
  const left = search.answered.filter((each) => !done.has(each));
  const horizon = left.reduce((least, { returnedAt }) => Math.min(least, returnedAt), Infinity);
  return {
    linearizable: false,
    explained,
    stuck: left.filter(({ calledAt }) => calledAt <= horizon),
  };
}

type Unanswered = RegisterOperation & { readonly what: { readonly next: RegisterValue } };

interface Search {
  /** In the order of their calls. */
  readonly answered: readonly RegisterOperation[];
  /** 1 for each answered operation that has its place. */
  readonly placed: Uint8Array;
  /** By what they expect: those of which nobody knows. They need no place, and may be given one. */
  readonly unanswered: ReadonlyMap<RegisterValue, readonly Unanswered[]>;
  readonly used: Set<Unanswered>;
  /** States that led nowhere. */
  readonly tried: Set<string>;
  /** The longest order found. */
  best: readonly RegisterOperation[];
}

function createSearch(operations: readonly RegisterOperation[]): Search {
  const sorted = operations.toSorted((a, b) => a.calledAt - b.calledAt);
  const answered = sorted.filter(({ returnedAt }) => Number.isFinite(returnedAt));
  const unanswered = new Map<RegisterValue, Unanswered[]>();
  for (const each of sorted) {
    if (Number.isFinite(each.returnedAt) || each.what.kind !== 'swap') continue;
    const { expected } = each.what;
    const same = unanswered.get(expected);
    const open = each as Unanswered; // A swap has a next value.
    if (same === undefined) unanswered.set(expected, [open]);
    else same.push(open);
  }
  return {
    answered,
    placed: new Uint8Array(answered.length),
    unanswered,
    used: new Set(),
    tried: new Set(),
    best: [],
  };
}

/** One choice of the search: which operation comes next, and what the register holds after it. */
interface Choice {
  readonly operation: RegisterOperation;
  /** Its place in the list of the answered ones; -1: it is not one of them. */
  readonly index: number;
  readonly value: RegisterValue;
}

/** Depth first with a stack of its own, since histories are longer than a call stack is deep. */
function explain(search: Search, initial: RegisterValue): boolean {
  const { answered, placed, tried } = search;
  const order: Choice[] = [];
  const stack: { readonly choices: readonly Choice[]; next: number }[] = [];
  let left = answered.length;
  /** Every answered operation before it has its place. */
  let from = 0;
  if (left === 0) return true;
  stack.push({ choices: choicesAt(search, from, initial), next: 0 });
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const choice = top.choices[top.next++];
    if (choice === undefined) {
      stack.pop();
      const undone = order.pop();
      if (undone === undefined) continue;
      if (undone.index < 0) search.used.delete(undone.operation as Unanswered);
      else {
        placed[undone.index] = 0;
        left += 1;
        if (undone.index < from) from = undone.index;
      }
      continue;
    }
    order.push(choice);
    if (choice.index < 0) search.used.add(choice.operation as Unanswered);
    else {
      placed[choice.index] = 1;
      left -= 1;
      while (placed[from] === 1) from += 1;
    }
    if (left === 0) return true;
    if (order.length > search.best.length) search.best = order.map(({ operation }) => operation);
    const state = stateKey(search, from, choice.value);
    const isNew = !tried.has(state);
    if (isNew) tried.add(state);
    // A frame without choices goes back at once, like one whose choices are used up.
    stack.push({ choices: isNew ? choicesAt(search, from, choice.value) : [], next: 0 });
  }
  return false;
}

/** The operations that can come next: called before every other open one has returned, and answered as the value would. */
function choicesAt(search: Search, from: number, value: RegisterValue): readonly Choice[] {
  const { answered, placed, unanswered, used } = search;
  let horizon = Infinity;
  let end = from;
  for (; end < answered.length; end++) {
    const each = answered[end] as RegisterOperation; // In range.
    if (each.calledAt > horizon) break;
    if (placed[end] === 0) horizon = Math.min(horizon, each.returnedAt);
  }
  const choices: Choice[] = [];
  for (let index = from; index < end; index++) {
    if (placed[index] === 1) continue;
    const operation = answered[index] as RegisterOperation; // In range.
    if (operation.calledAt > horizon) continue;
    const after = effectOf(operation.what, value);
    if (after !== IMPOSSIBLE) choices.push({ operation, index, value: after.value });
  }
  for (const operation of unanswered.get(value) ?? []) {
    if (operation.calledAt > horizon) break;
    if (!used.has(operation)) choices.push({ operation, index: -1, value: operation.what.next });
  }
  return choices;
}

const IMPOSSIBLE = 'impossible';

/** What the register holds after an answered operation. */
function effectOf(
  call: RegisterCall,
  value: RegisterValue,
): { readonly value: RegisterValue } | typeof IMPOSSIBLE {
  if (call.kind === 'read') return call.found === value ? { value } : IMPOSSIBLE;
  const matches = call.expected === value;
  if (call.outcome === 'done') return matches ? { value: call.next } : IMPOSSIBLE;
  return !matches && call.found === value ? { value } : IMPOSSIBLE;
}

/**
 * What the rest of the search depends on. An unanswered swap that expects a value can happen only while the register
 * holds it, once: whether it has happened shows in the value. Only those that expect nothing can come more than once.
 */
function stateKey(
  { answered, placed, unanswered, used }: Search,
  from: number,
  value: RegisterValue,
): string {
  let key = `${value ?? ''}|${from}`;
  // What was called after the first open one had returned cannot have its place before it.
  const horizon = answered[from]?.returnedAt ?? -Infinity;
  for (let index = from + 1; index < answered.length; index++) {
    if ((answered[index] as RegisterOperation).calledAt > horizon) break; // In range.
    if (placed[index] === 1) key += `,${index}`;
  }
  const creations = unanswered.get(undefined) ?? [];
  for (let at = 0; at < creations.length; at++) {
    if (used.has(creations[at] as Unanswered)) key += `+${at}`; // In range.
  }
  return key;
}
