import { invalid, noErrors, required, type FieldError, type FieldErrors } from '../field-errors.ts';
import type { Event, EventsV1Event } from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { utf8Length } from '../names/messages.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { addMessages, checkImmutable, type Errors } from './fields.ts';

/**
 * What every event must not be, whichever view it was written by (upstream: legacyValidateEvent). Those with an
 * `eventTime` are of the newer kind and must say more.
 */
export function eventErrors(event: Event): FieldErrors {
  const namespace = event.metadata.namespace ?? '';
  const involved = event.involvedObject?.namespace ?? '';
  const isNewer = (event.eventTime ?? '') !== '';
  // Things outside of all namespaces have their events in "default".
  const fits =
    involved === ''
      ? namespace === 'default' || namespace === (isNewer ? 'kube-system' : '')
      : isNewer || namespace === involved;
  // Most are of the namespace of the one before.
  if (fits && !isNewer && namespace === lastValidNamespace) return noErrors;
  const errors: Errors = [];
  if (!fits) errors.push(mismatch(involved));
  if (isNewer) checkNewFields(event, errors);
  const messages = dns1123SubdomainErrors(namespace);
  if (messages.length === 0) lastValidNamespace = namespace;
  else addMessages(messages, namespace, 'namespace', errors);
  return errors;
}

let lastValidNamespace: string | undefined;

function mismatch(involved: string): FieldError {
  return invalid('involvedObject.namespace', involved, 'does not match event.namespace');
}

function checkNewFields(event: Event, errors: Errors): void {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '' } = event;
  if (reportingComponent === '') errors.push(required('reportingController'));
  const messages = qualifiedNameErrors(reportingComponent);
  addMessages(messages, reportingComponent, 'reportingController', errors);
  if (reportingInstance === '') errors.push(required('reportingInstance'));
  checkLength(reportingInstance, 128, 'reportingInstance', errors);
  if (action === '') errors.push(required('action'));
  checkLength(action, 128, 'action', errors);
  if (reason === '') errors.push(required('reason'));
  checkLength(reason, 128, 'reason', errors);
  checkLength(event.message ?? '', 1024, 'message', errors);
}

function checkLength(text: string, max: number, path: string, errors: Errors): void {
  if (text.length > max || (text.length * 3 > max && utf8Length(text) > max)) {
    errors.push(invalid(path, '', `can have at most ${max} characters`));
  }
}

/** What a new event of events.k8s.io/v1 must say beyond that, and what it may no longer say. */
export function checkNewEvent(event: EventsV1Event, errors: Errors): void {
  checkSeries(event, errors);
  if ((event.eventTime ?? '') === '') errors.push(required('eventTime'));
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`));
  }
  const unset = 'needs to be unset';
  if (event.deprecatedFirstTimestamp) errors.push(invalid('firstTimestamp', '', unset));
  if (event.deprecatedLastTimestamp) errors.push(invalid('lastTimestamp', '', unset));
  if (event.deprecatedCount) errors.push(invalid('count', '', unset));
  const { component = '', host = '' } = event.deprecatedSource ?? {};
  if (component !== '' || host !== '') errors.push(invalid('source', '', unset));
}

function checkSeries({ series }: EventsV1Event, errors: Errors): void {
  if (series === undefined) return;
  if (series.count < 2) errors.push(invalid('series.count', '', 'should be at least 2'));
  if ((series.lastObservedTime ?? '') === '') errors.push(required('series.lastObservedTime'));
}

// By the names that the errors carry, which are those of the stored form.
const fixedFields = [
  ['involvedObject', 'regarding'],
  ['reason', 'reason'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['type', 'type'],
  ['eventTime', 'eventTime'],
  ['action', 'action'],
  ['related', 'related'],
  ['reportingController', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
] as const;

/** Only the series of such an event may change. */
export function checkChangedEvent(next: EventsV1Event, old: EventsV1Event, errors: Errors): void {
  if (next.series !== old.series) checkSeries(next, errors);
  for (const [path, field] of fixedFields) checkImmutable(next[field], old[field], path, errors);
}
