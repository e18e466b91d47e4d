import { lazy, Suspense, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { draftStore, typeDraft } from '../editor/draft-store.ts';

const EditorPanel = lazy(() => import('../editor/editor-panel.tsx'));

/** The editor's megabytes begin to load this long after the first picture, or at the first touch. */
const LOAD_AFTER_MILLIS = 900;

/** The place of the manifest editor: at first a plain field that keeps the same text, then the real one. */
export function EditorSlot() {
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    const due = setTimeout(() => setWanted(true), LOAD_AFTER_MILLIS);
    return () => clearTimeout(due);
  }, []);
  const plain = <PlainEditor onTouch={() => setWanted(true)} />;
  return wanted ? (
    <Suspense fallback={plain}>
      <EditorPanel />
    </Suspense>
  ) : (
    plain
  );
}

function PlainEditor({ onTouch }: { readonly onTouch: () => void }) {
  const text = useStore(draftStore, (draft) => draft.text);
  return (
    <textarea
      className="plain-editor"
      aria-label="Manifest"
      spellCheck={false}
      value={text}
      onPointerDown={onTouch}
      onFocus={onTouch}
      onChange={(event) => typeDraft(event.target.value)}
    />
  );
}
