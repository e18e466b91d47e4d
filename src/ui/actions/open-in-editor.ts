import { usePanels } from '../state/panels.ts';

/** Puts a text into the manifest editor and shows it. */
export async function openInEditor(text: string): Promise<void> {
  usePanels.getState().showLeft('manifests');
  const { openDraft } = await import('../editor/draft-store.ts');
  openDraft(text);
}
