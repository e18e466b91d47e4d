import { Ellipsis } from 'lucide-react';
import { thingOf, type ThingId } from '../../view/selection.ts';
import { actionRefusal } from '../attach/limits.ts';
import type { Action } from '../actions/action.ts';
import ActionMenuItems from '../actions/action-menu-items.tsx';
import { actionsFor } from '../actions/index.ts';
import { runAction } from '../actions/run-action.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Menu } from '../parts/menu.tsx';

/** As many actions as fit beside each other; all of them are in the menu at the end. */
const SHOWN_MAX = 3;

/** Actions of a thing as buttons. Mending comes first where something is broken. */
export function ActionBar({ id }: { readonly id: ThingId }) {
  const page = usePage();
  const labels = useSampled(() => offered(page, id).map(labelOf(page, id)).join('|'), 150);
  if (labels === '') return null;
  const actions = offered(page, id);
  const shown = [...actions].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN_MAX);
  return (
    <div className="mt-3 flex flex-wrap items-center gap-1.5">
      {shown.map((action) => (
        <ActionButton key={action.id} action={action} id={id} />
      ))}
      {(actions.length > shown.length || hasFurther(page, id)) && (
        <Menu
          align="end"
          trigger={
            <button
              type="button"
              className="icon-btn flex-none"
              aria-label="All actions"
              data-tip="All actions"
              data-key="x"
            >
              <Ellipsis size={15} />
            </button>
          }
        >
          <ActionMenuItems target={id} />
        </Menu>
      )}
    </div>
  );
}

function offered(page: Parameters<typeof actionsFor>[1], id: ThingId): readonly Action[] {
  const thing = thingOf(page.view, id);
  return thing === undefined
    ? []
    : actionsFor(thing, page).filter(({ isFurther }) => isFurther !== true);
}

function hasFurther(page: Parameters<typeof actionsFor>[1], id: ThingId): boolean {
  const thing = thingOf(page.view, id);
  return thing !== undefined && actionsFor(thing, page).some(({ isFurther }) => isFurther === true);
}

function labelOf(page: Parameters<typeof actionsFor>[1], id: ThingId): (action: Action) => string {
  const thing = thingOf(page.view, id);
  return (action) => (thing === undefined ? '' : action.label(thing));
}

/** What mends, then everyday work, then what breaks; deleting is never the first button. */
function rank(action: Action): number {
  if (action.id.endsWith('.delete')) return 5;
  if (action.id === 'node.drain' || action.id === 'workload.undo') return 4;
  return action.tone === 'mend'
    ? 0
    : action.id.startsWith('node.') && action.tone === 'break'
      ? 1
      : 2;
}

function ActionButton({ action, id }: { readonly action: Action; readonly id: ThingId }) {
  const page = usePage();
  const thing = thingOf(page.view, id);
  if (thing === undefined) return null;
  const Icon = action.icon;
  const refusal = actionRefusal(action, page);
  return (
    <button
      type="button"
      className="btn !px-2"
      data-tip={refusal ?? action.hint}
      disabled={refusal !== undefined}
      data-key={action.shortcut}
      onClick={() => void runAction(action, thing, page)}
    >
      <Icon
        size={13}
        className={`flex-none ${action.tone === 'break' ? 'text-failed-text' : action.tone === 'mend' ? 'text-good-text' : 'text-dim'}`}
      />
      <span className="truncate-text">{action.label(thing)}</span>
    </button>
  );
}
