import { useEffect, useRef } from 'react';
import { clockText } from '../../view/words.ts';
import { usePage } from '../page.tsx';

/** The virtual clock. It changes with every frame, so it writes its text past React. */
export function ClockReadout() {
  const { view } = usePage();
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (): void => {
      const { now, phase } = view.head.getState();
      if (text.current !== null)
        text.current.textContent = phase === 'starting' ? '' : clockText(now);
    };
    show();
    return view.head.subscribe(show);
  }, [view]);
  return (
    <span
      ref={text}
      role="timer"
      aria-label="Simulated time"
      aria-live="off"
      data-tip="Simulated time since the cluster began"
      className="min-w-[88px] px-2 text-center font-mono text-[13px] font-semibold tracking-tight"
    />
  );
}
