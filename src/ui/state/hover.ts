import { create } from 'zustand';

/** What the pointer or the focus rests on: its Pods stay lit and the others are dimmed. */
export type HoverFocus =
  | { readonly kind: 'workload'; readonly key: string }
  | { readonly kind: 'service'; readonly id: string };

interface HoverState {
  readonly focus: HoverFocus | undefined;
  light(focus: HoverFocus | undefined): void;
}

export const useHover = create<HoverState>()((set, get) => ({
  focus: undefined,
  light(focus) {
    if (focus !== get().focus) set({ focus });
  },
}));
