import type { KindDeclaration } from '../../api/kinds/kind.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ApiRequest } from '../messages.ts';
import { grantedAt, hangsOnPods } from './authorization/authorize.ts';
import { policyOf } from './authorization/policy.ts';
import { fixedCost } from './flow-control/cost.ts';
import type { Gate } from './flow-control/gate.ts';
import type { AnswerCounters } from './metrics.ts';
import { siteAt, type RequestSite } from './request-site.ts';
import { targetOf, type RequestTarget } from './request-target.ts';
import type { ApiServerMemory, Server } from './server.ts';
import type { ResourceCache } from './storage/resource-cache.ts';
import { verbOf, type ApiVerb } from './verb.ts';

/**
 * How requests of a site pass through one server: all that it decides of the first of thousands, until a role or a
 * flow schema changes. A memo only, outside of the state; what it leads to is the state of that server.
 */
export interface Passage {
  /** Undefined for what is no resource, like all that follows from it. */
  readonly site: RequestSite | undefined;
  readonly kind: KindDeclaration | undefined;
  readonly verb: ApiVerb;
  /** How long one processor works on a request. Undefined where that hangs on how many objects it goes through. */
  readonly cost: Micros | undefined;
  /** What the roles grant: everything, nothing, or objects of these names. */
  readonly granted: boolean | readonly string[];
  /** Whether all of it is allowed, whatever the object's name is. False says nothing; `authorize` knows. */
  readonly isGranted: boolean;
  /** The copy of its resource. Undefined for custom ones, whose copy comes and goes. */
  readonly cache: ResourceCache | undefined;
  /** What flow control makes of it, since the first request that came to its gate. */
  gate: Gate | undefined;
  /** Where its answers are counted, since the first of them. */
  counters: AnswerCounters | undefined;
}

/** The passages of each server by the number of their site. */
const known = new WeakMap<ApiServerMemory, (Passage | undefined)[]>();

// Of the server whose step this is, and of the request that it looks at: several functions ask one after the other.
let owner: ApiServerMemory | undefined;
let passages: (Passage | undefined)[] = [];
let lastRequest: ApiRequest | undefined;
let lastPassage: Passage | undefined;

/** The passage of a request. */
export function passageOf(server: Server, request: ApiRequest): Passage {
  const { memory } = server;
  if (memory !== owner) turnTo(memory);
  else if (request === lastRequest && lastPassage !== undefined) return lastPassage;
  lastRequest = request;
  const target = targetOf(request.path);
  if (target === undefined) return (lastPassage = passageOfOther(request));
  const site = siteAt(target, request);
  const passage = passages[site.number];
  return (lastPassage =
    passage !== undefined && passage.site === site && passage.kind === target.kind
      ? passage
      : addPassage(server, site, target));
}

/** A role, a flow schema or a definition has changed: what was decided before is decided anew. */
export function forgetPassages(memory: ApiServerMemory): void {
  known.delete(memory);
  owner = undefined;
}

function turnTo(memory: ApiServerMemory): void {
  let own = known.get(memory);
  if (own === undefined) {
    own = [];
    known.set(memory, own);
  }
  owner = memory;
  passages = own;
}

function addPassage(server: Server, site: RequestSite, { kind }: RequestTarget): Passage {
  const granted = grantedAt(policyOf(server), site);
  const made: Passage = {
    site,
    kind,
    verb: site.verb,
    cost: fixedCost(site.verb),
    granted,
    isGranted: granted === true && !hangsOnPods(site),
    cache: kind.custom === undefined ? server.memory.caches.get(kind.storage) : undefined,
    gate: undefined,
    counters: undefined,
  };
  // A list without gaps is one that V8 finds its way in by the number alone.
  while (passages.length < site.number) passages.push(undefined);
  passages[site.number] = made;
  return made;
}

/** Of what is no resource nothing is remembered: there is not much of it. */
function passageOfOther(request: ApiRequest): Passage {
  const verb = verbOf(request);
  return {
    site: undefined,
    kind: undefined,
    verb,
    cost: fixedCost(verb),
    granted: false,
    isGranted: false,
    cache: undefined,
    gate: undefined,
    counters: undefined,
  };
}
