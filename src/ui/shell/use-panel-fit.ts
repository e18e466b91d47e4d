import { useSyncExternalStore } from 'react';
import { useShallow } from 'zustand/shallow';
import { fitPanels, usePanels, type PanelFit } from '../state/panels.ts';
import { useSelection } from '../state/selection.ts';

function subscribe(tell: () => void): () => void {
  addEventListener('resize', tell);
  return () => removeEventListener('resize', tell);
}

/** The widths that the side panels have in this window. */
export function usePanelFit(): PanelFit {
  const width = useSyncExternalStore(subscribe, () => innerWidth);
  const selecting = useSelection((state) => state.selected !== undefined);
  const sizes = usePanels(
    useShallow(({ left, right, bottom, leftOpen, rightOpen, bottomOpen }) => ({
      left,
      right,
      bottom,
      leftOpen,
      rightOpen,
      bottomOpen,
    })),
  );
  return fitPanels(width, sizes, { selecting });
}
