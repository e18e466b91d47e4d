import type { Ability } from '../../bridge/attach.ts';
import type { Action } from '../actions/action.ts';
import { useHead } from '../hooks/use-view.ts';
import type { Page } from '../page.tsx';

/** Why something cannot be done in the cluster that the page is attached to; undefined: it can. */
export function refusalOf({ view }: Page, ability: Ability): string | undefined {
  return view.head.getState().attached?.refusals[ability];
}

export function useRefusal(ability: Ability): string | undefined {
  return useHead((head) => head.attached?.refusals[ability]);
}

/** The same of an action: what kubectl could do is a write, the rest breaks and mends. */
export function actionRefusal(action: Action, page: Page): string | undefined {
  const isWrite = action.tone === 'change' || action.kubectl !== undefined;
  return refusalOf(page, isWrite ? 'write' : 'faults');
}
