import { revealLeft } from '../state/reveal-left.ts';

/** Puts a text into the manifest editor and shows it. */
export async function openInEditor(text: string): Promise<void> {
  revealLeft('manifests');
  const { openDraft } = await import('../editor/draft-store.ts');
  openDraft(text);
}
