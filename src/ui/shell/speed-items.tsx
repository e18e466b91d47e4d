import { speedText } from '../../view/words.ts';
import { SPEEDS, setSpeed } from '../actions/clock.ts';
import { useHead } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { MenuItem, MenuLabel } from '../parts/menu-items.tsx';

const HINTS: Readonly<Record<number, string>> = {
  0.1: 'See single requests travel',
  1: 'As in life',
  20: 'A lost node is noticed after two seconds',
  1000: 'An hour in four seconds',
};

/** The speeds to choose from. */
export default function SpeedItems() {
  const page = usePage();
  const speed = useHead((head) => head.speed);
  return (
    <>
      <MenuLabel>Simulated seconds a second</MenuLabel>
      {SPEEDS.map((factor) => (
        <MenuItem
          key={factor}
          label={speedText(factor)}
          hint={HINTS[factor]}
          shortcut={factor === speed ? 'now' : undefined}
          onSelect={() => setSpeed(page, factor)}
        />
      ))}
    </>
  );
}
