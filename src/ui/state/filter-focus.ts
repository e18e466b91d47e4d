import { create } from 'zustand';

/** Whether somebody asked for the field that filters objects, which may have to be loaded first. */
interface FilterFocusState {
  readonly wanted: boolean;
  ask(): void;
  given(): void;
}

export const useFilterFocus = create<FilterFocusState>()((set) => ({
  wanted: false,
  ask: () => set({ wanted: true }),
  given: () => set({ wanted: false }),
}));
