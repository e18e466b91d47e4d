import type { Micros } from '../../../kernel/time.ts';
import type { ApiRequest } from '../../messages.ts';
import type { Passage } from '../passage.ts';
import { targetOf } from '../request-target.ts';
import { cacheOf, type Server } from '../server.ts';
import { isTrue, type ApiVerb } from '../verb.ts';

/** What a request takes: time of a processor, and seats. */

/**
 * Time of one processor, measured on servers of upstream's scale tests and rounded: decoding, admission, field
 * ownership and encoding of one object, and the encoding of each object of a list.
 */
const COSTS = {
  get: 150,
  create: 700,
  update: 600,
  patch: 700,
  delete: 500,
  deletecollection: 1000,
  list: 250,
  watch: 300,
} as const satisfies Record<ApiVerb, Micros>;
const PER_LISTED_OBJECT: Micros = 25;

/** Upstream's work estimator: one seat for every hundred objects that a list goes through, at most ten. */
const OBJECTS_PER_SEAT = 100;
const SEATS_MAX = 10;

/** How long one processor works on a request of a verb; undefined for one that may go through many objects. */
export function fixedCost(verb: ApiVerb): Micros | undefined {
  return verb === 'list' || verb === 'watch' ? undefined : COSTS[verb];
}

/** How long one processor works on a request. */
export function costOf(server: Server, request: ApiRequest, { verb }: Passage): Micros {
  const cost = COSTS[verb];
  return readsMany(request, verb)
    ? cost + PER_LISTED_OBJECT * objectsBehind(server, request)
    : cost;
}

/** How many seats a request fills. */
export function widthOf(server: Server, request: ApiRequest, { verb }: Passage): number {
  if (!readsMany(request, verb)) return 1;
  const objects = objectsBehind(server, request);
  return Math.min(SEATS_MAX, Math.max(1, Math.ceil(objects / OBJECTS_PER_SEAT)));
}

function readsMany({ query }: ApiRequest, verb: ApiVerb): boolean {
  return verb === 'list' || (verb === 'watch' && isTrue(query['sendInitialEvents']));
}

/** What a list goes through, matching or not. */
function objectsBehind(server: Server, { path, query }: ApiRequest): number {
  const kind = targetOf(path)?.kind;
  if (kind === undefined) return 0;
  const stored = cacheOf(server, kind.storage).objects.size;
  const limit = Number(query['limit'] ?? '0');
  // A page of the newest state is all that is read; whoever takes any state is given all of it.
  const isPage = limit > 0 && query['resourceVersion'] !== '0';
  return isPage ? Math.min(stored, limit) : stored;
}
