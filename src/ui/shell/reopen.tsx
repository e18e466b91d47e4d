import { PanelLeftOpen, PanelRightOpen } from 'lucide-react';
import { usePanels } from '../state/panels.ts';
import { revealLeft } from '../state/reveal-left.ts';

/** Handles at the edges that bring back a closed panel. */
export function Reopen({ left, right }: { readonly left: number; readonly right: number }) {
  const toggle = usePanels((state) => state.toggle);
  return (
    <>
      {left === 0 && (
        <button
          type="button"
          className="reopen left-0 top-3 rounded-r-lg border-l-0"
          aria-label="Open the left panel"
          data-tip="Manifests, scenarios, objects, events"
          data-key="Ctrl B"
          onClick={() => revealLeft()}
        >
          <PanelLeftOpen size={13} />
        </button>
      )}
      {right === 0 && (
        <button
          type="button"
          className="reopen bottom-16 right-0 rounded-l-lg border-r-0"
          aria-label="Open the inspector"
          data-tip="Inspector"
          data-key="Ctrl I"
          onClick={() => toggle('right', true)}
        >
          <PanelRightOpen size={13} />
        </button>
      )}
    </>
  );
}
