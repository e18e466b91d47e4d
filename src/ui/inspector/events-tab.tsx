import { useMemo } from 'react';
import type { ThingId } from '../../view/selection.ts';
import { useEventsAbout, useNode } from '../hooks/use-view.ts';
import { EventLine } from '../panels/event-line.tsx';
import { TabBody } from './parts.tsx';

/** The Events about one object, newest first. */
export function EventsTab({ id }: { readonly id: ThingId }) {
  const events = useEvents(id);
  return (
    <TabBody>
      {events.length === 0 ? (
        <p className="pt-3 text-dim">No Events about this object.</p>
      ) : (
        <ul className="pt-1">
          {events.map((event) => (
            <li key={event.id}>
              <EventLine event={event} about={false} />
            </li>
          ))}
        </ul>
      )}
    </TabBody>
  );
}

/** A kubelet names its node by the name where a uid belongs; so does upstream's. */
function useEvents(id: ThingId) {
  const byUid = useEventsAbout(id);
  const byName = useEventsAbout(useNode(id)?.name ?? '');
  return useMemo(
    () => (byName.length === 0 ? byUid : [...byUid, ...byName].sort((a, b) => b.lastAt - a.lastAt)),
    [byUid, byName],
  );
}
