import type { Node } from '../../../api/generated/types.ts';

/**
 * Which images lie on which nodes, by every name they go by. How widely an image is spread weighs in its
 * score, so that a node that alone has an image does not draw every Pod to it.
 */
export interface ImageStates {
  readonly byName: Map<string, ImageState>;
  /** Grows whenever an image comes to a node or goes. */
  version: number;
}

export interface ImageState {
  /** Size in bytes by slot of the node. */
  readonly sizeOn: Map<number, number>;
  /**
   * The size that counts for all of them: that of the node which has been there longest. Nodes may report
   * sizes that differ a little.
   */
  size: number;
  oldestSlot: number;
}

export function createImageStates(): ImageStates {
  return { byName: new Map(), version: 0 };
}

/** Takes a node's images out (`sign` −1) or enters them (1). `serials` numbers the nodes by age. */
export function fileImages(
  states: ImageStates,
  slot: number,
  node: Node | undefined,
  sign: 1 | -1,
  serials: ArrayLike<number>,
): void {
  const images = node?.status?.images;
  if (images === undefined || images.length === 0) return;
  states.version += 1;
  for (const { names, sizeBytes } of images) {
    for (const name of names ?? []) {
      if (sign > 0) enter(states, name, slot, sizeBytes ?? 0, serials);
      else remove(states, name, slot, serials);
    }
  }
}

function enter(
  states: ImageStates,
  name: string,
  slot: number,
  size: number,
  serials: ArrayLike<number>,
): void {
  const state = states.byName.get(name);
  if (state === undefined) {
    states.byName.set(name, { sizeOn: new Map([[slot, size]]), size, oldestSlot: slot });
    return;
  }
  state.sizeOn.set(slot, size);
  if ((serials[slot] as number) <= (serials[state.oldestSlot] as number)) {
    state.oldestSlot = slot;
    state.size = size;
  }
}

function remove(states: ImageStates, name: string, slot: number, serials: ArrayLike<number>): void {
  const state = states.byName.get(name);
  if (state === undefined) return;
  state.sizeOn.delete(slot);
  if (state.sizeOn.size === 0) states.byName.delete(name);
  else if (state.oldestSlot === slot) findOldest(state, serials);
}

function findOldest(state: ImageState, serials: ArrayLike<number>): void {
  let oldest = Number.POSITIVE_INFINITY;
  for (const [slot, size] of state.sizeOn) {
    const serial = serials[slot] as number;
    if (serial >= oldest) continue;
    oldest = serial;
    state.oldestSlot = slot;
    state.size = size;
  }
}
