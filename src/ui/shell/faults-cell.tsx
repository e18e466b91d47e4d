import { HeartPulse } from 'lucide-react';
import { machineOf, programOf } from '../../view/process-title.ts';
import { ageText, plural } from '../../view/words.ts';
import type { FaultRow } from '../../bridge/cards.ts';
import { healAll, healOne } from '../actions/heal.ts';
import { faultTarget } from '../actions/faults.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { MenuItem, MenuLabel, MenuLine } from '../parts/menu.tsx';
import { StripCell } from './control-strip.tsx';

/** What is broken now: each fault with its time, and a way to mend one or all. */
export function FaultsCell() {
  const page = usePage();
  const faults = useHead((head) => head.faults);
  const ages = useSampled(
    () => faults.map((fault) => ageText(page.view.head.getState().now - fault.since)).join(' '),
    500,
  ).split(' ');
  const first = faults[0];
  return (
    <StripCell
      title="Broken now"
      lamp={faults.length > 0 ? 'failed' : 'good'}
      tip="What is broken on purpose, and how to mend it"
      menu={
        <>
          <MenuLabel>
            {faults.length === 0 ? 'Nothing is broken' : plural(faults.length, 'fault')}
          </MenuLabel>
          {faults.map((fault, at) => (
            <MenuItem
              key={fault.id}
              icon={<HeartPulse size={14} />}
              tone="mend"
              label={`Mend: ${faultWords(fault)}`}
              hint={`broken for ${ages[at] ?? ''}`}
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
      }
    >
      {first === undefined ? (
        <p className="truncate-text text-dim">nothing</p>
      ) : (
        <>
          <p className="truncate-text text-failed-text">
            {faultWords(first)} <span className="text-dim">{ages[0]}</span>
          </p>
          <p className="truncate-text">
            <button
              type="button"
              className="link"
              data-tip={faults.length > 1 ? 'Mends every fault' : 'Mends it'}
              onClick={() => void (faults.length > 1 ? healAll(page) : healOne(page, first))}
            >
              {faults.length > 1 ? `Mend all ${faults.length}` : 'Mend'}
            </button>
          </p>
        </>
      )}
    </StripCell>
  );
}

/** `node-2: Power off`, `kubelet on node-1: Stopped`. */
export function faultWords(fault: FaultRow): string {
  const target = faultTarget(fault);
  const isProcess = typeof fault.params['process'] === 'string';
  const program = programOf(target);
  const perNode = program === 'kubelet' || program === 'containerd';
  const name = !isProcess ? target : perNode ? `${program} on ${machineOf(target)}` : program;
  return `${name}: ${fault.title.toLowerCase()}`;
}
