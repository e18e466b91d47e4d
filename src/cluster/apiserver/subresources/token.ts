import { invalid } from '../../../api/field-errors.ts';
import { isObject } from '../../../api/patch/json.ts';
import type { Pod } from '../../../api/generated/types.ts';
import { goQuote } from '../../../api/go-text.ts';
import {
  badRequestError,
  conflictError,
  forbiddenError,
  invalidError,
  notFoundError,
  type StatusError,
} from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import { formatTime } from '../../../api/time.ts';
import { refuse, reply, type Answer } from '../exchange.ts';
import { ISSUER, writeToken, type BoundObject } from '../reviews/token.ts';
import { cacheOf, calendarMillis, timestamp } from '../server.ts';
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
  const bound = boundObjectOf(call, spec['boundObjectRef']);
  if (!bound.ok) return refuse(bound.error);
  const token = writeToken({
    bound: bound.value,
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
      // Go writes it in any case.
      spec: { boundObjectRef: null, ...spec, audiences, expirationSeconds: seconds },
      status: { token, expirationTimestamp: formatTime((issuedAt + seconds) * 1000) },
    },
    201,
  );
}

const NODE_PREFIX = 'system:node:';

/** The object that a token shall be bound to, as it is now; the refusals are upstream's, of the node restriction too. */
function boundObjectOf(
  { server, target, exchange }: VerbCall,
  reference: unknown,
): Result<BoundObject | undefined, StatusError> {
  const { user } = exchange.request;
  const node = user.startsWith(NODE_PREFIX) ? user.slice(NODE_PREFIX.length) : undefined;
  const { namespace, name: account } = target;
  const forbidden = (why: string): Result<never, StatusError> =>
    refusal(forbiddenError({ group: '', resource: 'serviceaccounts' }, account, why));
  if (!isObject(reference)) {
    return node === undefined
      ? success(undefined)
      : forbidden('node requested token not bound to a pod');
  }
  const kind = String(reference['kind'] ?? '');
  const apiVersion = String(reference['apiVersion'] ?? '');
  const name = String(reference['name'] ?? '');
  const uid = String(reference['uid'] ?? '');
  const claim = apiVersion === 'v1' ? claims.get(kind) : undefined;
  if (node !== undefined && claim !== 'pod') {
    return forbidden('node requested token not bound to a pod');
  }
  if (claim === undefined) {
    const slash = apiVersion.indexOf('/');
    const gvk = `${apiVersion.slice(0, Math.max(slash, 0))}/${apiVersion.slice(slash + 1)}, Kind=${kind}`;
    return refusal(badRequestError(`cannot bind token to object of type ${gvk}`));
  }
  const resource = { group: '', resource: `${claim}s` };
  const storage = claim === 'node' ? 'minions' : resource.resource;
  const path = claim === 'node' ? name : `${namespace}/${name}`;
  const object = cacheOf(server, storage).objects.get(`/registry/${storage}/${path}`);
  if (object === undefined) return refusal(notFoundError(resource, name));
  const actual = object.metadata.uid ?? '';
  if (uid !== '' && uid !== actual) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    return refusal(conflictError({ group: '', resource: kind }, name, why));
  }
  if (claim === 'pod') {
    const { serviceAccountName, nodeName } = (object as Pod).spec; // The folder holds Pods.
    if (node !== undefined && nodeName !== node) {
      return forbidden('node requested token bound to a pod scheduled on a different node');
    }
    if (serviceAccountName !== account) {
      const why = `cannot bind token for serviceaccount ${goQuote(account)} to pod running with different serviceaccount name.`;
      return refusal(badRequestError(why));
    }
  }
  return success({ claim, name, uid: actual });
}

const claims: ReadonlyMap<string, BoundObject['claim']> = new Map([
  ['Pod', 'pod'],
  ['Secret', 'secret'],
  ['Node', 'node'],
]);
