import { useEffect } from 'react';
import { usePage } from '../page.tsx';
import { useMenu, useSheet } from '../state/menu.ts';
import { BINDINGS, SPACE } from './bindings.ts';

/** The page's keys. Single letters act only when no field has the focus, and nothing lies over the page. */
export function useKeys(): void {
  const page = usePage();
  useEffect(() => {
    let spaceHeld = false;
    let dragged = false;

    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.isComposing || isCovered()) return;
      const typing = isField(event.target);
      // Before the question whether it is taken: React Flow takes every space bar for its panning.
      if (event.key === ' ' && !typing && !isPressable(event.target)) {
        if (!spaceHeld) dragged = false;
        spaceHeld = true;
        event.preventDefault();
        return;
      }
      if (event.defaultPrevented) return;
      const modified = event.ctrlKey || event.metaKey || event.altKey;
      if (typing && !modified) return;
      const binding = BINDINGS.find((each) => each.matches(event));
      if (binding === undefined) return;
      event.preventDefault();
      binding.run(page);
    };
    const onKeyUp = (event: KeyboardEvent): void => {
      if (event.key !== ' ' || !spaceHeld) return;
      spaceHeld = false;
      if (!dragged) SPACE.run(page);
    };
    const onPointerDown = (): void => {
      dragged = true;
    };
    addEventListener('keydown', onKeyDown);
    addEventListener('keyup', onKeyUp);
    addEventListener('pointerdown', onPointerDown);
    return () => {
      removeEventListener('keydown', onKeyDown);
      removeEventListener('keyup', onKeyUp);
      removeEventListener('pointerdown', onPointerDown);
    };
  }, [page]);
}

function isCovered(): boolean {
  return (
    useSheet.getState().sheet !== undefined ||
    useMenu.getState().open !== undefined ||
    document.querySelector('[role="menu"]') !== null
  );
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, .monaco-editor') !== null)
  );
}

/** A focused button takes the space bar for itself, as everywhere. */
function isPressable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('button, a, [role="tab"], summary') !== null
  );
}
