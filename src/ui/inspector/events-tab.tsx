import type { ThingId } from '../../view/selection.ts';
import { useEventsAbout } from '../hooks/use-view.ts';
import { EventLine } from '../panels/event-line.tsx';
import { TabBody } from './parts.tsx';

/** The Events about one object, newest first. */
export function EventsTab({ id }: { readonly id: ThingId }) {
  const events = useEventsAbout(id);
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
