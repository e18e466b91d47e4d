import { create } from 'zustand';
import { readStoredRecord, writeStored } from './stored.ts';

/** The terminal's drawer: whether it is open, and how high. */
interface TerminalState {
  readonly isOpen: boolean;
  readonly height: number;
  /** Counts up when the terminal should take the focus. */
  readonly asked: number;
  open(): void;
  close(): void;
  toggle(): void;
  resize(height: number): void;
}

export const TERMINAL_LIMITS = { min: 120, max: 720 } as const;

export const useTerminal = create<TerminalState>()((set, get) => {
  const stored = readStoredRecord('terminal-panel') ?? {};
  const save = (change: { readonly isOpen?: boolean; readonly height?: number }): void => {
    set(change);
    const { isOpen, height } = get();
    writeStored('terminal-panel', JSON.stringify({ isOpen, height }));
  };
  return {
    isOpen: stored['isOpen'] === true,
    height: typeof stored['height'] === 'number' ? stored['height'] : 240,
    asked: 0,
    open() {
      save({ isOpen: true });
      set({ asked: get().asked + 1 });
    },
    close: () => save({ isOpen: false }),
    toggle() {
      if (get().isOpen) get().close();
      else get().open();
    },
    resize: (height) =>
      save({
        height: Math.round(Math.min(TERMINAL_LIMITS.max, Math.max(TERMINAL_LIMITS.min, height))),
      }),
  };
});
