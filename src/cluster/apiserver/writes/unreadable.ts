import { unreadableStatus } from '../../../api/decode/failure.ts';
import { badRequestError, statusError } from '../../../api/status-error.ts';
import type { ApiRequest } from '../../messages.ts';
import { refuse, type Answer } from '../exchange.ts';
import { JSON_PATCH, MERGE_PATCH, mediaTypeOf } from './patch.ts';

/** The refusal of a request whose body should be of a kind and is no JSON; undefined for all others. */
export function refuseUnreadable(request: ApiRequest, kind: string): Answer | undefined {
  if (request.unreadable === undefined) return undefined;
  const { fault, head } = request.unreadable;
  switch (request.method) {
    case 'GET':
      return undefined;
    case 'PATCH': {
      const type = mediaTypeOf(request);
      const isStrict = type === JSON_PATCH || type === MERGE_PATCH;
      return refuse(badRequestError(isStrict ? `error decoding patch: ${fault}` : fault));
    }
    case 'DELETE':
      // Upstream takes it for a mistake of its own.
      return refuse(statusError(500, '', `couldn't get version/kind; json parse error: ${fault}`));
    case 'POST':
    case 'PUT':
      return refuse(unreadableStatus(fault, head, kind));
  }
}
