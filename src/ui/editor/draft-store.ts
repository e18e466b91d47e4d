import { createStore } from 'zustand/vanilla';
import { GALLERY } from '../../scenarios/gallery.ts';

/** The text in the editor. It outlives the editor's panel, and a reload by way of local storage. */
export interface Draft {
  readonly text: string;
  /** Counts texts that were put in from outside the editor: it then shows them and forgets its undo stack's cursor. */
  readonly opened: number;
}

const KEY = 'kubarium.draft';

export const draftStore = createStore<Draft>(() => ({
  text: storedText() ?? firstText(),
  opened: 0,
}));

/** The person typed. */
export function typeDraft(text: string): void {
  draftStore.setState({ text });
  storeText(text);
}

/** Puts a whole text into the editor: a template, a file, an object from the inspector. */
export function openDraft(text: string): void {
  draftStore.setState((draft) => ({ text, opened: draft.opened + 1 }));
  storeText(text);
}

function firstText(): string {
  return GALLERY[0]?.manifest ?? '';
}

function storedText(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    // A private window may refuse storage; the draft then lives as long as the page.
    return undefined;
  }
}

function storeText(text: string): void {
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // A text beyond the quota is kept in the page alone.
  }
}
