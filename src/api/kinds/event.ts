import { fill } from '../defaults/fill.ts';
import type { Event, ObjectReference } from '../generated/types.ts';
import { eventTable } from '../printers/event.ts';
import { eventErrors } from '../validation/event.ts';
import { defineKind } from './define-kind.ts';

const noObject: ObjectReference = Object.freeze({});

/** What happened to an object, as a component tells it; kept for an hour. */
export const eventKind = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  createOnUpdate: true,
  selectableFields: {
    'involvedObject.kind': (event) => event.involvedObject.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component || (event.reportingComponent ?? ''),
    type: (event) => event.type ?? '',
  },
  table: eventTable,

  // Asked of every Event; nearly all name what they are about.
  defaults: (event) =>
    event.involvedObject === undefined ? fill(event, { involvedObject: noObject }) : event,

  // Events are many and short-lived, and old writers are not held to more than this.
  validate: eventErrors,
  validateUpdate: eventErrors,
});
