import type { Event, EventsV1Event, KubernetesObject } from '../generated/types.ts';
import { eventTable } from '../printers/event.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkChangedEvent, checkNewEvent, eventErrors } from '../validation/event.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { defineKind } from './define-kind.ts';

/** The newer view of the events: one store with those of v1, other names of the fields. */
export const eventsEventKind = defineKind<EventsV1Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  createOnUpdate: true,
  selectableFields: {
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
    'regarding.apiVersion': (event) => event.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (event) => event.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (event) => event.regarding?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingController: (event) => event.reportingController ?? '',
    type: (event) => event.type ?? '',
  },
  table: {
    columns: eventTable.columns,
    cells: (event, now) => eventTable.cells(coreEventOf(event), now),
  },

  validate: (event) =>
    collectErrors((errors) => {
      errors.push(...eventErrors(coreEventOf(event)));
      checkObjectMeta(event.metadata, true, subdomainName, errors);
      checkNewEvent(event, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      errors.push(...eventErrors(coreEventOf(next)));
      checkObjectMetaUpdate(next, old, errors);
      checkChangedEvent(next, old, errors);
    }),
  toStored: coreEventOf,
  // Only events lie in the events' store, so the cast is safe.
  fromStored: (stored: KubernetesObject) => eventsEventOf(stored as Event),
});

/** An events.k8s.io/v1 event as a v1 event: what is stored, and what the events' consumers of v1 see. */
export function coreEventOf(event: EventsV1Event): Event {
  const { note, regarding, reportingController, deprecatedCount, ...rest } = event;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedSource, ...same } = rest;
  return {
    ...same,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    ...(note === undefined ? {} : { message: note }),
    ...(reportingController === undefined ? {} : { reportingComponent: reportingController }),
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
    ...(deprecatedFirstTimestamp === undefined ? {} : { firstTimestamp: deprecatedFirstTimestamp }),
    ...(deprecatedLastTimestamp === undefined ? {} : { lastTimestamp: deprecatedLastTimestamp }),
    ...(deprecatedSource === undefined ? {} : { source: deprecatedSource }),
  };
}

/** The reverse. An event that v1 writers made has no eventTime, which this view shows as null. */
export function eventsEventOf(event: Event): EventsV1Event {
  const { message, involvedObject, reportingComponent, count, series, ...rest } = event;
  const { firstTimestamp, lastTimestamp, source, eventTime, ...same } = rest;
  return {
    ...same,
    apiVersion: 'events.k8s.io/v1',
    // The wire has null here; the generated type has no word for it.
    eventTime: eventTime ?? (null as unknown as string),
    regarding: involvedObject,
    ...(series === undefined
      ? {}
      : { series: { count: series.count ?? 0, lastObservedTime: series.lastObservedTime ?? '' } }),
    ...(message === undefined ? {} : { note: message }),
    ...(reportingComponent === undefined ? {} : { reportingController: reportingComponent }),
    ...(count === undefined ? {} : { deprecatedCount: count }),
    ...(firstTimestamp === undefined ? {} : { deprecatedFirstTimestamp: firstTimestamp }),
    ...(lastTimestamp === undefined ? {} : { deprecatedLastTimestamp: lastTimestamp }),
    ...(source === undefined ? {} : { deprecatedSource: source }),
  };
}
