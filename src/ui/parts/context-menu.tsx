import { DropdownMenu } from 'radix-ui';
import { thingName, thingOf } from '../../view/selection.ts';
import ActionMenuItems from '../actions/action-menu-items.tsx';
import { usePage } from '../page.tsx';
import { useMenu } from '../state/menu.ts';
import { useSelection, type InspectorTab } from '../state/selection.ts';
import { MenuItem, MenuLabel, MenuLine } from './menu-items.tsx';

const TABS: readonly {
  readonly tab: InspectorTab;
  readonly label: string;
  readonly shortcut: string;
}[] = [
  { tab: 'summary', label: 'Inspect', shortcut: 'd' },
  { tab: 'yaml', label: 'YAML', shortcut: 'y' },
  { tab: 'why', label: 'Why?', shortcut: 'w' },
];

/** The menu of a thing on the canvas or in a list: opened by the right button, by key, or by `x`. */
export default function ContextMenu() {
  const { view } = usePage();
  const open = useMenu((state) => state.open);
  const close = useMenu((state) => state.close);
  if (open === undefined) return null;
  const thing = thingOf(view, open.target);
  if (thing === undefined) return null;
  const show = (tab: InspectorTab): void => useSelection.getState().select(open.target, tab);
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(next) => !next && close()}>
      <DropdownMenu.Trigger asChild>
        <span
          className="fixed h-px w-px"
          style={{ left: open.x, top: open.y }}
          aria-hidden="true"
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={2} collisionPadding={8}>
          <MenuLabel>{thingName(thing)}</MenuLabel>
          {open.only === undefined && (
            <>
              {TABS.filter(({ tab }) => thing.kind !== 'component' || tab === 'summary').map(
                ({ tab, label, shortcut }) => (
                  <MenuItem
                    key={tab}
                    label={label}
                    shortcut={shortcut}
                    onSelect={() => show(tab)}
                  />
                ),
              )}
              <MenuLine />
            </>
          )}
          <ActionMenuItems target={open.target} only={open.only} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
