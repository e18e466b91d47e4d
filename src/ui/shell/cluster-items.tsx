import { RotateCcw, Server } from 'lucide-react';
import { plural } from '../../view/words.ts';
import { useHead, useIds } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { MenuItem, MenuLabel, MenuLine } from '../parts/menu-items.tsx';
import { useSelection } from '../state/selection.ts';

const SIZES = [
  { nodes: 3, hint: 'Everything at a glance' },
  { nodes: 10, hint: 'Room for a rollout' },
  { nodes: 100, hint: 'A real team’s cluster' },
  { nodes: 1000, hint: 'A field of nodes' },
] as const;

/** New clusters to choose from, and this one again. */
export default function ClusterItems() {
  const page = usePage();
  const seed = useHead((head) => head.seed);
  const nodes = useIds(page.view.nodes).length;
  const open = (count: number, nextSeed: number): void => {
    useSelection.getState().select(undefined);
    page.client.open({ kind: 'fresh', setUp: { seed: nextSeed, nodes: count } });
  };
  return (
    <>
      <MenuLabel>A new cluster, from the beginning</MenuLabel>
      {SIZES.map((size) => (
        <MenuItem
          key={size.nodes}
          icon={<Server size={14} className="text-dim" />}
          label={plural(size.nodes, 'worker')}
          hint={size.hint}
          onSelect={() => open(size.nodes, seed)}
        />
      ))}
      <MenuLine />
      <MenuItem
        icon={<RotateCcw size={14} className="text-dim" />}
        label="The same again"
        hint={`Seed ${seed}: the same acts at the same times have the same outcome`}
        onSelect={() => open(Math.max(nodes, 1), seed)}
      />
      <MenuItem
        icon={<RotateCcw size={14} className="text-dim" />}
        label="With other chances"
        hint={`Seed ${seed + 1}: other names, other delays`}
        onSelect={() => open(Math.max(nodes, 1), seed + 1)}
      />
    </>
  );
}
