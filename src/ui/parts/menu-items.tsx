import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

/** What menus are made of. */

interface MenuItemProps {
  readonly icon?: ReactNode;
  readonly label: string;
  /** A second line in small type. */
  readonly hint?: string | undefined;
  readonly shortcut?: string | undefined;
  readonly tone?: 'break' | 'mend' | undefined;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
}

export function MenuItem(props: MenuItemProps) {
  const { icon, label, hint, shortcut, tone, disabled = false, onSelect } = props;
  return (
    <DropdownMenu.Item
      className="menu-item"
      data-tone={tone}
      disabled={disabled}
      onSelect={onSelect}
    >
      {icon}
      <span className="min-w-0 flex-1">
        <span className="block">{label}</span>
        {hint !== undefined && <span className="block text-11 text-dim">{hint}</span>}
      </span>
      {shortcut !== undefined && <span className="kbd">{shortcut}</span>}
    </DropdownMenu.Item>
  );
}

/** One of several values, chosen without closing the menu. */
export function MenuChoice({
  icon,
  label,
  hint,
  checked,
  onChoose,
}: {
  readonly icon?: ReactNode;
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <DropdownMenu.CheckboxItem
      className="menu-item"
      role="menuitemradio"
      checked={checked}
      onCheckedChange={onChoose}
      onSelect={(event) => event.preventDefault()}
    >
      {icon}
      <span className="min-w-0 flex-1">
        <span className="block">{label}</span>
        {hint !== undefined && <span className="block text-11 text-dim">{hint}</span>}
      </span>
      <span className="w-3 text-accent" aria-hidden="true">
        {checked ? '✓' : ''}
      </span>
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="menu-label">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="menu-line" />;
}
