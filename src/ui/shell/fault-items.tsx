import { HeartPulse, Zap } from 'lucide-react';
import { ageText, plural } from '../../view/words.ts';
import { healAll, healOne } from '../actions/heal.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { MenuItem, MenuLabel, MenuLine } from '../parts/menu-items.tsx';
import { openFaults } from '../state/fault-sheet.ts';
import { faultWords, scheduleWords } from './fault-words.ts';

/** Every active fault with its age, to be mended one by one or all at once. */
export default function FaultItems() {
  const page = usePage();
  const faults = useHead((head) => head.faults);
  const schedules = useHead((head) => head.faultSchedules);
  const catalogue = useHead((head) => head.faultCatalogue);
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
          label={`Mend: ${faultWords(fault, catalogue)}`}
          hint={`broken for ${ageText(now - fault.since)}${fault.until === undefined ? '' : `, mends itself in ${ageText(fault.until - now)}`}`}
          onSelect={() => void healOne(page, fault)}
        />
      ))}
      {schedules.map((schedule) => (
        <MenuItem
          key={schedule.id}
          icon={<HeartPulse size={14} />}
          tone="mend"
          label={`Call off: ${scheduleWords(schedule, catalogue)}`}
          hint={`next in ${ageText(schedule.nextAt - now)}`}
          onSelect={() => void healOne(page, schedule)}
        />
      ))}
      {faults.length + schedules.length > 1 && (
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
      <MenuLine />
      <MenuItem
        icon={<Zap size={14} />}
        tone="break"
        label="Break something…"
        shortcut="Shift X"
        onSelect={() => openFaults()}
      />
    </>
  );
}
