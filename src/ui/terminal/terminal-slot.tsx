import { Suspense, useRef } from 'react';
import { TERMINAL_LIMITS, useTerminal } from '../state/terminal.ts';
import { lazyPart } from '../parts/lazy-part.ts';

const TerminalPanel = lazyPart(() => import('./terminal-panel.tsx'));
/** What of the window the terminal leaves to the canvas and the strips around it. */
const LEAVES = 480;
const STEP = 16;

/** The drawer's place above the timeline. The terminal itself is loaded when it is first opened. */
export function TerminalSlot() {
  const isOpen = useTerminal((state) => state.isOpen);
  const wanted = useTerminal((state) => state.height);
  const resize = useTerminal((state) => state.resize);
  const start = useRef<{ readonly at: number; readonly height: number }>(undefined);
  if (!isOpen) return null;
  const height = Math.max(TERMINAL_LIMITS.min, Math.min(wanted, innerHeight - LEAVES));
  return (
    <section className="term-drawer" aria-label="Terminal" style={{ height }}>
      <div
        role="separator"
        tabIndex={0}
        aria-label="Terminal height"
        aria-orientation="horizontal"
        aria-valuenow={height}
        aria-valuemin={TERMINAL_LIMITS.min}
        aria-valuemax={TERMINAL_LIMITS.max}
        data-tip="Terminal height: drag, or arrow keys"
        data-panel="bottom"
        className="resizer resizer-y"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = { at: event.clientY, height };
        }}
        onPointerMove={(event) => {
          if (start.current !== undefined)
            resize(start.current.height - (event.clientY - start.current.at));
        }}
        onPointerUp={() => {
          start.current = undefined;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
          resize(height + (event.key === 'ArrowUp' ? STEP : -STEP));
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <Suspense fallback={<p className="p-4 text-dim">Loading the terminal…</p>}>
        <TerminalPanel />
      </Suspense>
    </section>
  );
}
