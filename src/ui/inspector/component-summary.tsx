import type { ComponentHealth } from '../../bridge/cards.ts';
import { componentRow, idOfComponent, replicasOf } from '../../view/components.ts';
import { CHARTS } from '../../view/health-charts.ts';
import { processTitle } from '../../view/process-title.ts';
import { componentOf, type ThingId } from '../../view/selection.ts';
import { Chart, ChartWindow } from '../health/chart.tsx';
import { Role } from '../health/component-cell.tsx';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { useSelection } from '../state/selection.ts';
import { DiskDial } from './disk-dial.tsx';
import { LoopTable } from './loop-table.tsx';
import { Facts, PodList, Section, TabBody } from './parts.tsx';
import { LANES_OF_HARBOUR } from '../../view/neighbours.ts';

/** A control-plane component: its figures, and what it is for. */
export function ComponentSummary({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const name = componentOf(id) ?? '';
  const health = useSampled(() => componentRow(view.head.getState().health, name), 300);
  if (health === undefined) return null;
  const { component, process } = health;
  const charts = CHARTS[component] ?? [];
  return (
    <TabBody>
      <p className="pt-3 text-dim">{PURPOSES[component]}</p>
      <Replicas of={health} />
      <Section title="Figures">
        <Facts
          facts={[
            ...health.figures.map(
              ({ label, value, lamp }) =>
                [
                  label,
                  <span
                    key={label}
                    data-class={lamp}
                    className={lamp === undefined || lamp === 'good' ? undefined : 'state-text'}
                  >
                    {value}
                  </span>,
                ] as const,
            ),
            [
              'Process',
              <span key="process" className="machine">
                {health.process}
              </span>,
            ],
            ['Machine', <MachineLink key="machine" name={health.machine} />],
          ]}
        />
      </Section>
      {component === 'etcd' && <DiskDial machine={health.machine} />}
      {charts.length > 0 && (
        <section className="pt-3" aria-label="Charts">
          <div className="mb-1 flex items-center justify-between">
            <h3 className="text-11 font-semibold text-dim">Lately</h3>
            <ChartWindow />
          </div>
          <div className="grid gap-2">
            {charts.map((spec) => (
              <Chart key={spec.title} process={process} spec={spec} of={processTitle(process)} />
            ))}
          </div>
        </section>
      )}
      {component === 'kube-controller-manager' && <LoopTable process={process} />}
      {component === 'kube-scheduler' && <Waiting />}
    </TabBody>
  );
}

/** The others of its like, to go to: who leads, who lags, who is lost. */
function Replicas({ of }: { readonly of: ComponentHealth }) {
  const { view } = usePage();
  const select = useSelection((state) => state.select);
  const replicas = useSampled(() => replicasOf(view.head.getState().health, of.component), 300);
  if (replicas.length < 2) return null;
  return (
    <Section title="On each machine">
      <ul>
        {replicas.map((each) => (
          <li key={each.process} className="flex items-center gap-2 py-0.5">
            <Lamp state={each.lamp} />
            <button
              type="button"
              className="link"
              aria-current={each.process === of.process}
              onClick={() => select(idOfComponent(view.head.getState().health, each))}
            >
              {each.machine}
            </button>
            <Role health={each} />
            <span className="flex-1" />
            <span className="truncate-text text-11 text-dim">
              {each.state === 'up'
                ? each.figures
                    .slice(0, 1)
                    .map(({ label, value }) => `${label} ${value}`)
                    .join(' ')
                : each.state === 'off'
                  ? 'no power'
                  : each.state}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function MachineLink({ name }: { readonly name: string }) {
  const { view } = usePage();
  const select = useSelection((state) => state.select);
  const id = view.nodeByName(name)?.id;
  if (id === undefined) return <>{name}</>;
  return (
    <button
      type="button"
      className="link"
      data-tip="The machine: its power, kubelet and static Pods"
      onClick={() => select(id)}
    >
      {name}
    </button>
  );
}

const PURPOSES: Readonly<Record<string, string>> = {
  'kube-apiserver':
    'The only door: every read, write and watch goes through it. Without it nothing changes, but what runs keeps running.',
  etcd: 'The only memory: every object is a key here. A write is a write once it is on its disk.',
  'load-balancer':
    'Stands before the API servers: asks each one’s /readyz and leads every new connection to one that answers.',
  coredns:
    'Answers names inside the cluster. Without it addresses still work, and names do not resolve.',
  'kube-scheduler':
    'Chooses a node for each Pod that has none: filters those that cannot, scores those that can. Without it new Pods stay Pending.',
  'kube-controller-manager':
    'The loops that compare what is wanted with what is there: Deployments, ReplicaSets, endpoints, node life, garbage. Without it nothing is replaced.',
};

function Waiting() {
  const { view } = usePage();
  const lanes = useSampled(
    () => LANES_OF_HARBOUR.map((lane) => view.index.waiting.ids(lane)),
    300,
    (a, b) => a.every((ids, at) => ids === b[at]),
  );
  return (
    <>
      {LANES_OF_HARBOUR.map((lane, at) => {
        const ids = lanes[at] ?? [];
        return ids.length === 0 ? null : (
          <Section key={lane} title={`Queue: ${lane}`}>
            <PodList ids={ids} />
          </Section>
        );
      })}
    </>
  );
}
