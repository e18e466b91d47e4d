import type { ComponentProps, ReactNode } from 'react';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  /** The accessible name, and the tooltip's first line. */
  readonly label: string;
  /** The key that does the same, shown in the tooltip. */
  readonly shortcut?: string;
  readonly children: ReactNode;
}

/** A button that is only an icon: never without name and tooltip. */
export function IconButton({ label, shortcut, children, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      data-key={shortcut}
      className={`icon-btn ${className ?? ''}`}
      {...rest}
    >
      {children}
    </button>
  );
}
