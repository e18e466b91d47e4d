import type { NodeTable } from './node-table.ts';

/**
 * Answers about nodes that hold until the node changes: a Pod like the last one asks the same of thousands
 * of nodes, of which a few have changed meanwhile. `T` is never undefined.
 */
export interface NodeMemo<T> {
  /** The node's version that each answer was given for; 0: none. */
  versions: Uint32Array;
  readonly answers: (T | undefined)[];
  lastUsed: number;
}

export interface NodeMemos<T> {
  readonly byKey: Map<string, NodeMemo<T>>;
  clock: number;
}

/** Pods of so many kinds can take turns without asking anew. */
const MEMOS_MAX = 16;

export function createNodeMemos<T>(): NodeMemos<T> {
  return { byKey: new Map(), clock: 0 };
}

/** The memo for a kind of Pod by its identity; `key` must say everything that answers depend on but the node. */
export function nodeMemo<T>(memos: NodeMemos<T>, key: string, table: NodeTable): NodeMemo<T> {
  memos.clock += 1;
  let memo = memos.byKey.get(key);
  if (memo === undefined) {
    if (memos.byKey.size >= MEMOS_MAX) dropIdle(memos);
    memo = { versions: new Uint32Array(table.capacity), answers: [], lastUsed: 0 };
    memos.byKey.set(key, memo);
  } else if (memo.versions.length < table.capacity) {
    const longer = new Uint32Array(table.capacity);
    longer.set(memo.versions);
    memo.versions = longer;
  }
  memo.lastUsed = memos.clock;
  return memo;
}

/** The answer for the node in a slot, if it still holds. */
export function recall<T>(memo: NodeMemo<T>, table: NodeTable, slot: number): T | undefined {
  return memo.versions[slot] === table.versions[slot] ? memo.answers[slot] : undefined;
}

/** Keeps an answer. */
export function remember<T>(memo: NodeMemo<T>, table: NodeTable, slot: number, answer: T): void {
  memo.versions[slot] = table.versions[slot] as number;
  memo.answers[slot] = answer;
}

function dropIdle<T>(memos: NodeMemos<T>): void {
  let idlest: string | undefined;
  let leastUsed = Number.POSITIVE_INFINITY;
  for (const [key, { lastUsed }] of memos.byKey) {
    if (lastUsed >= leastUsed) continue;
    idlest = key;
    leastUsed = lastUsed;
  }
  if (idlest !== undefined) memos.byKey.delete(idlest);
}
