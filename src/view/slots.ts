import { compareNatural } from './natural-order.ts';
import { createKeyedSignal, type Listener } from './keyed-signal.ts';

/** What decides where something stands. */
export interface SlotOwner {
  readonly id: string;
  readonly zone: string;
  readonly name: string;
}

/**
 * Addresses on the canvas. A thing keeps its slot while it lives; a new one takes the lowest free slot,
 * so nothing ever moves because of its neighbours. Only `settle`, and growth to twice the size, sort anew.
 */
export interface Slots {
  slotOf(id: string): number | undefined;
  idAt(slot: number): string | undefined;
  /** Columns of the grid the slots are laid on. */
  readonly columns: number;
  /** One more than the highest slot in use. */
  readonly extent: number;
  watch(listener: Listener): () => void;
}

export interface WritableSlots extends Slots {
  add(owner: SlotOwner): void;
  remove(id: string): void;
  /** Sorts everything anew by zone and name: while a cluster is being filled, before anyone knows an address. */
  settle(): void;
  clear(): void;
  flush(): number;
}

const LAYOUT = 'layout';

/** `columnsFor` says how wide the grid is for a number of things. */
export function createSlots(columnsFor: (count: number) => number): WritableSlots {
  const owners = new Map<string, SlotOwner>();
  const slotById = new Map<string, number>();
  let idBySlot: (string | undefined)[] = [];
  let lowestFree = 0;
  let sortedAt = 0;
  let columns = 1;
  const signal = createKeyedSignal();

  function place(id: string): void {
    while (idBySlot[lowestFree] !== undefined) lowestFree += 1;
    idBySlot[lowestFree] = id;
    slotById.set(id, lowestFree);
  }

  function sortAnew(): void {
    const sorted = [...owners.values()].sort(
      (a, b) => compareNatural(a.zone, b.zone) || compareNatural(a.name, b.name),
    );
    slotById.clear();
    idBySlot = [];
    lowestFree = 0;
    for (const owner of sorted) place(owner.id);
    sortedAt = sorted.length;
    columns = columnsFor(sorted.length);
    signal.mark(LAYOUT);
  }

  return {
    slotOf: (id) => slotById.get(id),
    idAt: (slot) => idBySlot[slot],
    get columns() {
      return columns;
    },
    get extent() {
      return idBySlot.length;
    },
    watch: (listener) => signal.watch(LAYOUT, listener),
    add(owner) {
      const known = owners.has(owner.id);
      owners.set(owner.id, owner);
      if (known) return;
      place(owner.id);
      signal.mark(LAYOUT);
      // A field that has doubled is another field; keeping its old width would make it a ribbon.
      if (owners.size > 2 * Math.max(sortedAt, 2)) sortAnew();
    },
    remove(id) {
      const slot = slotById.get(id);
      if (slot === undefined) return;
      owners.delete(id);
      slotById.delete(id);
      idBySlot[slot] = undefined;
      lowestFree = Math.min(lowestFree, slot);
      while (idBySlot.length > 0 && idBySlot[idBySlot.length - 1] === undefined) idBySlot.pop();
      signal.mark(LAYOUT);
    },
    settle() {
      if (owners.size > 0) sortAnew();
    },
    clear() {
      owners.clear();
      slotById.clear();
      idBySlot = [];
      lowestFree = 0;
      sortedAt = 0;
      columns = 1;
      signal.mark(LAYOUT);
    },
    flush: () => signal.flush(),
  };
}
