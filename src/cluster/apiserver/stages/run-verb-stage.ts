import { runVerb } from '../run-verb.ts';
import type { ApiRequest } from '../../messages.ts';
import type { Answer } from '../exchange.ts';
import { targetOf } from '../request-target.ts';
import { FIRST_STEP } from '../verb.ts';
import { refuseUnreadable } from '../writes/unreadable.ts';
import type { Stage } from './stage.ts';

/** The verb itself. */
export const runVerbStage: Stage = (exchange, server) =>
  (exchange.request.unreadable === undefined ? undefined : refusalOf(exchange.request)) ??
  runVerb(server, exchange, FIRST_STEP);

/** A body that is no JSON is none of any kind. */
function refusalOf(request: ApiRequest): Answer | undefined {
  const target = targetOf(request.path);
  if (target === undefined) return undefined;
  const { kind, subresource } = target;
  const sent = subresource === '' ? undefined : kind.subresources[subresource];
  return refuseUnreadable(request, sent?.kind ?? kind.kind);
}
