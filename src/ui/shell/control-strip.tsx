import { Activity, Zap } from 'lucide-react';
import { type ReactNode } from 'react';
import type { ComponentHealth } from '../../bridge/cards.ts';
import { componentRow, lampOfAll, replicasOf } from '../../view/components.ts';
import { componentTitle, shortComponentTitle } from '../../view/process-title.ts';
import { componentId } from '../../view/selection.ts';
import { countText } from '../../view/words.ts';
import { useMedia } from '../hooks/use-media.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { usePending } from '../state/activity.ts';
import { openFaults } from '../state/fault-sheet.ts';
import { useHealthView } from '../state/health-view.ts';
import { useSelection } from '../state/selection.ts';
import { FaultsCell } from './faults-cell.tsx';
import { NodesCell } from './nodes-cell.tsx';
import { StripCell } from './strip-cell.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

const ActionMenuItems = lazyPart(() => import('../actions/action-menu-items.tsx'));

/** Figures are read four times a second: more often nobody can. */
export const FIGURES_EVERY_MILLIS = 250;

/** The control plane, always in sight: each organ with a lamp and the measurement behind it. */
export function ControlStrip() {
  return (
    <section aria-label="Control plane" className="control-strip">
      <ComponentCell component="kube-apiserver" />
      <ComponentCell component="etcd" />
      <ComponentCell component="kube-scheduler">
        <QueueCounts />
      </ComponentCell>
      <ComponentCell component="kube-controller-manager" />
      <NodesCell />
      <FaultsCell />
      <StripButtons />
    </section>
  );
}

/** The ways to the whole picture, and to everything that can be broken. */
function StripButtons() {
  const open = useHealthView((state) => state.open);
  const toggle = useHealthView((state) => state.toggle);
  return (
    <div className="strip-buttons">
      <IconButton
        label="Health of every component, with charts"
        shortcut="h"
        aria-pressed={open}
        onClick={() => toggle()}
      >
        <Activity size={15} />
      </IconButton>
      <IconButton
        label="Break something"
        shortcut="Shift X"
        onClick={() => openFaults(useSelection.getState().selected)}
      >
        <Zap size={15} />
      </IconButton>
    </div>
  );
}

/** One lamp a machine: who is lost, who leads. */
function Replicas({ component }: { readonly component: string }) {
  const { view } = usePage();
  // In a narrow window only the one that leads is named; the others are lamps.
  const compact = useMedia('(max-width: 1180px)');
  const replicas = useSampled(
    () => replicasOf(view.head.getState().health, component),
    FIGURES_EVERY_MILLIS,
  );
  return (
    <p className="flex min-w-0 items-center gap-2 overflow-hidden whitespace-nowrap text-11 text-dim">
      {replicas.map(({ machine, lamp, leads, role, state }) => (
        <span
          key={machine}
          className="flex items-center gap-1"
          data-tip={`${machine}: ${state === 'up' ? role : state === 'off' ? 'no power' : state}`}
        >
          <Lamp state={lamp} />
          <ReplicaName
            machine={machine}
            leads={leads && component !== 'kube-apiserver'}
            compact={compact}
          />
        </span>
      ))}
    </p>
  );
}

function ReplicaName({
  machine,
  leads,
  compact,
}: {
  readonly machine: string;
  readonly leads: boolean;
  readonly compact: boolean;
}) {
  if (compact && !leads) return <span className="sr-only">{machine}</span>;
  return (
    <span className={leads ? 'text-fg' : undefined}>
      {machine}
      {leads && ' ★'}
    </span>
  );
}

interface ComponentCellProps {
  readonly component: string;
  /** What stands in the third line instead of the spark line. */
  readonly children?: ReactNode;
}

