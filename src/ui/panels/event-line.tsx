import { memo } from 'react';
import type { EventRow } from '../../bridge/cards.ts';
import { thingOf } from '../../view/selection.ts';
import { usePage } from '../page.tsx';
import { Age } from '../inspector/parts.tsx';
import { useSelection } from '../state/selection.ts';

interface EventLineProps {
  readonly event: EventRow;
  /** Whether to name the object it is about: not where all are about the same one. */
  readonly about: boolean;
}

/** One Event, for the inside of a list's item: type, reason, age, and the message of the component that wrote it. */
export const EventLine = memo(function EventLine({ event, about }: EventLineProps) {
  const { view } = usePage();
  const select = useSelection((state) => state.select);
  const warning = event.type === 'Warning';
  return (
    <div className="border-b border-line py-1.5">
      <div className="flex items-baseline gap-1.5">
        <span
          className="lamp self-center"
          data-class={warning ? 'attention' : 'inert'}
          aria-hidden="true"
        />
        <span className={`font-semibold ${warning ? 'text-attention-text' : ''}`}>
          {event.reason}
          {warning && <span className="sr-only"> (warning)</span>}
        </span>
        {event.count > 1 && <span className="text-dim">×{event.count}</span>}
        <span className="flex-1" />
        <span className="text-11 text-dim">
          <Age since={event.lastAt} />
        </span>
      </div>
      <p className="select-text break-words pl-3.5 text-dim">{event.message}</p>
      {about && (
        <p className="truncate-text pl-3.5">
          {thingOf(view, event.about) === undefined ? (
            <span className="text-faint">
              {event.kind} {event.name}
            </span>
          ) : (
            <button type="button" className="link" onClick={() => select(event.about)}>
              {event.kind} {event.name}
            </button>
          )}
        </p>
      )}
    </div>
  );
});
