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

export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="menu-label">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="menu-line" />;
}
