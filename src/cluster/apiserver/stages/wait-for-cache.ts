import { tooManyRequestsError } from '../../../api/status-error.ts';
import { refuse } from '../exchange.ts';
import { cacheOf } from '../server.ts';
import type { Stage } from './stage.ts';

/** A resource whose copy is not filled yet: the client comes back in a second. */
export const waitForCache: Stage = (_exchange, server, { kind, cache }) =>
  kind === undefined || (cache ?? cacheOf(server, kind.storage)).ready
    ? undefined
    : refuse(tooManyRequestsError('storage is (re)initializing', 1));
