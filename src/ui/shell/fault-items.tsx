import { HeartPulse } from 'lucide-react';
import { ageText, plural } from '../../view/words.ts';
import { healAll, healOne } from '../actions/heal.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { MenuItem, MenuLabel, MenuLine } from '../parts/menu-items.tsx';
import { faultWords } from './fault-words.ts';

/** Every active fault with its age, to be mended one by one or all at once. */
export default function FaultItems() {
  const page = usePage();
  const faults = useHead((head) => head.faults);
  const now = useSampled(() => page.view.head.getState().now, 500);
  return (
    <>
      <MenuLabel>
        {faults.length === 0 ? 'Nothing is broken' : plural(faults.length, 'fault')}
      </MenuLabel>
      {faults.map((fault) => (
        <MenuItem
          key={fault.id}
          icon={<HeartPulse size={14} />}
          tone="mend"
          label={`Mend: ${faultWords(fault)}`}
          hint={`broken for ${ageText(now - fault.since)}`}
          onSelect={() => void healOne(page, fault)}
        />
      ))}
      {faults.length > 1 && (
        <>
          <MenuLine />
          <MenuItem
            icon={<HeartPulse size={14} />}
            tone="mend"
            label="Mend everything"
            onSelect={() => void healAll(page)}
          />
        </>
      )}
    </>
  );
}
