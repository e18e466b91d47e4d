import type { Event } from '../generated/types.ts';
import type { KindTable } from '../kinds/kind.ts';
import { nameColumn, textColumn, timeSince, wideColumn } from './columns.ts';

export const eventTable: KindTable<Event> = {
  columns: [
    textColumn('Last Seen', 'How long ago it happened last.'),
    textColumn('Type', 'Normal or Warning.'),
    textColumn('Reason', 'What happened, in one word.'),
    textColumn('Object', 'The object it happened to.'),
    wideColumn('Subobject', 'The part of the object, such as a container.'),
    wideColumn('Source', 'The component that reports it, and where that runs.'),
    textColumn('Message', 'What happened, in words.'),
    wideColumn('First Seen', 'How long ago it happened first.'),
    wideColumn('Count', 'How often it happened.'),
    { ...nameColumn, priority: 1 },
  ],
  cells(event, now) {
    const { involvedObject, source, series } = event;
    const { kind = '', name = '', fieldPath = '' } = involvedObject ?? {};
    const first = timeSince(event.firstTimestamp || event.eventTime, now);
    const last =
      series === undefined
        ? event.lastTimestamp
          ? timeSince(event.lastTimestamp, now)
          : first
        : timeSince(series.lastObservedTime, now);
    const component = source?.component || (event.reportingComponent ?? '');
    const instance = source?.host || (event.reportingInstance ?? '');
    return [
      last,
      event.type ?? '',
      event.reason ?? '',
      name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`,
      fieldPath,
      instance === '' ? component : `${component}, ${instance}`,
      (event.message ?? '').trim(),
      first,
      series?.count ?? (event.count || 1),
      event.metadata.name ?? '',
    ];
  },
};
