import { useEffect, useMemo, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { presentOf } from '../../view/head.ts';
import { goToInstant } from '../actions/clock.ts';
import { usePage, type Page } from '../page.tsx';
import { GUTTER, instantAt } from './paint-timeline.ts';

/** Dragged less far than this, it was a click. */
const SLACK_PIXELS = 4;
const SECOND = 1_000_000;

export interface Scrub {
  onPointerDown(event: PointerEvent<HTMLElement>): void;
  onPointerMove(event: PointerEvent<HTMLElement>): void;
  onPointerUp(event: PointerEvent<HTMLElement>): void;
  onKeyDown(event: KeyboardEvent<HTMLElement>): void;
  /** Whether the last press became a drag: then it was no click. */
  wasDrag(): boolean;
}

/**
 * The timeline as a slider of time: a drag anywhere sets the clock, arrows move it by a second (with Shift ten), Home and End
 * to the ends. One instant is asked for in each animation frame, however fast the pointer moves.
 */
export function useScrub(): Scrub {
  const page = usePage();
  const wanted = useRef<number | undefined>(undefined);
  const due = useRef(0);
  const pressedAt = useRef<number | undefined>(undefined);
  const dragged = useRef(false);
  useEffect(() => () => cancelAnimationFrame(due.current), []);

  return useMemo(() => {
    const ask = (event: PointerEvent<HTMLElement>): void => {
      const box = event.currentTarget.getBoundingClientRect();
      wanted.current = instantAt(page.view, box, event.clientX - box.left);
      due.current ||= requestAnimationFrame(() => {
        due.current = 0;
        if (wanted.current !== undefined) goToInstant(page, wanted.current);
      });
    };
    return {
      onPointerDown(event) {
        const box = event.currentTarget.getBoundingClientRect();
        dragged.current = false;
        if (event.button !== 0 || event.clientX - box.left < GUTTER || !canSeek(page)) return;
        pressedAt.current = event.clientX;
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove(event) {
        if (pressedAt.current === undefined) return;
        dragged.current ||= Math.abs(event.clientX - pressedAt.current) > SLACK_PIXELS;
        if (dragged.current) ask(event);
      },
      onPointerUp() {
        pressedAt.current = undefined;
      },
      onKeyDown(event) {
        if (!canSeek(page) || event.ctrlKey || event.metaKey || event.altKey) return;
        const head = page.view.head.getState();
        const step = (event.shiftKey ? 10 : 1) * SECOND;
        const to = {
          ArrowLeft: head.now - step,
          ArrowRight: head.now + step,
          PageUp: head.now - 60 * SECOND,
          PageDown: head.now + 60 * SECOND,
          Home: head.recording?.from,
          End: presentOf(head),
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        goToInstant(page, to);
      },
      wasDrag: () => dragged.current,
    };
  }, [page]);
}

function canSeek({ view }: Page): boolean {
  return view.head.getState().recording !== undefined;
}
