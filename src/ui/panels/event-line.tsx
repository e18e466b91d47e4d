import { memo } from 'react';
import type { EventRow } from '../../bridge/cards.ts';
import { thingOf, type ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
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
  const target = about ? aboutOf(view, event) : undefined;
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
          {target === undefined ? (
            <span className="text-faint">
              {event.kind} {event.name}
            </span>
          ) : (
            <button type="button" className="link" onClick={() => select(target)}>
              {event.kind} {event.name}
            </button>
          )}
        </p>
      )}
    </div>
  );
});

/** The object an Event is about: by uid, or by name where a component wrote none. */
function aboutOf(view: View, { about, kind, name, namespace }: EventRow): ThingId | undefined {
  if (thingOf(view, about) !== undefined) return about;
  if (kind === 'Node') return view.nodeByName(name)?.id;
  return view.index.objectsByName.ids(`${kind}/${namespace}/${name}`)[0];
}
