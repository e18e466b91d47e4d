import { badRequestError } from '../../../api/status-error.ts';
import { isObject } from '../../../api/patch/json.ts';
import { refuse } from '../exchange.ts';
import { passageOf } from '../passage.ts';
import { runVerbStage } from '../stages/run-verb-stage.ts';
import { refuseUnreadable } from '../writes/unreadable.ts';
import type { Stage } from '../stages/stage.ts';

const BINDINGS = /^\/api\/v1\/namespaces\/([^/]+)\/bindings\/?$/;

/**
 * POST of a Binding to its collection, the older way of telling a Pod its node (upstream: LegacyBindingREST, which hands it
 * on to the Pod's own binding).
 */
export const answerBinding: Stage = (exchange, server) => {
  const { request } = exchange;
  const [, namespace] = BINDINGS.exec(request.path) ?? [];
  if (namespace === undefined || request.method !== 'POST') return undefined;
  const refusal = refuseUnreadable(request, 'Binding');
  if (refusal !== undefined) return refusal;
  const metadata = isObject(request.body) ? request.body['metadata'] : undefined;
  const name = isObject(metadata) ? metadata['name'] : undefined;
  if (typeof name !== 'string' || name === '') {
    return refuse(badRequestError('name is required'));
  }
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
  const named = Object.freeze({ ...request, path });
  const same = Object.freeze({ ...exchange, request: named });
  return runVerbStage(same, server, passageOf(server, named));
};
