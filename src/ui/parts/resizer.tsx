import { useRef } from 'react';
import { PANEL_LIMITS, usePanels } from '../state/panels.ts';

const STEP = 16;

interface ResizerProps {
  readonly panel: 'left' | 'right' | 'bottom';
  readonly label: string;
  /** The size that is shown, which may be smaller than what the person wants. */
  readonly size: number;
}

/** The edge of a panel: dragged with the pointer, moved with the arrow keys, Enter or a double click closes. */
export function Resizer({ panel, label, size }: ResizerProps) {
  const resize = usePanels((panels) => panels.resize);
  const toggle = usePanels((panels) => panels.toggle);
  const start = useRef<{ readonly at: number; readonly size: number }>(undefined);
  const vertical = panel !== 'bottom';
  // Dragging away from the window's edge makes the panel larger.
  const direction = panel === 'left' ? 1 : -1;
  const { min, max } = PANEL_LIMITS[panel];

  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={vertical ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      data-tip={`${label}: drag, or arrow keys; Enter closes`}
      className={`resizer ${vertical ? 'resizer-x' : 'resizer-y'}`}
      data-panel={panel}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: vertical ? event.clientX : event.clientY, size };
      }}
      onPointerMove={(event) => {
        if (start.current === undefined) return;
        const now = vertical ? event.clientX : event.clientY;
        resize(panel, start.current.size + direction * (now - start.current.at));
      }}
      onPointerUp={() => {
        start.current = undefined;
      }}
      onDoubleClick={() => toggle(panel, false)}
      onKeyDown={(event) => {
        const larger = vertical ? 'ArrowRight' : 'ArrowDown';
        const smaller = vertical ? 'ArrowLeft' : 'ArrowUp';
        if (event.key === 'Enter') toggle(panel, false);
        else if (event.key === larger) resize(panel, size + direction * STEP);
        else if (event.key === smaller) resize(panel, size - direction * STEP);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
