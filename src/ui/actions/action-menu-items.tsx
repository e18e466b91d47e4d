import { thingOf, type ThingId } from '../../view/selection.ts';
import { usePage } from '../page.tsx';
import { Zap } from 'lucide-react';
import { MenuItem, MenuLine } from '../parts/menu-items.tsx';
import { openFaults } from '../state/fault-sheet.ts';
import { actionRefusal } from '../attach/limits.ts';
import type { Action } from './action.ts';
import { actionsFor } from './index.ts';
import { runAction } from './run-action.ts';

interface ActionMenuItemsProps {
  readonly target: ThingId;
  /** Only what breaks and mends: the menu of key `x`. */
  readonly only?: 'break' | undefined;
}

/** The actions of a thing as items of a menu, with lines between mending, working and breaking. */
export default function ActionMenuItems({ target, only }: ActionMenuItemsProps) {
  const page = usePage();
  const thing = thingOf(page.view, target);
  if (thing === undefined) return null;
  const actions = actionsFor(thing, page).filter((action) =>
    only === undefined ? action.isFurther !== true : action.tone !== 'change',
  );
  const groups = (['mend', 'change', 'break'] as const)
    .map((tone) => actions.filter((action) => action.tone === tone))
    .filter((group) => group.length > 0);
  const item = (action: Action) => {
    const Icon = action.icon;
    const refusal = actionRefusal(action, page);
    return (
      <MenuItem
        key={action.id}
        icon={<Icon size={14} className="flex-none text-dim" />}
        label={action.label(thing)}
        hint={refusal ?? action.hint}
        disabled={refusal !== undefined}
        shortcut={action.shortcut}
        tone={action.tone === 'change' ? undefined : action.tone}
        onSelect={() => void runAction(action, thing, page)}
      />
    );
  };
  const hasMore = actionsFor(thing, page).some(({ isFurther }) => isFurther === true);
  return (
    <>
      {groups.map((group, at) => (
        <div key={group[0]?.tone ?? at}>
          {at > 0 && <MenuLine />}
          {group.map(item)}
        </div>
      ))}
      {hasMore && (
        <MenuItem
          icon={<Zap size={14} className="flex-none text-dim" />}
          label={only === undefined ? 'More ways to break it…' : 'With other settings…'}
          tone="break"
          onSelect={() => openFaults(target)}
        />
      )}
    </>
  );
}
