import { memo } from 'react';
import type { ComponentHealth } from '../../bridge/cards.ts';
import { componentRow, replicasOf } from '../../view/components.ts';
import type { Organ } from '../../view/field.ts';
import { chipBox, CHIPS } from '../../view/machine-room.ts';
import { processTitle, shortComponentTitle } from '../../view/process-title.ts';
import { componentId } from '../../view/selection.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { usePending } from '../state/activity.ts';
import { useSelection } from '../state/selection.ts';
import { machineState } from './host-label.tsx';

/** A machine of the control plane among others: its name, and its four organs. */
const HostCard = memo(function HostCard({ machine }: { readonly machine: string }) {
  const { view } = usePage();
  const state = useSampled(() => machineState(view, machine), 250);
  const id = useSampled(() => view.nodeByName(machine)?.id ?? '', 500);
  const selected = useSelection((held) => held.selected === id && id !== '');
  const pointed = useSelection((held) => held.cursor === id && id !== '');
  return (
    <section
      className="host-card nodrag"
      data-thing={id === '' ? undefined : id}
      data-state={state}
      data-selected={selected}
      data-cursor={pointed}
      aria-label={`Control-plane machine ${machine}: ${state}`}
      data-tip={`${machine}: its power, kubelet and static Pods`}
    >
      <p className="host-name">
        <span className="font-semibold">{machine}</span>
        {state !== 'on' && <span className="text-failed-text">{state}</span>}
      </p>
      {CHIPS.map((organ) => (
        <OrganChip key={organ} organ={organ} machine={machine} />
      ))}
    </section>
  );
});

const OrganChip = memo(function OrganChip({
  organ,
  machine,
}: {
  readonly organ: Organ;
  readonly machine: string;
}) {
  const { view } = usePage();
  const process = `${organ}-${machine}`;
  const id = componentId(process);
  const health = useSampled(() => componentRow(view.head.getState().health, process), 250);
  const selected = useSelection((held) => held.selected === id);
  const pointed = useSelection((held) => held.cursor === id);
  const pending = usePending(id);
  const words = chipWords(health);
  const { x, y, width, height } = chipBox(organ);
  return (
    <span
      className="organ-chip"
      role="group"
      data-thing={id}
      data-class={health?.lamp ?? 'off'}
      data-leads={isMarked(health)}
      data-selected={selected}
      data-cursor={pointed}
      data-pending={pending}
      aria-label={`${processTitle(process)} on ${machine}: ${words}`}
      data-tip={`${process}\n${words}`}
      style={{ left: x, top: y, width, height }}
    >
      <span className="flex items-center gap-1">
        <Lamp state={health?.lamp ?? 'off'} />
        <span className="truncate-text font-semibold">{shortComponentTitle(organ)}</span>
        {isMarked(health) && (
          <span className="leads-mark" aria-hidden="true">
            ★
          </span>
        )}
      </span>
      <span className="truncate-text text-dim">{words}</span>
    </span>
  );
});

/** Leaders are marked; that an API server serves is nothing special. */
function isMarked(health: ComponentHealth | undefined): boolean {
  return health?.leads === true && health.role !== '' && health.component !== 'kube-apiserver';
}

function chipWords(health: ComponentHealth | undefined): string {
  if (health === undefined) return '…';
  if (health.state !== 'up') return health.state === 'off' ? 'no power' : 'stopped';
  // What is wrong is said before what it is.
  const bad = health.figures.find(({ lamp }) => lamp === 'failed' || lamp === 'attention');
  // There is room for a word and a value: `writes p99 12 ms` is `p99 12 ms` here.
  if (bad !== undefined) return `${bad.label.split(' ').at(-1)} ${bad.value}`;
  if (health.component === 'kube-apiserver') {
    const [first] = health.figures;
    return health.leads && first !== undefined ? first.value : health.role;
  }
  return health.role;
}

/** What stands before several API servers. */
const BalancerCard = memo(function BalancerCard() {
  const { view } = usePage();
  const id = componentId('load-balancer');
  const health = useSampled(() => replicasOf(view.head.getState().health, 'load-balancer')[0], 250);
  const selected = useSelection((held) => held.selected === id);
  const pointed = useSelection((held) => held.cursor === id);
  const words =
    health === undefined ? '…' : health.state === 'up' ? (health.figures[0]?.value ?? '') : 'down';
  return (
    <section
      className="organ-card nodrag"
      data-thing={id}
      data-class={health?.lamp ?? 'off'}
      data-selected={selected}
      data-cursor={pointed}
      aria-label={`Load balancer: ${words} API servers`}
      data-tip="load-balancer-lb-1: leads clients to API servers that are ready"
    >
      <span className="flex items-center gap-1.5">
        <Lamp state={health?.lamp ?? 'off'} />
        <span className="truncate-text font-semibold">Load balancer</span>
      </span>
      <span className="truncate-text text-11 text-dim">{words} API servers</span>
    </section>
  );
});

/** Loaded when there are several machines: most clusters have one. */
export default function RoomCard({ machine }: { readonly machine: string | undefined }) {
  return machine === undefined ? <BalancerCard /> : <HostCard machine={machine} />;
}
