import { Network, RotateCcw, Server } from 'lucide-react';
import { useState } from 'react';
import { controlPlaneNames } from '../../view/components.ts';
import { plural } from '../../view/words.ts';
import { useHead, useIds } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { MenuChoice, MenuItem, MenuLabel, MenuLine } from '../parts/menu-items.tsx';
import { useSelection } from '../state/selection.ts';
import { ExportItems } from './export-items.tsx';

const SIZES = [
  { nodes: 3, hint: 'Everything at a glance' },
  { nodes: 10, hint: 'Room for a rollout' },
  { nodes: 100, hint: 'A real team’s cluster' },
  { nodes: 1000, hint: 'A field of nodes' },
] as const;

const CONTROL_PLANES = [
  { machines: 1, label: '1 machine', hint: 'What it does when it is lost is plain to see' },
  { machines: 3, label: '3 machines', hint: 'etcd by majority, API servers behind a balancer' },
  { machines: 5, label: '5 machines', hint: 'Two may be lost' },
] as const;

/** New clusters to choose from, and this one again. */
export default function ClusterItems() {
  const page = usePage();
  const seed = useHead((head) => head.seed);
  const nodes = useIds(page.view.nodes).length;
  const present = useHead((head) => controlPlaneNames(head.health).length);
  const [machines, setMachines] = useState(Math.max(present, 1));
  const open = (count: number, nextSeed: number, controlPlanes: number): void => {
    useSelection.getState().select(undefined);
    page.client.open({ kind: 'fresh', setUp: { seed: nextSeed, nodes: count, controlPlanes } });
  };
  return (
    <>
      <MenuLabel>Control plane of the new cluster</MenuLabel>
      {CONTROL_PLANES.map((each) => (
        <MenuChoice
          key={each.machines}
          icon={<Network size={14} className="text-dim" />}
          label={each.label}
          hint={each.hint}
          checked={each.machines === machines}
          onChoose={() => setMachines(each.machines)}
        />
      ))}
      <MenuLine />
      <MenuLabel>A new cluster, from the beginning</MenuLabel>
      {SIZES.map((size) => (
        <MenuItem
          key={size.nodes}
          icon={<Server size={14} className="text-dim" />}
          label={plural(size.nodes, 'worker')}
          hint={size.hint}
          onSelect={() => open(size.nodes, seed, machines)}
        />
      ))}
      <MenuLine />
      <MenuItem
        icon={<RotateCcw size={14} className="text-dim" />}
        label="The same again"
        hint={`Seed ${seed}: the same acts at the same times have the same outcome`}
        onSelect={() => open(Math.max(nodes, 1), seed, Math.max(present, 1))}
      />
      <MenuItem
        icon={<RotateCcw size={14} className="text-dim" />}
        label="With other chances"
        hint={`Seed ${seed + 1}: other names, other delays`}
        onSelect={() => open(Math.max(nodes, 1), seed + 1, Math.max(present, 1))}
      />
      <MenuLine />
      <ExportItems />
    </>
  );
}
