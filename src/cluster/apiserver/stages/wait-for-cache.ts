import { tooManyRequestsError } from '../../../api/status-error.ts';
import { refuse } from '../exchange.ts';
import { targetOf } from '../request-target.ts';
import { cacheOf } from '../server.ts';
import type { Stage } from './stage.ts';

/** A resource whose copy is not filled yet: the client comes back in a second. */
export const waitForCache: Stage = ({ request }, server) => {
  const target = targetOf(request.path);
  if (target === undefined || cacheOf(server, target.kind.storage).ready) return undefined;
  return refuse(tooManyRequestsError('storage is (re)initializing', 1));
};
