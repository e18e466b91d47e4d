import type { LucideIcon } from 'lucide-react';
import type { Thing } from '../../view/selection.ts';
import type { Page } from '../page.tsx';

/** What came of an act: a sentence for the activity line. */
export type Outcome =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly message: string };

/** What a running act may use: the page, and a way to say how far it is. */
export interface ActionContext extends Page {
  progress(message: string): void;
  /** Aborted when the person cancels a long act. */
  readonly signal: AbortSignal;
}

/**
 * A user's command: one object behind button, context menu, palette and key, so that they cannot
 * disagree about what it does, when it is allowed, or what it is called.
 */
export interface Action {
  readonly id: string;
  readonly icon: LucideIcon;
  /** `break` hurts the cluster, `mend` undoes that, `change` is everyday work. */
  readonly tone: 'break' | 'mend' | 'change';
  /** The words of the button, for this target: `Power off`, `Scale to 4`. */
  label(target: Thing): string;
  /** One sentence on what will be seen, for the tooltip. */
  readonly hint: string;
  readonly shortcut?: string;
  /** Whether it is offered for this target at all, in its present state. */
  applies(target: Thing, page: Page): boolean;
  /** The same as a command of kubectl, where there is one. */
  kubectl?(target: Thing): string | undefined;
  /** One of many: offered where everything that breaks is listed, and not beside everyday work. */
  readonly isFurther?: boolean;
  /** Long acts can be cancelled. */
  readonly long?: boolean;
  run(target: Thing, context: ActionContext): Promise<Outcome>;
}
