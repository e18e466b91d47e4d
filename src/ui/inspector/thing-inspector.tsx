import { Suspense } from 'react';
import { componentTitle } from '../../view/process-title.ts';
import { thingKind, thingName, thingOf, type Thing, type ThingId } from '../../view/selection.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Tabs, type TabItem } from '../parts/tabs.tsx';
import { useSelection, type InspectorTab } from '../state/selection.ts';
import { ActionBar } from './action-bar.tsx';
import { EventsTab } from './events-tab.tsx';
import { ThingStatus } from './thing-status.tsx';
import { ThingSummary } from './thing-summary.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

const YamlTab = lazyPart(() => import('./yaml-tab.tsx'));
const WhyTab = lazyPart(() => import('./why-tab.tsx'));
const SchedulingTab = lazyPart(() => import('../scheduling/scheduling-tab.tsx'));
const ConfigurationTab = lazyPart(() => import('../scheduling/configuration-tab.tsx'));

const TABS: readonly TabItem<InspectorTab>[] = [
  { id: 'summary', label: 'Summary', shortcut: 'd' },
  { id: 'yaml', label: 'YAML', shortcut: 'y' },
  { id: 'events', label: 'Events', shortcut: 'e' },
  { id: 'why', label: 'Why', shortcut: 'w' },
];

const SCHEDULING: TabItem<InspectorTab> = { id: 'scheduling', label: 'Scheduling' };
const CONFIGURATION: TabItem<InspectorTab> = { id: 'configuration', label: 'Configuration' };

/** The sides a thing has. */
function tabsOf(thing: Thing): readonly TabItem<InspectorTab>[] {
  const [summary, ...rest] = TABS;
  if (summary === undefined) return TABS;
  if (thing.kind === 'component') {
    return thing.row.component === 'kube-scheduler' ? [summary, CONFIGURATION] : [summary];
  }
  return thing.kind === 'pod' ? [summary, SCHEDULING, ...rest] : TABS;
}

/** One thing, looked at from its sides. */
export default function ThingInspector({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const tab = useSelection((state) => state.tab);
  const show = useSelection((state) => state.show);
  // The row itself is read by what shows it; here only whether it is there, and of what kind.
  const kind = useSampled(() => thingOf(view, id)?.kind, 200);
  const thing = thingOf(view, id);
  if (kind === undefined || thing === undefined) return <Gone />;
  const tabs = tabsOf(thing);
  const active = tabs.some((each) => each.id === tab) ? tab : 'summary';
  return (
    <Tabs
      label="Inspector"
      items={tabs}
      active={active}
      onChange={show}
      end={<span className="w-8 flex-none" />}
    >
      <div className="border-b border-line px-4 pb-3 pt-3">
        <p className="text-11 text-dim">{kindWords(thing)}</p>
        <h2 className="select-text break-words text-15 font-semibold">{headingOf(thing)}</h2>
        <ThingStatus id={id} />
        <ActionBar id={id} />
      </div>
      <Suspense fallback={null}>
        {active === 'summary' && <ThingSummary key={id} id={id} />}
        {active === 'scheduling' && <SchedulingTab key={id} id={id} />}
        {active === 'configuration' && <ConfigurationTab key={id} />}
        {active === 'yaml' && <YamlTab key={id} id={id} />}
        {active === 'events' && <EventsTab key={id} id={id} />}
        {active === 'why' && <WhyTab key={id} id={id} />}
      </Suspense>
    </Tabs>
  );
}

function headingOf(thing: Thing): string {
  return thing.kind === 'component' ? componentTitle(thing.row.component) : thingName(thing);
}

function kindWords(thing: Thing): string {
  if (thing.kind === 'component') return `Control plane · ${thing.row.process}`;
  const namespace = 'namespace' in thing.row ? thing.row.namespace : '';
  return namespace === '' ? thingKind(thing) : `${thingKind(thing)} in ${namespace}`;
}

function Gone() {
  const select = useSelection((state) => state.select);
  return (
    <div className="p-4 pt-12 text-dim" role="status">
      <p className="mb-3">This object has left the cluster.</p>
      <button
        type="button"
        className="btn"
        data-tip="Back to the cluster"
        data-key="Esc"
        onClick={() => select(undefined)}
      >
        The whole cluster
      </button>
    </div>
  );
}
