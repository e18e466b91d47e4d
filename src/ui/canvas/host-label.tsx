import { memo } from 'react';
import type { View } from '../../view/view.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { useSelection } from '../state/selection.ts';

/** The name of the only machine of the control plane, beside its organs. */
export const HostLabel = memo(function HostLabel({ machine }: { readonly machine: string }) {
  const { view } = usePage();
  const state = useSampled(() => machineState(view, machine), 250);
  const id = useSampled(() => view.nodeByName(machine)?.id ?? '', 500);
  const selected = useSelection((held) => held.selected === id && id !== '');
  const pointed = useSelection((held) => held.cursor === id && id !== '');
  if (id === '') return null;
  return (
    <section
      className="host-label nodrag"
      data-thing={id}
      data-state={state}
      data-selected={selected}
      data-cursor={pointed}
      aria-label={`Control-plane machine ${machine}: ${state}`}
      data-tip={`${machine}: the machine of the control plane${state === 'on' ? '' : `, ${state}`}`}
    >
      {machine}
    </section>
  );
});

export function machineState(view: View, name: string): string {
  const machine = view.head.getState().health.machines.find((each) => each.name === name);
  return machine?.power === 'off' ? 'no power' : machine?.cut === true ? 'cut off' : 'on';
}
