import { cloneElement, Suspense, useState, type ReactElement, type ReactNode } from 'react';
import { lazyPart } from './lazy-part.ts';

const loadRoot = () => import('./menu-root.tsx');
const MenuRoot = lazyPart(loadRoot);

interface MenuProps {
  /** The button that opens the menu. */
  readonly trigger: ReactElement<TriggerProps>;
  /** Items, best a lazy component: nobody has opened a menu when the page begins. */
  readonly children: ReactNode;
  readonly align?: 'start' | 'center' | 'end';
}

interface TriggerProps {
  readonly onClick?: () => void;
  readonly onPointerEnter?: () => void;
  readonly onFocus?: () => void;
  readonly 'aria-haspopup'?: 'menu';
}

/**
 * A drop-down menu below a button. Its machinery is loaded when the pointer or the focus comes near, so
 * that the page is alive before it.
 */
export function Menu({ trigger, children, align = 'start' }: MenuProps) {
  const [wanted, setWanted] = useState(false);
  const preload = (): void => void loadRoot();
  const plain = cloneElement(trigger, {
    onClick: () => setWanted(true),
    onPointerEnter: preload,
    onFocus: preload,
    'aria-haspopup': 'menu',
  });
  if (!wanted) return plain;
  return (
    <Suspense fallback={plain}>
      <MenuRoot trigger={trigger} align={align}>
        {children}
      </MenuRoot>
    </Suspense>
  );
}
