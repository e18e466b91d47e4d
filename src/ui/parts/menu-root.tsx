import { DropdownMenu } from 'radix-ui';
import { Suspense, type ReactElement, type ReactNode } from 'react';

interface MenuRootProps {
  readonly trigger: ReactElement;
  readonly align: 'start' | 'center' | 'end';
  readonly children: ReactNode;
}

/** The menu itself, loaded when one is first wanted: hence open from the start. */
export default function MenuRoot({ trigger, align, children }: MenuRootProps) {
  return (
    <DropdownMenu.Root defaultOpen modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} sideOffset={6} collisionPadding={8}>
          <Suspense fallback={<p className="p-2 text-dim">…</p>}>{children}</Suspense>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
