import type { KubeObject } from './kube-object.ts';

/** Objects of a copy that are filed under one value of an index, by key, in order of arrival. */
export interface Filed<T> extends Iterable<readonly [string, T]> {
  readonly size: number;
  has(key: string): boolean;
  keys(): Iterable<string>;
  values(): readonly T[];
}

/**
 * The keys of an index seen as the objects that they stand for now. A class, because it has many methods and is made at
 * each look; it holds nothing, and is no part of any state.
 */
export class FiledObjects implements Filed<KubeObject> {
  readonly #items: ReadonlyMap<string, KubeObject>;
  readonly #keys: ReadonlySet<string>;

  constructor(items: ReadonlyMap<string, KubeObject>, keys: ReadonlySet<string>) {
    this.#items = items;
    this.#keys = keys;
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  keys(): Iterable<string> {
    return this.#keys.keys();
  }

  values(): readonly KubeObject[] {
    const objects: KubeObject[] = [];
    for (const key of this.#keys) {
      const object = this.#items.get(key);
      // An index and its copy change together.
      if (object !== undefined) objects.push(object);
    }
    return objects;
  }

  *[Symbol.iterator](): Generator<readonly [string, KubeObject]> {
    for (const key of this.#keys) {
      const object = this.#items.get(key);
      if (object !== undefined) yield [key, object];
    }
  }
}

/** Nothing is filed there. */
export const NONE_FILED: Filed<never> = {
  size: 0,
  has: () => false,
  keys: () => [],
  values: () => [],
  [Symbol.iterator]: () => [].values(),
};
