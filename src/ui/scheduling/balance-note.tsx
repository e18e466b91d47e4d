import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import type { View } from '../../view/view.ts';

/** Requested CPU, in parts of what there is, may differ so much before anybody calls it out of balance. */
const APART = 0.35;

/** Where somebody might wait for Pods to be moved: nothing moves them by itself. */
export function BalanceNote({ always = false }: { readonly always?: boolean }) {
  const { view } = usePage();
  const words = useSampled(() => imbalance(view), 1000);
  if (words === '' && !always) return null;
  return (
    <p className="pt-3 text-11 text-dim" data-testid="balance-note">
      {words !== '' && `${words} `}
      The scheduler places each Pod once: only eviction, deletion or preemption moves a Pod.
    </p>
  );
}

function imbalance(view: View): string {
  let least: { readonly name: string; readonly share: number } | undefined;
  let most: { readonly name: string; readonly share: number } | undefined;
  for (const id of view.nodes.ids()) {
    const node = view.nodes.get(id);
    if (node === undefined || node.ready !== 'True' || node.cpuAllocatableMilli === 0) continue;
    const share = node.cpuRequestedMilli / node.cpuAllocatableMilli;
    if (least === undefined || share < least.share) least = { name: node.name, share };
    if (most === undefined || share > most.share) most = { name: node.name, share };
  }
  if (least === undefined || most === undefined || most.share - least.share < APART) return '';
  const percent = ({ share }: { readonly share: number }): string => `${Math.round(share * 100)} %`;
  return `The nodes are out of balance: ${most.name} has ${percent(most)} of its CPU requested, ${least.name} ${percent(least)}.`;
}