function ComponentCell({ component, children }: ComponentCellProps) {
  const { view } = usePage();
  const health = useSampled(
    () => componentRow(view.head.getState().health, component),
    FIGURES_EVERY_MILLIS,
  );
  const lamp = useSampled(
    () => lampOfAll(replicasOf(view.head.getState().health, component)),
    FIGURES_EVERY_MILLIS,
  );
  const several = useSampled(
    () => replicasOf(view.head.getState().health, component).length > 1,
    1000,
  );
  const select = useSelection((state) => state.select);
  const id = componentId(component);
  const selected = useSelection((state) => state.selected === id);
  const pending = usePending(id);
  const title = componentTitle(component);
  // In a narrow window a figure that would be cut off is left to the inspector.
  const compact = useMedia('(max-width: 1180px)');
  const figures = health?.figures ?? [];
  return (
    <StripCell
      title={title}
      shortTitle={compact ? shortComponentTitle(component) : title}
      lamp={lamp}
      selected={selected}
      pending={pending}
      tip={`${title}: what it measures, and why`}
      onSelect={() => select(id)}
      menu={<ActionMenuItems target={id} />}
    >
      {health === undefined ? undefined : health.state === 'up' ? (
        <Figures figures={figures.slice(0, compact ? 1 : 2)} />
      ) : (
        <p className="truncate-text text-failed-text">
          {health.state === 'off' ? 'no power' : 'stopped'}
        </p>
      )}
      {several ? <Replicas component={component} /> : undefined}
      {!several &&
        (children ??
          (health !== undefined && health.spark.length > 1 && (
            <div className="flex min-w-0 items-center gap-2">
              <Sparkline values={health.spark} label={health.sparkLabel} />
              {!compact && figures.length > 2 && <Figures figures={figures.slice(2, 3)} />}
            </div>
          )))}
    </StripCell>
  );
}

export function Figures({ figures }: { readonly figures: ComponentHealth['figures'] }) {
  if (figures.length === 0) return <p className="text-dim">running</p>;
  return (
    <p
      className="truncate-text text-dim"
      data-tip={figures.map(({ label, value }) => `${label} ${value}`).join('\n')}
    >
      {figures.map(({ label, value, lamp }, at) => (
        <span key={label} data-class={lamp}>
          {at > 0 && ' · '}
          <span className={lamp === undefined || lamp === 'good' ? undefined : 'state-text'}>
            {label}{' '}
            <span className={lamp === undefined || lamp === 'good' ? 'text-fg' : undefined}>
              {value}
            </span>
          </span>
        </span>
      ))}
    </p>
  );
}

/** The scheduler's lanes in numbers; the harbour on the canvas shows them. */
function QueueCounts() {
  const { view } = usePage();
  const isKnown = useHead((head) => head.phase !== 'starting');
  const counts = useSampled(
    () =>
      ['active', 'backoff', 'unschedulable'].map((lane) => view.index.waiting.size(lane)).join(' '),
    FIGURES_EVERY_MILLIS,
  );
  const compact = useMedia('(max-width: 1180px)');
  const [active = 0, backoff = 0, stuck = 0] = counts.split(' ').map(Number);
  if (!isKnown) return null;
  const stuckCount = (
    <>
      <b className={stuck > 0 ? 'text-attention-text' : 'text-fg'}>{countText(stuck)}</b> no node
    </>
  );
  if (compact) {
    const waiting = active + backoff;
    return (
      <p className="truncate-text text-dim">
        <b className={waiting > 0 ? 'text-moving-text' : 'text-fg'}>{countText(waiting)}</b> waiting
        · {stuckCount}
      </p>
    );
  }
  return (
    <p className="truncate-text text-dim">
      <b className={active > 0 ? 'text-moving-text' : 'text-fg'}>{countText(active)}</b> active ·{' '}
      <b className={backoff > 0 ? 'text-moving-text' : 'text-fg'}>{countText(backoff)}</b> back-off
      · <b className={stuck > 0 ? 'text-attention-text' : 'text-fg'}>{countText(stuck)}</b> no node
    </p>
  );
}
