import { FileDown } from 'lucide-react';
import { EXPORTS, exportCluster } from '../actions/export-cluster.ts';
import { usePage } from '../page.tsx';
import { MenuItem, MenuLabel } from '../parts/menu-items.tsx';

/** The cluster as files, to go on with elsewhere. */
export function ExportItems() {
  const page = usePage();
  return (
    <>
      <MenuLabel>Take it with you</MenuLabel>
      {EXPORTS.map((each) => (
        <MenuItem
          key={each.id}
          icon={<FileDown size={14} className="text-dim" />}
          label={each.label}
          hint={each.hint}
          onSelect={() => void exportCluster(page, each)}
        />
      ))}
    </>
  );
}
