import type { FaultRow } from '../../bridge/cards.ts';
import type { Page } from '../page.tsx';
import type { Outcome } from './action.ts';
import { lab } from './requests.ts';

/** The active fault of a kind on a machine or process, or undefined. */
export function activeFault(
  page: Page,
  kind: string,
  target: { readonly machine: string } | { readonly process: string },
): FaultRow | undefined {
  return page.view.head.getState().faults.find((fault) => {
    if (fault.kind !== kind) return false;
    return 'machine' in target
      ? fault.params['machine'] === target.machine
      : fault.params['process'] === target.process;
  });
}

/** What a fault hits: a machine or a process; empty for neither. */
export function faultTarget(fault: Pick<FaultRow, 'params'>): string {
  return String(fault.params['machine'] ?? fault.params['process'] ?? '');
}

/** Heals the fault of a kind on a target; says so when there is none any more. */
export async function heal(
  page: Page,
  kind: string,
  target: { readonly machine: string } | { readonly process: string },
  said: string,
): Promise<Outcome> {
  const fault = activeFault(page, kind, target);
  if (fault === undefined) return { ok: false, message: 'nothing of this kind is broken here' };
  return lab(page, { kind: 'heal-fault', id: fault.id }, said);
}
