import { forbidden, invalid, type FieldError } from '../../../api/field-errors.ts';
import { badRequestError, invalidError, type StatusError } from '../../../api/status-error.ts';
import { parseTime } from '../../../api/time.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { LogCall } from '../../messages.ts';
import { PENDING, refuse, type Answer } from '../exchange.ts';
import { calendarMillis, type Server } from '../server.ts';
import { isTrue, type VerbCall } from '../verb.ts';
import { containerOf, kubeletOf, podOf } from './location.ts';
import { openServed } from './relay.ts';

const PLAIN = 'text/plain';

/** GET of a Pod's log: what one of its containers has written, from the kubelet of its node. */
export function getLog(call: VerbCall): Answer {
  const { server, exchange } = call;
  const found = podOf(call);
  if (!('pod' in found)) return found;
  const { pod } = found;
  const { query } = exchange.request;
  const options = logOptions(server, query, pod.metadata.name ?? '');
  if (!options.ok) return refuse(options.error);
  const container = containerOf(pod, query['container'] ?? '');
  if (!container.ok) return refuse(container.error);
  const node = pod.spec.nodeName ?? '';
  // A Pod that is on no node yet has written nothing.
  if (node === '') return { kind: 'reply', code: 200, body: '', contentType: PLAIN };
  const kubelet = kubeletOf(server, node);
  if (!kubelet.ok) return refuse(kubelet.error);
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  openServed(server, exchange, {
    kubelet: kubelet.value,
    path: `/containerLogs/${namespace}/${name}/${container.value}${queryText(query)}`,
    open: { namespace, pod: name, podUid: uid, container: container.value, call: options.value },
  });
  return PENDING;
}

/** The options that the kubelet is handed on, in the order of Go's encoder. */
function queryText(query: Readonly<Record<string, string>>): string {
  const parts = [
    'follow',
    'limitBytes',
    'previous',
    'sinceSeconds',
    'sinceTime',
    'tailLines',
    'timestamps',
  ]
    .filter((key) => query[key] !== undefined && query[key] !== 'false')
    .map((key) => `${key}=${encodeURIComponent(query[key] ?? '')}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function logOptions(
  server: Server,
  query: Readonly<Record<string, string>>,
  pod: string,
): Result<LogCall, StatusError> {
  const problems: FieldError[] = [];
  const numbers = new Map<string, number>();
  for (const key of ['tailLines', 'limitBytes', 'sinceSeconds'] as const) {
    const text = query[key];
    if (text === undefined || text === '') continue;
    if (!/^-?\d+$/.test(text)) {
      return refusal(
        badRequestError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`),
      );
    }
    const number = Number(text);
    numbers.set(key, number);
    if (key === 'tailLines' && number < 0)
      problems.push(invalid(key, number, 'must be greater than or equal to 0'));
    else if (key !== 'tailLines' && number < 1)
      problems.push(invalid(key, number, 'must be greater than 0'));
  }
  const sinceTime = query['sinceTime'] ?? '';
  const since = sinceTime === '' ? undefined : parseTime(sinceTime);
  if (sinceTime !== '' && since === undefined) {
    return refusal(
      badRequestError(
        `parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"`,
      ),
    );
  }
  const seconds = numbers.get('sinceSeconds');
  if (seconds !== undefined && since !== undefined) {
    problems.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  }
  if (problems.length > 0) {
    return refusal(invalidError({ group: '', kind: 'PodLogOptions' }, pod, problems));
  }
  const call: LogCall = {
    kind: 'logs',
    follow: isTrue(query['follow']),
    previous: isTrue(query['previous']),
    timestamps: isTrue(query['timestamps']),
    tailLines: numbers.get('tailLines'),
    limitBytes: numbers.get('limitBytes'),
    sinceMillis: seconds === undefined ? since : calendarMillis(server) - seconds * 1000,
  };
  return success(Object.freeze(call));
}
