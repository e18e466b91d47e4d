import { ChevronDown, ChevronUp } from 'lucide-react';
import { useEffect, useRef, useState, type MouseEvent, type PointerEvent } from 'react';
import { presentOf } from '../../view/head.ts';
import type { View } from '../../view/view.ts';
import { clockText } from '../../view/words.ts';
import { useHead } from '../hooks/use-view.ts';
import { goToInstant } from '../actions/clock.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { Resizer } from '../parts/resizer.tsx';
import { PANEL_LIMITS, usePanels } from '../state/panels.ts';
import { useSelection } from '../state/selection.ts';
import { useTerminal } from '../state/terminal.ts';
import { useTheme } from '../state/theme.ts';
import {
  GUTTER,
  hitTimeline,
  instantAt,
  paintTimeline,
  type TimelineHit,
} from './paint-timeline.ts';
import { useScrub } from './use-scrub.ts';

/** What happened, in lanes over virtual time. The playhead is now; dragged, it sets the clock. */
export function Timeline() {
  const open = usePanels((state) => state.bottomOpen);
  const wanted = usePanels((state) => state.bottom);
  // The canvas keeps its height when the terminal opens as well.
  const isLow = useTerminal((state) => state.isOpen);
  const height = isLow ? PANEL_LIMITS.bottom.min : wanted;
  const toggle = usePanels((state) => state.toggle);
  return (
    <section className="panel-bottom" aria-label="Timeline" style={{ height: open ? height : 24 }}>
      {open && <Resizer panel="bottom" label="Timeline height" size={height} />}
      {open ? (
        <TimelineCanvas height={height} />
      ) : (
        <p className="px-4 leading-6 text-dim">Timeline</p>
      )}
      <IconButton
        label={open ? 'Close the timeline' : 'Open the timeline'}
        className="!absolute right-2 top-0.5 !h-5 !w-6"
        onClick={() => toggle('bottom', !open)}
      >
        {open ? <ChevronDown size={13} /> : <ChevronUp size={13} />}
      </IconButton>
    </section>
  );
}

/** What a slider says of itself, past React: it changes with every picture. */
function tellPlace(canvas: HTMLCanvasElement, view: View): void {
  const head = view.head.getState();
  if (head.recording === undefined) return;
  const seconds = (micros: number): string => String(Math.round(micros / 1_000_000));
  canvas.setAttribute('aria-valuemin', seconds(head.recording.from));
  canvas.setAttribute('aria-valuemax', seconds(presentOf(head)));
  canvas.setAttribute('aria-valuenow', seconds(head.now));
  canvas.setAttribute('aria-valuetext', clockText(head.now));
}

/** Repainting more often than this cannot be seen: at ×1 a pixel is a tenth of a second. */
const PAINT_EVERY_MILLIS = 50;

function TimelineCanvas({ height }: { readonly height: number }) {
  const page = usePage();
  const { view } = page;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scrub = useScrub();
  const canSeek = useHead((head) => head.recording !== undefined);
  const theme = useTheme((state) => state.theme);
  const [hit, setHit] = useState<TimelineHit>();

  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const paint = (): void => {
      due = undefined;
      if (canvas.current === null) return;
      paintTimeline(canvas.current, view);
      tellPlace(canvas.current, view);
    };
    const ask = (): void => {
      due ??= setTimeout(paint, PAINT_EVERY_MILLIS);
    };
    paint();
    const release = view.onFrame(ask);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    addEventListener('resize', ask);
    scheme.addEventListener('change', ask);
    return () => {
      release();
      removeEventListener('resize', ask);
      scheme.removeEventListener('change', ask);
      clearTimeout(due);
    };
  }, [view, theme, height]);

  const look = (event: PointerEvent): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setHit(hitTimeline(view, box, { x: event.clientX - box.left, y: event.clientY - box.top }));
  };
  /** A click where nothing lies. */
  const goTo = (event: MouseEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left;
    if (x >= GUTTER) goToInstant(page, instantAt(view, box, x));
  };
  return (
    <>
      <canvas
        ref={canvas}
        {...(canSeek ? { role: 'slider', tabIndex: 0, 'aria-valuenow': 0 } : { role: 'img' })}
        aria-label="Timeline of your acts, rollouts, scheduling, nodes and the control plane. The Events tab has the same as text."
        className="block w-full touch-none"
        style={{ height, cursor: hit !== undefined && hit.about !== '' ? 'pointer' : 'default' }}
        onPointerDown={scrub.onPointerDown}
        onPointerUp={scrub.onPointerUp}
        onKeyDown={scrub.onKeyDown}
        onPointerMove={(event) => {
          look(event);
          scrub.onPointerMove(event);
        }}
        onPointerLeave={() => setHit(undefined)}
        onClick={(event) => {
          if (scrub.wasDrag()) return;
          if (hit !== undefined && hit.about !== '') useSelection.getState().select(hit.about);
          else if (hit === undefined && canSeek) goTo(event);
        }}
      />
      {hit !== undefined && (
        <div
          className="tip !absolute"
          style={{
            left: Math.max(GUTTER, Math.min(hit.x - 60, innerWidth - 280)),
            bottom: height - hit.top + 6,
          }}
        >
          {hit.words}
        </div>
      )}
    </>
  );
}
