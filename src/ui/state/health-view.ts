import { create } from 'zustand';

/** How far back charts look, in minutes of the cluster's time. */
export const CHART_WINDOWS = [2, 10, 60] as const;

/** The health view: whether it lies over the canvas, and what its charts show. */
interface HealthViewState {
  readonly open: boolean;
  readonly minutes: (typeof CHART_WINDOWS)[number];
  toggle(open?: boolean): void;
  look(minutes: HealthViewState['minutes']): void;
}

export const useHealthView = create<HealthViewState>()((set) => ({
  open: false,
  minutes: 2,
  toggle: (open) => set((state) => ({ open: open ?? !state.open })),
  look: (minutes) => set({ minutes }),
}));
