import { create } from 'zustand';

/** A text that a program of the terminal wants edited: `kubectl edit`, `vi`. */
interface EditState {
  readonly open:
    | {
        readonly title: string;
        readonly text: string;
        readonly finish: (text: string | undefined) => void;
      }
    | undefined;
  ask(text: string, title: string): Promise<string | undefined>;
}

export const useEditRequest = create<EditState>()((set, get) => ({
  open: undefined,
  ask(text, title) {
    get().open?.finish(undefined);
    return new Promise((resolve) => {
      const finish = (edited: string | undefined): void => {
        set({ open: undefined });
        resolve(edited);
      };
      set({ open: { title, text, finish } });
    });
  },
}));
