import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { shownKeys } from '../keys/shown-keys.ts';

interface Tip {
  readonly element: Element;
  readonly text: string;
  readonly key: string | undefined;
}

const DELAY_MILLIS = 350;
/** After one tooltip the next ones come at once, while the pointer goes along a row of controls. */
const WARM_MILLIS = 600;
const MARGIN = 6;

/**
 * One tooltip for the whole page: it shows the `data-tip` (and the key in `data-key`) of what the pointer
 * or the keyboard's focus rests on. One layer instead of a component per control, because a busy canvas
 * has thousands of things with a tip.
 */
export function TipLayer() {
  const tip = useTip();
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (tip === undefined || box.current === null) return;
    place(box.current, tip.element.getBoundingClientRect());
  }, [tip]);

  if (tip === undefined) return null;
  return (
    // The names of controls already say it to a screen reader.
    <div ref={box} className="tip" aria-hidden="true">
      {tip.text}
      {tip.key !== undefined && <span className="kbd ml-2">{shownKeys(tip.key).join(' ')}</span>}
    </div>
  );
}

function useTip(): Tip | undefined {
  const [tip, setTip] = useState<Tip>();
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    let current: Element | null = null;
    let hiddenAt = 0;

    const hide = (): void => {
      clearTimeout(due);
      if (current !== null) hiddenAt = performance.now();
      current = null;
      setTip(undefined);
    };
    const consider = (target: EventTarget | null, delay: number): void => {
      const element = target instanceof Element ? target.closest('[data-tip]') : null;
      if (element === current) return;
      hide();
      if (element === null) return;
      current = element;
      due = setTimeout(() => {
        const text = element.getAttribute('data-tip') ?? '';
        if (!element.isConnected || text === '') return;
        setTip({ element, text, key: element.getAttribute('data-key') ?? undefined });
      }, delay);
    };
    const onOver = (event: PointerEvent): void => {
      if (event.pointerType === 'touch') return;
      consider(event.target, performance.now() - hiddenAt < WARM_MILLIS ? 60 : DELAY_MILLIS);
    };
    const onFocus = (event: FocusEvent): void => {
      // Only the keyboard's focus: a click needs no explanation of what was clicked.
      if (event.target instanceof Element && event.target.matches(':focus-visible')) {
        consider(event.target, DELAY_MILLIS);
      }
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') hide();
    };
    document.addEventListener('pointerover', onOver);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', hide);
    document.addEventListener('keydown', onKey);
    document.addEventListener('wheel', hide, { passive: true });
    return () => {
      clearTimeout(due);
      document.removeEventListener('pointerover', onOver);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('wheel', hide);
    };
  }, []);
  return tip;
}

/** Below its element, or above where there is no room, and never outside of the window. */
function place(box: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = anchor.bottom + MARGIN;
  const top = below + height > innerHeight - MARGIN ? anchor.top - MARGIN - height : below;
  const wanted = anchor.left + anchor.width / 2 - width / 2;
  const left = Math.min(Math.max(MARGIN, wanted), innerWidth - width - MARGIN);
  box.style.left = `${Math.round(left)}px`;
  box.style.top = `${Math.round(Math.max(MARGIN, top))}px`;
}
