import { BookOpen } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { draftStore, typeDraft } from '../editor/draft-store.ts';
import { useIds } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';

const EditorPanel = lazy(() => import('../editor/editor-panel.tsx'));

/** The editor's megabytes begin to load this long after the canvas lives, or at the first touch. */
const LOAD_AFTER_MILLIS = 1500;

/** The place of the manifest editor: at first a plain field that keeps the same text, then the real one. */
export function EditorSlot() {
  const alive = useIds(usePage().view.nodes).length > 0;
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (!alive) return undefined;
    const due = setTimeout(() => setWanted(true), LOAD_AFTER_MILLIS);
    return () => clearTimeout(due);
  }, [alive]);
  const plain = <PlainEditor onTouch={() => setWanted(true)} />;
  return wanted ? (
    <Suspense fallback={plain}>
      <EditorPanel />
    </Suspense>
  ) : (
    plain
  );
}

/** Has the measures of the real one, so that nothing jumps when that takes its place. */
function PlainEditor({ onTouch }: { readonly onTouch: () => void }) {
  const text = useStore(draftStore, (draft) => draft.text);
  return (
    <>
      <div className="flex items-center border-b border-line px-2 py-1" aria-hidden="true">
        <span className="flex items-center gap-1.5 px-2 py-1 text-xs text-dim">
          <BookOpen size={14} />
          Templates
        </span>
      </div>
      <textarea
        className="plain-editor"
        aria-label="Manifest"
        spellCheck={false}
        value={text}
        onPointerDown={onTouch}
        onFocus={onTouch}
        onChange={(event) => typeDraft(event.target.value)}
      />
      <div className="h-[49px] border-t border-line" />
    </>
  );
}
