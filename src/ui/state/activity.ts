import { create } from 'zustand';
import type { ThingId } from '../../view/selection.ts';

/** One act of the person's, from the click to its answer. */
export interface Activity {
  readonly id: number;
  /** Microseconds since the world began. */
  readonly at: number;
  /** `Delete Pod web-1`. */
  readonly label: string;
  /** The objects it is about: they show a ring while it is pending. */
  readonly targets: readonly ThingId[];
  readonly state: 'pending' | 'done' | 'failed';
  /** What came of it, or how far it is: the answer of the API server in one sentence. */
  readonly message: string;
  /** The same act as a command. */
  readonly command: string | undefined;
  readonly cancel: (() => void) | undefined;
  /** How many acts the engine had recorded when it began and when it was answered; undefined: none is recorded. */
  readonly acts: number | undefined;
  readonly actsAfter?: number | undefined;
}

interface ActivityState {
  /** Newest first. */
  readonly activities: readonly Activity[];
  begin(activity: Omit<Activity, 'id' | 'state' | 'message'>): number;
  progress(id: number, message: string): void;
  settle(
    id: number,
    outcome: {
      readonly state: 'done' | 'failed';
      readonly message: string;
      readonly actsAfter?: number | undefined;
    },
  ): void;
}

const KEPT_MAX = 100;
let nextId = 1;

export const useActivity = create<ActivityState>()((set, get) => {
  const change = (id: number, over: Partial<Activity>): void =>
    set({
      activities: get().activities.map((each) => (each.id === id ? { ...each, ...over } : each)),
    });
  return {
    activities: [],
    begin(activity) {
      const id = nextId++;
      const begun: Activity = { ...activity, id, state: 'pending', message: '' };
      set({ activities: [begun, ...get().activities].slice(0, KEPT_MAX) });
      return id;
    },
    progress: (id, message) => change(id, { message }),
    settle: (id, outcome) => change(id, { ...outcome, cancel: undefined }),
  };
});

/** Whether an act on this thing has not been answered yet. */
export function usePending(id: ThingId): boolean {
  return useActivity((state) =>
    state.activities.some((each) => each.state === 'pending' && each.targets.includes(id)),
  );
}
