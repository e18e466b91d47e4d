import type { Node } from '../../../api/generated/types.ts';

/**
 * A yes-or-no question about nodes (does this node affinity match?), asked once for each node and
 * remembered until the node changes. Pods of a workload ask the same question; `key` is its identity.
 */
export interface NodeMask {
  readonly key: string;
  readonly test: (node: Node) => boolean;
  /** By slot: 0 no, 1 yes, 2 not asked yet. */
  answers: Uint8Array;
  lastUsed: number;
}

export interface NodeMasks {
  readonly byKey: Map<string, NodeMask>;
  /** Counts uses, to know which mask has been idle longest. */
  clock: number;
  /** Grows when a mask is dropped: it is not kept up to date any more. */
  version: number;
}

const UNKNOWN = 2;

/** Masks of workloads that no longer come are dropped; asking again only takes time. */
const MASKS_MAX = 128;

export function createNodeMasks(): NodeMasks {
  return { byKey: new Map(), clock: 0, version: 0 };
}

/** The mask for a question; `test` must be a pure function of the node's labels, name and taints. */
export function nodeMask(
  masks: NodeMasks,
  key: string,
  capacity: number,
  test: (node: Node) => boolean,
): NodeMask {
  masks.clock += 1;
  let mask = masks.byKey.get(key);
  if (mask === undefined) {
    if (masks.byKey.size >= MASKS_MAX) dropIdle(masks);
    mask = { key, test, answers: new Uint8Array(capacity).fill(UNKNOWN), lastUsed: 0 };
    masks.byKey.set(key, mask);
  }
  mask.lastUsed = masks.clock;
  return mask;
}

/** The answer for the node in a slot. */
export function maskAdmits(mask: NodeMask, slot: number, node: Node): boolean {
  const known = mask.answers[slot];
  if (known !== UNKNOWN) return known === 1;
  const answer = mask.test(node);
  mask.answers[slot] = answer ? 1 : 0;
  return answer;
}

/** The node in a slot is another now: every question about it is open again. */
export function forgetAnswers(masks: NodeMasks, slot: number): void {
  for (const mask of masks.byKey.values()) mask.answers[slot] = UNKNOWN;
}

export function growMasks(masks: NodeMasks, capacity: number): void {
  for (const mask of masks.byKey.values()) {
    const answers = new Uint8Array(capacity).fill(UNKNOWN);
    answers.set(mask.answers);
    mask.answers = answers;
  }
}

function dropIdle(masks: NodeMasks): void {
  let idlest: NodeMask | undefined;
  for (const mask of masks.byKey.values()) {
    if (idlest === undefined || mask.lastUsed < idlest.lastUsed) idlest = mask;
  }
  if (idlest === undefined) return;
  masks.byKey.delete(idlest.key);
  masks.version += 1;
}
