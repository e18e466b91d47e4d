import type { NodeCard } from '../../bridge/cards.ts';
import { CHARTS } from '../../view/health-charts.ts';
import { compareNatural } from '../../view/natural-order.ts';
import type { View } from '../../view/view.ts';
import { ageText, plural } from '../../view/words.ts';
import { useNode, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { useSelection } from '../state/selection.ts';
import { Chart } from './chart.tsx';

/** More would not be looked at; those that have been silent longest are shown. */
const NODES_MAX = 12;

/** The nodes' own health: heartbeats, and the four programs that make a machine a node. */
export function NodeTiles() {
  const { view } = usePage();
  const shown = useSampled(() => shownNodes(view), 1000, same);
  const all = view.nodes.size + view.machines.size;
  return (
    <section aria-label="Nodes">
      <h3 className="health-row-title">
        Nodes{' '}
        {all > shown.length && (
          <span className="font-normal text-dim">
            the {shown.length} that have been silent longest of {plural(all, 'node')}
          </span>
        )}
      </h3>
      <div
        className="health-grid"
        style={{ gridTemplateColumns: 'repeat(auto-fill, minmax(196px, 1fr))' }}
      >
        {shown.map((id) => (
          <NodeTile key={id} id={id} />
        ))}
      </div>
    </section>
  );
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at]);
}

function shownNodes(view: View): readonly string[] {
  const all: NodeCard[] = [...view.machines.rows(), ...view.nodes.rows()];
  if (all.length > NODES_MAX) {
    all.sort((a, b) => a.heartbeatAt - b.heartbeatAt);
    all.length = NODES_MAX;
  }
  return all.sort((a, b) => compareNatural(a.name, b.name)).map(({ id }) => id);
}

const HEARTBEAT = CHARTS['kubelet']?.[0];

function NodeTile({ id }: { readonly id: string }) {
  const { view } = usePage();
  const node = useNode(id);
  const select = useSelection((state) => state.select);
  const selected = useSelection((state) => state.selected === id);
  const process = `kubelet-${node?.name ?? ''}`;
  const sampled = useSampled(() => view.samples.latest()?.figures[process] !== undefined, 1000);
  const silence = useSampled(() => {
    const at = view.nodeOf(id)?.heartbeatAt ?? 0;
    return at === 0 ? 'never' : ageText(view.head.getState().now - at);
  }, 500);
  if (node === undefined) return null;
  return (
    <section
      className="health-cell"
      data-class={node.statusClass}
      data-selected={selected}
      aria-label={`Node ${node.name}`}
    >
      <div className="flex items-center gap-1.5">
        <Lamp state={node.statusClass} />
        <button
          type="button"
          className="truncate-text font-semibold hover:underline"
          aria-pressed={selected}
          data-tip={`${node.name}: ${node.status}`}
          onClick={() => select(id, 'summary')}
        >
          {node.name}
        </button>
        <span className="flex-1" />
        <span className="state-text text-11" data-class={node.statusClass}>
          {node.power === 'off' ? 'no power' : node.cut ? 'cut off' : node.status.split(',')[0]}
        </span>
      </div>
      <p className="flex flex-wrap gap-x-2 text-11 text-dim">
        <Part name="kubelet" state={node.kubelet} />
        <Part name="containerd" state={node.containerd} />
        <Part name="proxy" state={node.kubeProxy} />
        <Part name="CNI" state={node.cniAgent} />
      </p>
      {sampled && HEARTBEAT !== undefined ? (
        <Chart process={process} spec={HEARTBEAT} of={node.name} />
      ) : (
        <p className="text-11 text-dim">heard {silence} ago</p>
      )}
    </section>
  );
}

function Part({ name, state }: { readonly name: string; readonly state: 'up' | 'down' | 'none' }) {
  if (state === 'none') return null;
  return (
    <span className="flex items-center gap-1" data-tip={`${name}: ${state}`}>
      {name}
      <Lamp state={state === 'up' ? 'good' : 'failed'} />
      <span className="sr-only">{state}</span>
    </span>
  );
}
