import type { Node } from '../../../api/generated/types.ts';

/**
 * Which images lie on which nodes, by every name they go by. How widely an image is spread weighs in its
 * score, so that a node that alone has an image does not draw every Pod to it.
 */
export interface ImageStates {
  readonly byName: Map<string, ImageState>;
}

export interface ImageState {
  /** Size in bytes by slot of the node. */
  readonly sizeOn: Map<number, number>;
}

export function createImageStates(): ImageStates {
  return { byName: new Map() };
}

/** Takes a node's images out (`sign` −1) or enters them (1). */
export function fileImages(
  states: ImageStates,
  slot: number,
  node: Node | undefined,
  sign: 1 | -1,
): void {
  for (const { names, sizeBytes } of node?.status?.images ?? []) {
    for (const name of names ?? []) {
      if (sign > 0) enter(states, name, slot, sizeBytes ?? 0);
      else remove(states, name, slot);
    }
  }
}

function enter(states: ImageStates, name: string, slot: number, size: number): void {
  let state = states.byName.get(name);
  if (state === undefined) {
    state = { sizeOn: new Map() };
    states.byName.set(name, state);
  }
  state.sizeOn.set(slot, size);
}

function remove(states: ImageStates, name: string, slot: number): void {
  const state = states.byName.get(name);
  if (state === undefined) return;
  state.sizeOn.delete(slot);
  if (state.sizeOn.size === 0) states.byName.delete(name);
}
