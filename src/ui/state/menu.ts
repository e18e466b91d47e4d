import { create } from 'zustand';
import type { ThingId } from '../../view/selection.ts';

/** The context menu: where it is open and for what. */
interface MenuState {
  readonly open:
    | { readonly x: number; readonly y: number; readonly target: ThingId; readonly only?: 'break' }
    | undefined;
  show(open: NonNullable<MenuState['open']>): void;
  close(): void;
}

export const useMenu = create<MenuState>()((set) => ({
  open: undefined,
  show: (open) => set({ open }),
  close: () => set({ open: undefined }),
}));

/** Which sheet lies over the page. */
interface SheetState {
  readonly sheet: 'palette' | 'keys' | undefined;
  /** What the palette's field begins with. */
  readonly query: string;
  open(sheet: 'palette' | 'keys', query?: string): void;
  close(): void;
}

export const useSheet = create<SheetState>()((set) => ({
  sheet: undefined,
  query: '',
  open: (sheet, query = '') => set({ sheet, query }),
  close: () => set({ sheet: undefined }),
}));
