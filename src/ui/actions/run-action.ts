import { thingKind, thingName, type Thing } from '../../view/selection.ts';
import type { Page } from '../page.tsx';
import { useActivity } from '../state/activity.ts';
import { actionRefusal } from '../attach/limits.ts';
import type { Action, ActionContext, Outcome } from './action.ts';

/**
 * Runs an action: its target shows a ring at once, and the activity line says what came of it. Never
 * throws: a bug in an action is told like a refusal.
 */
export async function runAction(action: Action, target: Thing, page: Page): Promise<Outcome> {
  return runAct(page, {
    label: `${action.label(target)}: ${thingKind(target)} ${thingName(target)}`,
    targets: [target.id],
    command: action.kubectl?.(target),
    long: action.long === true,
    run: async (context) => {
      const refusal = actionRefusal(action, page);
      return refusal === undefined ? action.run(target, context) : { ok: false, message: refusal };
    },
  });
}

/** An act without an action object behind it: applying a manifest, healing everything. */
export interface Act {
  readonly label: string;
  readonly targets: readonly string[];
  readonly command?: string | undefined;
  readonly long?: boolean;
  readonly run: (context: ActionContext) => Promise<Outcome>;
}

export async function runAct(page: Page, act: Act): Promise<Outcome> {
  const { begin, progress, settle } = useActivity.getState();
  const abort = new AbortController();
  const { now: at, recording } = page.view.head.getState();
  const id = begin({
    at,
    acts: recording?.acts,
    label: act.label,
    targets: act.targets,
    command: act.command,
    cancel: act.long === true ? () => abort.abort() : undefined,
  });
  const outcome = await act
    .run({ ...page, progress: (message) => progress(id, message), signal: abort.signal })
    .catch((error: unknown): Outcome => ({ ok: false, message: String(error) }));
  const actsAfter = page.view.head.getState().recording?.acts;
  settle(id, { state: outcome.ok ? 'done' : 'failed', message: outcome.message, actsAfter });
  return outcome;
}
