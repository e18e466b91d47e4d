import { PanelLeftClose } from 'lucide-react';
import { Suspense } from 'react';
import { useRecentEvents } from '../hooks/use-view.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { Resizer } from '../parts/resizer.tsx';
import { Tabs, type TabItem } from '../parts/tabs.tsx';
import { usePanels, type LeftTab } from '../state/panels.ts';
import { EditorSlot } from './editor-slot.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

const EventsPanel = lazyPart(() => import('./events-panel.tsx'));
const ObjectsPanel = lazyPart(() => import('./objects-panel.tsx'));
const ScenariosPanel = lazyPart(() => import('../scenario/scenarios-panel.tsx'));

const TABS: readonly TabItem<LeftTab>[] = [
  { id: 'manifests', label: 'Manifests' },
  { id: 'scenarios', label: 'Scenarios' },
  { id: 'objects', label: 'Objects', shortcut: '/' },
  { id: 'events', label: 'Events' },
];

/** The left panel: what one writes, what one plays, what there is, what was said. Width 0: closed. */
export function LeftPanel({ width }: { readonly width: number }) {
  const tab = usePanels((state) => state.leftTab);
  const show = usePanels((state) => state.showLeft);
  const toggle = usePanels((state) => state.toggle);
  return (
    // Closed it stays mounted: the editor keeps its undo, and comes back at once.
    <aside
      className={width > 0 ? 'panel panel-left' : 'hidden'}
      aria-label="Manifests, scenarios, objects and events"
    >
      <Tabs
        label="Left panel"
        items={TABS.map((item) => (item.id === 'events' ? { ...item, badge: <Warnings /> } : item))}
        active={tab}
        onChange={show}
        end={
          <IconButton
            label="Close the panel"
            shortcut="Ctrl B"
            onClick={() => toggle('left', false)}
          >
            <PanelLeftClose size={14} />
          </IconButton>
        }
      >
        {/* The editor stays mounted: loading it again, and losing its undo, would be worse than its memory. */}
        <div className={tab === 'manifests' ? 'flex min-h-0 flex-1 flex-col' : 'hidden'}>
          <EditorSlot />
        </div>
        <Suspense fallback={null}>
          {tab === 'scenarios' && <ScenariosPanel />}
          {tab === 'objects' && <ObjectsPanel />}
          {tab === 'events' && <EventsPanel />}
        </Suspense>
      </Tabs>
      <Resizer panel="left" label="Left panel width" size={width} />
    </aside>
  );
}

const RECENT = 200;

/** A dot on the tab while there are warnings among the last Events. */
function Warnings() {
  const events = useRecentEvents();
  const warned = events.slice(0, RECENT).some((event) => event.type === 'Warning');
  if (!warned) return null;
  return (
    <>
      <span className="lamp ml-1.5 inline-block" data-class="attention" aria-hidden="true" />
      <span className="sr-only">with warnings</span>
    </>
  );
}
