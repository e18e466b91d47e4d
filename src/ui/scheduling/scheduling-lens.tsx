import { ScanSearch, X } from 'lucide-react';
import { type RefObject, useEffect, useState } from 'react';
import { IconButton } from '../parts/icon-button.tsx';
import { usePage } from '../page.tsx';
import { useSelection } from '../state/selection.ts';
import { currentLens, lensOfExplanation, useLens } from './lens.ts';
import { isSame } from './use-explanation.ts';
import type { Explanation } from '../../bridge/scheduling.ts';

/** Resting this long on a waiting Pod asks the question; passing over it does not. */
const REST_MILLIS = 140;
const AGAIN_MILLIS = 1000;

/**
 * Hovering or selecting a waiting Pod writes on every node why it cannot take it, and dims those; the same
 * for the Pod whose scheduling is looked at. Says above the map whose question the map answers.
 */
export function SchedulingLens({ map }: { readonly map: RefObject<HTMLElement | null> }) {
  const lens = useLens(currentLens);
  const isDryRun = useLens((state) => state.dryRun !== undefined);
  const hovered = useHoveredPod(map);
  usePodLens(hovered);
  useEffect(() => {
    map.current?.toggleAttribute('data-lens', lens !== undefined);
  }, [map, lens]);
  if (lens === undefined) return null;
  return (
    <div className="lens-title" role="status">
      <ScanSearch size={13} />
      <span className="truncate-text">{lens.title}</span>
      {isDryRun && (
        <IconButton
          label="Close this view"
          onClick={() => useLens.getState().showDryRun(undefined)}
        >
          <X size={13} />
        </IconButton>
      )}
    </div>
  );
}

/** The waiting Pod the pointer rests on. */
function useHoveredPod(map: RefObject<HTMLElement | null>): string | undefined {
  const { view } = usePage();
  const [hovered, setHovered] = useState<string>();
  useEffect(() => {
    const root = map.current;
    if (root === null) return undefined;
    let resting: ReturnType<typeof setTimeout> | undefined;
    const look = (event: Event): void => {
      clearTimeout(resting);
      const target =
        event.target instanceof Element ? event.target.closest('.harbour .pod-chip') : null;
      const id = target?.getAttribute('data-thing') ?? '';
      const waits = view.pods.get(id)?.node === '';
      resting = setTimeout(() => setHovered(waits ? id : undefined), waits ? REST_MILLIS : 60);
    };
    const leave = (): void => {
      clearTimeout(resting);
      setHovered(undefined);
    };
    root.addEventListener('pointerover', look);
    root.addEventListener('pointerleave', leave);
    return () => {
      clearTimeout(resting);
      root.removeEventListener('pointerover', look);
      root.removeEventListener('pointerleave', leave);
    };
  }, [map, view]);
  return hovered;
}

/** Keeps the lens of the Pod in question up to date; without one it is taken away. */
function usePodLens(hovered: string | undefined): void {
  const { view, client } = usePage();
  const selected = useSelection((state) => state.selected);
  const looksAtScheduling = useSelection((state) => state.tab === 'scheduling');
  const id = hovered ?? selected;
  useEffect(() => {
    let current = true;
    let due: ReturnType<typeof setTimeout> | undefined;
    let last: Explanation | undefined;
    const { showPod } = useLens.getState();
    const ask = async (): Promise<void> => {
      const pod = view.pods.get(id ?? '');
      const isAsked =
        pod !== undefined && (pod.node === '' || (looksAtScheduling && hovered === undefined));
      if (!isAsked) {
        last = undefined;
        showPod(undefined);
      } else {
        const next = await client.scheduling({
          kind: 'explain',
          pod: `${pod.namespace}/${pod.name}`,
        });
        if (!current) return;
        if (next !== undefined && !isSame(next, last)) {
          last = next;
          showPod(lensOfExplanation(next));
        }
      }
      if (pod !== undefined) due = setTimeout(() => void ask(), AGAIN_MILLIS);
    };
    void ask();
    return () => {
      current = false;
      clearTimeout(due);
    };
  }, [view, client, id, hovered, looksAtScheduling]);
}
