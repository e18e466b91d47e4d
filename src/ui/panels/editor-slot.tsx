import { BookOpen } from 'lucide-react';
import { Suspense, useEffect, useState } from 'react';
import { letMonacoCome } from '../editor/monaco-due.ts';
import { PlainText } from '../editor/plain-text.tsx';
import { useHead, useIds } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { whenIdle } from '../when-idle.ts';
import { lazyPart } from '../parts/lazy-part.ts';

const EditorPanel = lazyPart(() => import('../editor/editor-panel.tsx'));

/** Monaco's megabytes begin to load this long after the canvas lives, or at the first touch. */
const MONACO_AFTER_MILLIS = 1500;

/** The place of the manifest editor: at first a plain field that keeps the same text, then the real one. */
export function EditorSlot() {
  const hasNodes = useIds(usePage().view.nodes).length > 0;
  // What acts is fetched before what is written with.
  const canAct = useHead((head) => head.faultCatalogue.length > 0 || head.attached !== undefined);
  const alive = hasNodes && canAct;
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (!alive) return undefined;
    const callOff = whenIdle(() => setWanted(true));
    const due = setTimeout(letMonacoCome, MONACO_AFTER_MILLIS);
    return () => {
      callOff();
      clearTimeout(due);
    };
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
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center border-b border-line px-2 py-1" aria-hidden="true">
        <span className="flex items-center gap-1.5 px-2 py-1 text-xs text-dim">
          <BookOpen size={14} />
          Templates
        </span>
      </div>
      <div className="relative min-h-0 flex-1">
        <PlainText onTouch={onTouch} />
      </div>
      <div className="h-[51px] border-t border-line" />
    </div>
  );
}
