import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { useRecentEvents } from '../hooks/use-view.ts';
import { EventLine } from './event-line.tsx';

/** All Events, newest first. */
export default function EventsPanel() {
  const events = useRecentEvents();
  const [warnings, setWarnings] = useState(false);
  const [filter, setFilter] = useState('');
  const shown = useMemo(() => {
    const words = filter.trim().toLowerCase();
    return events.filter(
      (event) =>
        (!warnings || event.type === 'Warning') &&
        (words === '' ||
          `${event.reason} ${event.kind} ${event.name} ${event.message}`
            .toLowerCase()
            .includes(words)),
    );
  }, [events, warnings, filter]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 68,
    getItemKey: (at) => shown[at]?.id ?? at,
    overscan: 6,
  });
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-3 py-2">
        <input
          className="field"
          type="search"
          placeholder="Filter"
          aria-label="Filter Events"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <label className="flex flex-none items-center gap-1.5 text-dim">
          <input
            type="checkbox"
            checked={warnings}
            onChange={(event) => setWarnings(event.target.checked)}
          />
          Warnings
        </label>
      </div>
      {shown.length === 0 ? (
        <p className="p-4 text-dim">
          {events.length === 0 ? 'No Events yet.' : 'No Event matches.'}
        </p>
      ) : (
        <div
          ref={scroller}
          className="min-h-0 flex-1 overflow-y-auto px-4"
          tabIndex={0}
          role="group"
          aria-label="Events"
        >
          <ul className="relative" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const event = shown[item.index];
              return event === undefined ? null : (
                <li
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <EventLine event={event} about />
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </>
  );
}
