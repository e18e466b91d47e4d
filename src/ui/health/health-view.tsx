import { X, Zap } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { controlPlaneNames, replicasOf } from '../../view/components.ts';
import { componentTitle } from '../../view/process-title.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { openFaults } from '../state/fault-sheet.ts';
import { useHealthView } from '../state/health-view.ts';
import { useSelection } from '../state/selection.ts';
import { ChartWindow } from './chart.tsx';
import { ComponentCell } from './component-cell.tsx';
import { NodeTiles } from './node-tiles.tsx';

const COMPONENTS = ['kube-apiserver', 'etcd', 'kube-scheduler', 'kube-controller-manager'] as const;
/** As many charts as a cell has room for beside those of two other machines. */
const CHARTS_AMONG_OTHERS = 2;

/** Every component with its lamp, the measurement behind it and its history: one column a control-plane machine. */
export default function HealthView() {
  const { view } = usePage();
  const toggle = useHealthView((state) => state.toggle);
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    root.current?.focus();
    // What is covered is out of reach for the keyboard as well.
    const covered = document.querySelectorAll('.body > .panel-left, .body > .map, .body > .reopen');
    for (const element of covered) element.toggleAttribute('inert', true);
    return () => {
      for (const element of covered) element.removeAttribute('inert');
    };
  }, []);
  const machines = useSampled(
    () => controlPlaneNames(view.head.getState().health).join(' '),
    1000,
  ).split(' ');
  return (
    <section ref={root} className="health-view" aria-label="Health" tabIndex={-1}>
      <header className="flex flex-none items-center gap-3 border-b border-line px-4 py-2">
        <h2 className="text-15 font-semibold">Health</h2>
        <ChartWindow />
        <span className="chart-legend text-11 text-dim">
          <i className="legend-band" /> broken on purpose <i className="legend-limit" /> limit
        </span>
        <span className="flex-1" />
        <button
          type="button"
          className="btn"
          data-tip="Every fault there is, with its settings"
          data-key="Shift X"
          onClick={() => openFaults()}
        >
          <Zap size={13} className="text-failed-text" /> Break something
        </button>
        <IconButton label="Back to the map" shortcut="h" onClick={() => toggle(false)}>
          <X size={15} />
        </IconButton>
      </header>
      <div
        className="min-h-0 flex-1 overflow-auto px-4 pb-6"
        tabIndex={0}
        role="group"
        aria-label="Components"
      >
        {machines.length > 1 ? <Columns machines={machines} /> : <OneMachine />}
        <BesideThem />
        <NodeTiles />
      </div>
    </section>
  );
}

/** One column a machine, one row a component: who leads and who lags is seen across. */
function Columns({ machines }: { readonly machines: readonly string[] }) {
  return (
    <div
      className="health-grid"
      style={{ gridTemplateColumns: `repeat(${machines.length}, minmax(190px, 1fr))` }}
    >
      {machines.map((machine) => (
        <MachineHead key={machine} machine={machine} />
      ))}
      {COMPONENTS.flatMap((component) =>
        machines.map((machine) => (
          <ComponentCell
            key={`${component}-${machine}`}
            process={`${component}-${machine}`}
            chartsMax={CHARTS_AMONG_OTHERS}
          />
        )),
      )}
    </div>
  );
}

function OneMachine() {
  const { view } = usePage();
  const processes = useSampled(
    () =>
      COMPONENTS.flatMap((component) => replicasOf(view.head.getState().health, component))
        .map(({ process }) => process)
        .join(' '),
    1000,
  );
  return (
    <div
      className="health-grid mt-3"
      style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))' }}
    >
      {processes.split(' ').map((process) => (
        <ComponentCell key={process} process={process} chartsMax={5} />
      ))}
    </div>
  );
}

function MachineHead({ machine }: { readonly machine: string }) {
  const { view } = usePage();
  const select = useSelection((state) => state.select);
  const state = useSampled(() => {
    const found = view.head.getState().health.machines.find(({ name }) => name === machine);
    return found?.power === 'off' ? 'no power' : found?.cut === true ? 'cut off' : 'on';
  }, 300);
  const id = view.nodeByName(machine)?.id;
  return (
    <h3 className="flex items-center gap-1.5 pt-3">
      <Lamp state={state === 'on' ? 'good' : 'failed'} />
      <button
        type="button"
        className="font-semibold hover:underline"
        data-tip="The machine: its power, kubelet and static Pods"
        onClick={() => id !== undefined && select(id, 'summary')}
      >
        {machine}
      </button>
      {state !== 'on' && <span className="text-11 text-failed-text">{state}</span>}
    </h3>
  );
}

/** What stands beside the machines of the control plane: its balancer, and the cluster's DNS. */
function BesideThem() {
  const { view } = usePage();
  const processes = useSampled(
    () =>
      ['load-balancer', 'coredns']
        .flatMap((component) => replicasOf(view.head.getState().health, component))
        .map(({ process }) => process)
        .join(' '),
    1000,
  );
  if (processes === '') return null;
  return (
    <section aria-label="Beside them">
      <h3 className="health-row-title">
        {processes.includes('load-balancer') ? `${componentTitle('load-balancer')} and DNS` : 'DNS'}
      </h3>
      <div
        className="health-grid"
        style={{ gridTemplateColumns: 'repeat(auto-fill, minmax(196px, 1fr))' }}
      >
        {processes.split(' ').map((process) => (
          <ComponentCell key={process} process={process} chartsMax={1} />
        ))}
      </div>
    </section>
  );
}
