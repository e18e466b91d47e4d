import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import type { LampState } from '../../bridge/cards.ts';
import { Lamp } from '../parts/lamp.tsx';
import { Menu } from '../parts/menu.tsx';

interface StripCellProps {
  readonly title: string;
  /** What is shown of the title where there is no room for it. */
  readonly shortTitle?: string;
  readonly lamp: LampState;
  readonly tip: string;
  readonly selected?: boolean;
  readonly pending?: boolean;
  readonly onSelect?: () => void;
  readonly menu?: ReactNode;
  readonly children: ReactNode;
}

/** One cell of the strip: lamp, title, a menu, and two lines of measurement. */
export function StripCell(props: StripCellProps) {
  const {
    title,
    shortTitle = title,
    lamp,
    tip,
    selected = false,
    pending = false,
    onSelect,
    menu,
    children,
  } = props;
  return (
    <div className="strip-cell" data-selected={selected} data-pending={pending}>
      <div className="flex items-center gap-1.5">
        <Lamp state={lamp} />
        <button
          type="button"
          className="strip-title truncate-text"
          aria-label={`${title}: ${LAMP_WORDS[lamp]}`}
          aria-pressed={selected}
          data-tip={tip}
          onClick={onSelect}
        >
          {shortTitle}
        </button>
        <span className="flex-1" />
        {menu !== undefined && (
          <Menu
            align="end"
            trigger={
              <button
                type="button"
                className="icon-btn strip-more"
                aria-label={`${title}: actions`}
                data-tip="Stop, start"
              >
                <Ellipsis size={14} />
              </button>
            }
          >
            {menu}
          </Menu>
        )}
      </div>
      {children}
    </div>
  );
}

const LAMP_WORDS: Readonly<Record<LampState, string>> = {
  good: 'healthy',
  attention: 'needs attention',
  failed: 'failed',
  off: 'off',
};
