import { inOnePiece } from '../base/one-piece.ts';
import type { Micros } from './time.ts';

/**
 * Why something happens: one link of a chain that leads back to a person's act, a fault or a timer.
 * Links are immutable and point at their parent, so a chain lives exactly as long as something that
 * it explains.
 */
export interface Cause {
  /** Unique in a world, in order of creation. */
  readonly id: number;
  readonly at: Micros;
  /** The process that acted, or `you` for a person. */
  readonly by: string;
  /** One sentence without a full stop: what was decided or done, with the numbers that decided. */
  readonly what: string;
  readonly parent: Cause | undefined;
  /** Links back to the root, which has 0. */
  readonly depth: number;
  /** The first link. Kept apart from the parents, which are cut off past `DEPTH_MAX`. */
  readonly root: Cause | undefined;
}

/** A loop that feeds itself for hours must not hold its whole past; a person reads no longer chain. */
export const DEPTH_MAX = 96;

/** A new link below `parent`; without one it is a root. */
export function linkCause(
  parent: Cause | undefined,
  id: number,
  at: Micros,
  by: string,
  sentence: string,
): Cause {
  const what = inOnePiece(sentence);
  if (parent === undefined)
    return Object.freeze({ id, at, by, what, parent: undefined, depth: 0, root: undefined });
  const root = parent.root ?? parent;
  return parent.depth >= DEPTH_MAX
    ? Object.freeze({ id, at, by, what, parent: root, depth: 1, root })
    : Object.freeze({ id, at, by, what, parent, depth: parent.depth + 1, root });
}

/** The chain from the root to `cause`, oldest first. */
export function chainOf(cause: Cause): readonly Cause[] {
  const chain: Cause[] = [];
  for (let link: Cause | undefined = cause; link !== undefined; link = link.parent)
    chain.push(link);
  return chain.reverse();
}
