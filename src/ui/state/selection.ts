import { create } from 'zustand';
import type { ThingId } from '../../view/selection.ts';

/** The tabs of the inspector. */
export type InspectorTab = 'summary' | 'scheduling' | 'configuration' | 'yaml' | 'events' | 'why';

interface SelectionState {
  /** What the inspector shows; undefined: the cluster as a whole. */
  readonly selected: ThingId | undefined;
  readonly tab: InspectorTab;
  /** What was selected before and after, for `[` and `]`. */
  readonly past: readonly ThingId[];
  readonly future: readonly ThingId[];
  /** Where the keyboard stands on the canvas. */
  readonly cursor: ThingId | undefined;
  select(id: ThingId | undefined, tab?: InspectorTab): void;
  show(tab: InspectorTab): void;
  back(): void;
  forward(): void;
  point(id: ThingId | undefined): void;
}

const TRAIL_MAX = 50;

export const useSelection = create<SelectionState>()((set, get) => ({
  selected: undefined,
  tab: 'summary',
  past: [],
  future: [],
  cursor: undefined,
  select(id, tab) {
    const { selected, past, cursor } = get();
    const nextTab = tab === undefined ? {} : { tab };
    if (id === selected) {
      set(nextTab);
      return;
    }
    set({
      ...nextTab,
      selected: id,
      // Where the keyboard stood it goes on.
      cursor: id ?? cursor,
      past: selected === undefined ? past : [...past, selected].slice(-TRAIL_MAX),
      future: [],
    });
  },
  show: (tab) => set({ tab }),
  back() {
    const { past, selected, future } = get();
    const last = past[past.length - 1];
    if (last === undefined) return;
    set({
      selected: last,
      cursor: last,
      past: past.slice(0, -1),
      future: selected === undefined ? future : [selected, ...future],
    });
  },
  forward() {
    const { past, selected, future } = get();
    const next = future[0];
    if (next === undefined) return;
    set({
      selected: next,
      cursor: next,
      past: selected === undefined ? past : [...past, selected],
      future: future.slice(1),
    });
  },
  point: (cursor) => set({ cursor }),
}));
