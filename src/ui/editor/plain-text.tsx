import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { draftStore, typeDraft } from './draft-store.ts';
import { letMonacoCome } from './monaco-due.ts';

/** Where somebody writes, so that whatever takes the place of the field goes on there: an offset into the text. */
let writingAt: number | undefined;

/** Takes the place over: undefined when nobody writes. */
export function takeWritingPlace(): number | undefined {
  const place = writingAt;
  writingAt = undefined;
  return place;
}

/** The manifest before Monaco is there: the same text in the same place, with the same measures, and it can be written in. */
export function PlainText({ onTouch }: { readonly onTouch?: () => void }) {
  const text = useStore(draftStore, (draft) => draft.text);
  const field = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const { current } = field;
    const place = takeWritingPlace();
    if (place !== undefined && current !== null) {
      current.focus({ preventScroll: true });
      current.setSelectionRange(place, place);
    }
    return () => {
      if (document.activeElement === current) writingAt = current?.selectionStart ?? 0;
    };
  }, []);
  const touch = (): void => {
    letMonacoCome();
    onTouch?.();
  };
  return (
    <div className="plain-editor">
      <pre ref={numbers} aria-hidden="true">
        {text.split('\n').map((_, at) => `${at + 1}\n`)}
      </pre>
      <textarea
        ref={field}
        aria-label="Manifest"
        spellCheck={false}
        value={text}
        onPointerDown={touch}
        onFocus={touch}
        onChange={(event) => typeDraft(event.target.value)}
        onScroll={(event) => {
          if (numbers.current === null) return;
          numbers.current.style.transform = `translateY(${-event.currentTarget.scrollTop}px)`;
        }}
      />
    </div>
  );
}
