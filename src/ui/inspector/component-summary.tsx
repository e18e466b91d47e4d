import { componentOf, type ThingId } from '../../view/selection.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { Facts, PodList, Section, TabBody } from './parts.tsx';
import { LANES_OF_HARBOUR } from '../../view/neighbours.ts';

/** A control-plane component: its figures, and what it is for. */
export function ComponentSummary({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const component = componentOf(id) ?? '';
  const health = useSampled(
    () => view.head.getState().health.components.find((each) => each.component === component),
    300,
  );
  if (health === undefined) return null;
  return (
    <TabBody>
      <p className="pt-3 text-dim">{PURPOSES[component]}</p>
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
            ['Machine', health.machine],
          ]}
        />
      </Section>
      {health.spark.length > 1 && (
        <Section title={health.sparkLabel}>
          <Sparkline values={health.spark} label={health.sparkLabel} />
        </Section>
      )}
      {component === 'kube-scheduler' && <Waiting />}
    </TabBody>
  );
}

const PURPOSES: Readonly<Record<string, string>> = {
  'kube-apiserver':
    'The only door: every read, write and watch goes through it. Without it nothing changes, but what runs keeps running.',
  etcd: 'The only memory: every object is a key here. A write is a write once it is on its disk.',
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
