import { Suspense } from 'react';
import { PanelRightClose } from 'lucide-react';
import { IconButton } from '../parts/icon-button.tsx';
import { Resizer } from '../parts/resizer.tsx';
import { usePanels } from '../state/panels.ts';
import { useSelection } from '../state/selection.ts';
import { ClusterSummary } from './cluster-summary.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

const ThingInspector = lazyPart(() => import('./thing-inspector.tsx'));

/** The right panel: the selected thing, or the cluster as a whole. */
export function Inspector({ width }: { readonly width: number }) {
  const selected = useSelection((state) => state.selected);
  const toggle = usePanels((state) => state.toggle);
  return (
    <aside className="panel panel-right" aria-label="Inspector" data-panel-of="inspector">
      <Resizer panel="right" label="Inspector width" size={width} />
      <IconButton
        label="Close the inspector"
        shortcut="Ctrl I"
        className="!absolute right-2 top-1 z-10"
        onClick={() => toggle('right', false)}
      >
        <PanelRightClose size={14} />
      </IconButton>
      {selected === undefined ? (
        <ClusterSummary />
      ) : (
        <Suspense fallback={null}>
          <ThingInspector id={selected} />
        </Suspense>
      )}
    </aside>
  );
}
