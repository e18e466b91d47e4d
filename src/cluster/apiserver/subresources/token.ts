import { invalid } from '../../../api/field-errors.ts';
import { isObject } from '../../../api/patch/json.ts';
import { invalidError, notFoundError } from '../../../api/status-error.ts';
import { formatTime } from '../../../api/time.ts';
import { refuse, reply, type Answer } from '../exchange.ts';
import { ISSUER, writeToken } from '../reviews/token.ts';
import { calendarMillis, timestamp } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { readPlainBody } from '../writes/body.ts';
import { resourceOf } from '../writes/finish.ts';
import { currentObject } from '../writes/update.ts';

const HOUR = 3600;
/** Upstream's bounds: ten minutes and 2^32 seconds. */
const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;

/** POST of a TokenRequest: a token for a service account, which is not stored. */
export function requestToken(call: VerbCall): Answer {
  const { target, server, exchange } = call;
  const account = currentObject(call);
  if (account === undefined) return refuse(notFoundError(resourceOf(call), target.name));
  const body = readPlainBody(exchange.request, 'TokenRequest');
  if (!body.ok) return refuse(body.error);
  const spec = isObject(body.value['spec']) ? body.value['spec'] : {};
  const given = spec['expirationSeconds'];
  const seconds = typeof given === 'number' ? given : HOUR;
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
    const problem =
      seconds < SECONDS_MIN
        ? invalid(
            'spec.expirationSeconds',
            seconds,
            'may not specify a duration less than 10 minutes',
          )
        : invalid(
            'spec.expirationSeconds',
            seconds,
            'may not specify a duration larger than 2^32 seconds',
          );
    return refuse(
      invalidError({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, target.name, [
        problem,
      ]),
    );
  }
  const asked = spec['audiences'];
  const audiences = Array.isArray(asked) && asked.length > 0 ? asked.map(String) : [ISSUER];
  const issuedAt = Math.floor(calendarMillis(server) / 1000);
  const token = writeToken({
    namespace: target.namespace,
    account: target.name,
    uid: account.metadata.uid ?? '',
    audiences,
    issuedAt,
    expiresAt: issuedAt + seconds,
  });
  return reply(
    {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name: target.name,
        namespace: target.namespace,
        creationTimestamp: timestamp(server),
      },
      spec: { ...spec, audiences, expirationSeconds: seconds },
      status: { token, expirationTimestamp: formatTime((issuedAt + seconds) * 1000) },
    },
    201,
  );
}
