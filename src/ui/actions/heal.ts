import type { FaultRow, FaultScheduleRow } from '../../bridge/cards.ts';
import { plural } from '../../view/words.ts';
import type { Page } from '../page.tsx';
import { faultTarget } from './faults.ts';
import { lab } from './requests.ts';
import { runAct } from './run-action.ts';

/** Mends one fault, or calls one off that comes back. */
export async function healOne(page: Page, fault: FaultRow | FaultScheduleRow): Promise<void> {
  const words = `${fault.title}: ${faultTarget(fault)}`;
  await runAct(page, {
    label: `Mend ${words}`,
    targets: [],
    run: (context) => lab(context, { kind: 'heal-fault', id: fault.id }, `mended: ${words}`),
  });
}

export async function healAll(page: Page): Promise<void> {
  const { faults, faultSchedules } = page.view.head.getState();
  const count = faults.length + faultSchedules.length;
  await runAct(page, {
    label: 'Mend everything',
    targets: [],
    run: (context) => lab(context, { kind: 'heal-all' }, `${plural(count, 'fault')} mended`),
  });
}
