import { create } from 'zustand';
import { readStored, writeStored } from './stored.ts';

export type Theme = 'system' | 'light' | 'dark';

const ORDER: readonly Theme[] = ['system', 'light', 'dark'];

interface ThemeState {
  readonly theme: Theme;
  choose(theme: Theme): void;
  /** System → light → dark → system. */
  next(): void;
}

function parse(text: string | undefined): Theme {
  return ORDER.find((each) => each === text) ?? 'system';
}

/** Puts the theme on the document; public/theme-boot.js does the same before the first paint. */
function show(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
}

export const useTheme = create<ThemeState>()((set, get) => ({
  theme: parse(readStored('theme')),
  choose(theme) {
    writeStored('theme', theme);
    show(theme);
    set({ theme });
  },
  next() {
    const at = ORDER.indexOf(get().theme);
    get().choose(ORDER[(at + 1) % ORDER.length] ?? 'system');
  },
}));
