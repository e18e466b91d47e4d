import type { World } from './world.ts';

/**
 * A fingerprint of everything in a world, as 16 hexadecimal digits. Equal worlds have equal hashes in
 * every engine: only integers, text and order enter, no memory addresses and no floating-point rounding.
 */
export function hashWorld(world: World): string {
  const state: HashState = { low: 0x811c9dc5 | 0, high: 0x1b873593 | 0 };
  // The heap's array order is itself determined by the history of pushes and pops.
  mixValue(state, world);
  return hex(state.low) + hex(state.high);
}

/** The same for any plain value. */
export function hashValue(value: unknown): string {
  const state: HashState = { low: 0x811c9dc5 | 0, high: 0x1b873593 | 0 };
  mixValue(state, value);
  return hex(state.low) + hex(state.high);
}

interface HashState {
  low: number;
  high: number;
}

interface FrozenHash {
  readonly low: number;
  readonly high: number;
}

/** Frozen values never change, so each is walked once. A memo only: it adds nothing to the result. */
const frozenHashes = new WeakMap<object, FrozenHash>();

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

function mix(state: HashState, word: number): void {
  state.low = Math.imul(state.low ^ word, 0x01000193);
  state.high = Math.imul((state.high << 13) | (state.high >>> 19), 5) + (word ^ state.low);
  state.high |= 0;
}

function mixText(state: HashState, text: string): void {
  mix(state, text.length);
  for (let i = 0; i < text.length; i++) mix(state, text.charCodeAt(i));
}

function mixValue(state: HashState, value: unknown): void {
  switch (typeof value) {
    case 'string':
      mix(state, 1);
      mixText(state, value);
      return;
    case 'number':
      if (Number.isInteger(value)) {
        mix(state, 2);
        mix(state, value | 0);
        mix(state, Math.floor(value / 4294967296) | 0);
      } else {
        mix(state, 3);
        mixText(state, String(value));
      }
      return;
    case 'boolean':
      mix(state, value ? 4 : 5);
      return;
    case 'undefined':
      mix(state, 6);
      return;
    case 'object':
      if (value === null) mix(state, 7);
      else mixObject(state, value);
      return;
    default:
      throw new TypeError(`a world holds plain data only, not a ${typeof value}`);
  }
}

function mixObject(state: HashState, value: object): void {
  // Frozen or not, an object enters by the hash of its own: freezing is a matter of cost, not of state.
  const frozen = Object.isFrozen(value);
  let own = frozen ? frozenHashes.get(value) : undefined;
  if (own === undefined) {
    const fresh: HashState = { low: 0x811c9dc5 | 0, high: 0x1b873593 | 0 };
    mixFields(fresh, value);
    own = { low: fresh.low, high: fresh.high };
    if (frozen) frozenHashes.set(value, own);
  }
  mix(state, own.low);
  mix(state, own.high);
}

function mixFields(state: HashState, value: object): void {
  if (Array.isArray(value)) {
    mix(state, 8);
    mix(state, value.length);
    for (const item of value) mixValue(state, item);
  } else if (value instanceof Map) {
    mix(state, 9);
    mix(state, value.size);
    for (const [key, item] of value) {
      mixValue(state, key);
      mixValue(state, item);
    }
  } else if (value instanceof Set) {
    mix(state, 10);
    mix(state, value.size);
    for (const item of value) mixValue(state, item);
  } else if (ArrayBuffer.isView(value)) {
    mix(state, 11);
    for (const item of value as unknown as ArrayLike<number> & Iterable<number>)
      mixValue(state, item);
  } else {
    mix(state, 12);
    const source = value as Record<string, unknown>;
    for (const key in source) {
      mixText(state, key);
      mixValue(state, source[key]);
    }
    mix(state, 13);
  }
}
