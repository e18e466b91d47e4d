import { authenticate } from './authenticate.ts';
import { authorise } from './authorise.ts';
import type { ApiRequest } from '../../messages.ts';
import type { Passage } from '../passage.ts';
import { checkOptions } from './check-options.ts';
import { answerReview } from '../reviews/answer.ts';
import { knowResource } from './know-resource.ts';
import { serveItself } from './serve-itself.ts';
import type { Stage } from './stage.ts';
import { answerBinding } from '../unstored/bindings.ts';
import { answerComponentStatus } from '../unstored/component-statuses.ts';
import { runVerbStage } from './run-verb-stage.ts';
import { waitForCache } from './wait-for-cache.ts';

/** Paths that lead to no resource. */
const serveOthers: Stage = (exchange, server, passage) =>
  passage.kind !== undefined
    ? undefined
    : // Health, versions and discovery.
      (serveItself(exchange, server, passage) ??
      // Questions that are answered and not stored.
      answerReview(exchange, server, passage) ??
      answerBinding(exchange, server, passage) ??
      answerComponentStatus(exchange, server, passage) ??
      knowResource(exchange, server, passage));

/** What a request goes through, in this order. The first stage that answers ends it. */
export const stages: readonly Stage[] = [
  authenticate,
  authorise,
  serveOthers,
  checkOptions,
  waitForCache,
  // From here on the verb decides: decode, default, admit, validate, store (see ../writes).
  runVerbStage,
];

/**
 * Whether no stage before the verb stops a request, told by a few fields of it: components ask what they may ask, ten thousand
 * times. False says nothing. A test holds it against the stages.
 */
export function isBeyondDoubt(request: ApiRequest, { isGranted, cache }: Passage): boolean {
  if (!isGranted || cache?.ready !== true || request.unreadable !== undefined) return false;
  // Options are in the query, and a read has none.
  for (const _ in request.query) return request.method === 'GET';
  return true;
}
