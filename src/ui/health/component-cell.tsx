import { Fragment } from 'react';
import { Ellipsis } from 'lucide-react';
import type { ComponentHealth } from '../../bridge/cards.ts';
import { componentRow, idOfComponent } from '../../view/components.ts';
import { CHARTS } from '../../view/health-charts.ts';
import { componentTitle, processTitle } from '../../view/process-title.ts';
import ActionMenuItems from '../actions/action-menu-items.tsx';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { Menu } from '../parts/menu.tsx';
import { usePending } from '../state/activity.ts';
import { useSelection } from '../state/selection.ts';
import { Chart } from './chart.tsx';

interface ComponentCellProps {
  readonly process: string;
  readonly chartsMax: number;
}

/** One component on one machine: lamp, role, figures, charts. */
export function ComponentCell({ process, chartsMax }: ComponentCellProps) {
  const { view } = usePage();
  const health = useSampled(() => componentRow(view.head.getState().health, process), 250);
  const select = useSelection((state) => state.select);
  const id = health === undefined ? '' : idOfComponent(view.head.getState().health, health);
  const selected = useSelection((state) => state.selected === id);
  const pending = usePending(id);
  if (health === undefined) return <div className="health-cell" />;
  // The control plane stands in rows of its machines; the replicas of CoreDNS are anywhere.
  const where = health.component === 'coredns' ? ` on ${health.machine}` : '';
  const title = `${componentTitle(health.component)}${where}`;
  const charts = (CHARTS[health.component] ?? []).slice(0, chartsMax);
  return (
    <section
      className="health-cell"
      data-class={health.lamp}
      data-selected={selected}
      data-pending={pending}
      aria-label={processTitle(process)}
    >
      <div className="flex items-center gap-1.5">
        <Lamp state={health.lamp} />
        <button
          type="button"
          className="truncate-text font-semibold hover:underline"
          aria-pressed={selected}
          aria-label={`${processTitle(process)}: ${health.state === 'up' ? health.lamp : health.state}`}
          data-tip={process}
          onClick={() => select(id, 'summary')}
        >
          {title}
        </button>
        <Role health={health} />
        <span className="flex-1" />
        <Menu
          align="end"
          trigger={
            <button
              type="button"
              className="icon-btn !h-5 !w-5"
              aria-label={`${processTitle(process)}: actions`}
              data-tip="Break it, mend it"
            >
              <Ellipsis size={14} />
            </button>
          }
        >
          <ActionMenuItems target={id} />
        </Menu>
      </div>
      <FigureLine figures={health.figures} />
      {charts.map((spec) => (
        <Chart key={spec.title} process={process} spec={spec} of={processTitle(process)} />
      ))}
    </section>
  );
}

/** Leader, holder: what is said first of the one that acts. */
export function Role({ health }: { readonly health: ComponentHealth }) {
  if (health.role === '') return null;
  return (
    <span className="role" data-leads={health.leads}>
      {health.role}
    </span>
  );
}

export function FigureLine({ figures }: { readonly figures: ComponentHealth['figures'] }) {
  return (
    <p className="text-11 text-dim">
      {figures.map(({ label, value, lamp }, at) => {
        const isPlain = lamp === undefined || lamp === 'good';
        return (
          <Fragment key={label}>
            {at > 0 && ' · '}
            <span data-class={lamp} className="whitespace-nowrap">
              <span className={isPlain ? undefined : 'state-text'}>
                {label} <span className={isPlain ? 'text-fg' : undefined}>{value}</span>
              </span>
            </span>
          </Fragment>
        );
      })}
    </p>
  );
}
