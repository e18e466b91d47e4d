import { LogOut, PlugZap } from 'lucide-react';
import { useHead } from '../hooks/use-view.ts';
import { MenuItem, MenuLabel, MenuLine } from '../parts/menu-items.tsx';
import { ExportItems } from '../shell/export-items.tsx';
import { pageOfItsOwn } from './cluster-link.ts';

/** Where this cluster runs, what can be done with it, and the way back to one of the page's own. */
export default function AttachedItems() {
  const attached = useHead((head) => head.attached);
  if (attached === undefined) return null;
  const refusals = Object.values(attached.refusals);
  return (
    <>
      <MenuLabel>
        {attached.kind === 'served' ? 'Attached to “npm run serve”' : 'Attached to a real cluster'}
      </MenuLabel>
      <MenuItem
        icon={<PlugZap size={14} className="text-dim" />}
        label={attached.address === '.' ? location.host : attached.address}
        hint={refusals.join(' ')}
        disabled
        onSelect={() => undefined}
      />
      <MenuLine />
      <MenuItem
        icon={<LogOut size={14} className="text-dim" />}
        label="Leave it"
        hint="Back to a cluster that runs in this page; this one goes on without it."
        onSelect={() => location.assign(pageOfItsOwn())}
      />
      <MenuLine />
      <ExportItems />
    </>
  );
}
