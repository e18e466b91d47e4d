import type { KindDeclaration } from '../../api/kinds/kind.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ApiRequest } from '../messages.ts';
import { grantedAt, hangsOnPods } from './authorization/authorize.ts';
import { policyOf } from './authorization/policy.ts';
import { fixedCost } from './flow-control/cost.ts';
import type { Gate } from './flow-control/gate.ts';
import type { AnswerCounters } from './metrics.ts';
import { siteAt, type RequestSite } from './request-site.ts';
import { findTarget, type RequestTarget } from './request-target.ts';
import type { ApiServerMemory, Server } from './server.ts';
import type { ResourceCache } from './storage/resource-cache.ts';
import { verbOf, type ApiVerb, type Verb } from './verb.ts';

/**
 * How requests of a site pass through one server: all that it decides of the first of thousands, until a role or a
 * flow schema changes. A memo only, outside of the state; what it leads to is the state of that server.
 */
export interface Passage {
  /** Undefined for what is no resource, like all that follows from it. */
  readonly site: RequestSite | undefined;
  readonly kind: KindDeclaration | undefined;
  readonly verb: ApiVerb;
  /** Whether it is nobody in particular who asks. */
  readonly isNobody: boolean;
  /** How long one processor works on a request. Undefined where that hangs on how many objects it goes through. */
  readonly cost: Micros | undefined;
  /** What the roles grant: everything, nothing, or objects of these names. */
  readonly granted: boolean | readonly string[];
  /** Whether all of it is allowed to somebody, whatever the object's name is. False says nothing; `authorize` knows. */
  readonly isGranted: boolean;
  /** The copy of its resource. Undefined for custom ones, whose copy comes and goes. */
  readonly cache: ResourceCache | undefined;
  /** What answers requests of a collection, and those of an object in it or a part of one, since the first of them. */
  ofCollection: Verb | undefined;
  ofObjects: Verb | undefined;
  /** What flow control makes of it, since the first request that came to its gate. */
  gate: Gate | undefined;
  /** Where its answers are counted, since the first of them. */
  counters: AnswerCounters | undefined;
}

/** The passages that one server knows. */
interface ServerPassages {
  /** By the number of their site. */
  readonly bySite: (Passage | undefined)[];
  /**
   * The newest requests that nobody has asked about again, and beside each its passage. Its place comes of the instant at
   * which it came and of its number: many come at one instant, numbered in turn.
   */
  readonly requests: (ApiRequest | undefined)[];
  readonly theirs: (Passage | undefined)[];
}

/** A power of two: about as many requests as wait for etcd in a busy cluster. */
const REQUESTS_KEPT = 1024;

const known = new WeakMap<ApiServerMemory, ServerPassages>();

// Of the server whose step this is.
let owner: ApiServerMemory | undefined;
let passages: ServerPassages = noPassages();

function noPassages(): ServerPassages {
  const none = (): undefined[] => Array.from({ length: REQUESTS_KEPT }, () => undefined);
  return { bySite: [], requests: none(), theirs: none() };
}

/**
 * The passage of a request that came at an instant: now, unless it says another. Mostly one function asks, when etcd has
 * answered, so that what was left for it is taken: nothing keeps a request that is over.
 */
export function passageOf(
  server: Server,
  request: ApiRequest,
  receivedAt: Micros = server.env.now,
): Passage {
  if (server.memory !== owner) turnTo(server.memory);
  const at = (receivedAt + request.id) & (REQUESTS_KEPT - 1);
  if (passages.requests[at] !== request) return findPassage(server, request, receivedAt);
  passages.requests[at] = undefined;
  return passages.theirs[at] as Passage; // Put there together.
}

/** The same of a request that nobody has asked for it yet. It is left for who asks once more. */
export function findPassage(
  server: Server,
  request: ApiRequest,
  receivedAt: Micros = server.env.now,
): Passage {
  if (server.memory !== owner) turnTo(server.memory);
  const target = findTarget(request.path);
  let passage: Passage | undefined;
  if (target === undefined) passage = passageOfOther(request);
  else {
    const site = siteAt(target, request);
    passage = passages.bySite[site.number];
    if (passage?.site !== site || passage.kind !== target.kind) {
      passage = addPassage(server, site, target);
    }
  }
  const at = (receivedAt + request.id) & (REQUESTS_KEPT - 1);
  passages.requests[at] = request;
  passages.theirs[at] = passage;
  return passage;
}

/** A role, a flow schema or a definition has changed: what was decided before is decided anew. */
export function forgetPassages(memory: ApiServerMemory): void {
  known.delete(memory);
  owner = undefined;
}

function turnTo(memory: ApiServerMemory): void {
  let own = known.get(memory);
  if (own === undefined) {
    own = noPassages();
    known.set(memory, own);
  }
  owner = memory;
  passages = own;
}

function addPassage(server: Server, site: RequestSite, { kind }: RequestTarget): Passage {
  const granted = grantedAt(policyOf(server), site);
  const isNobody = site.user.name === '';
  const made: Passage = {
    site,
    kind,
    verb: site.verb,
    isNobody,
    cost: fixedCost(site.verb),
    granted,
    isGranted: granted === true && !isNobody && !hangsOnPods(site),
    cache: kind.custom === undefined ? server.memory.caches.get(kind.storage) : undefined,
    ofCollection: undefined,
    ofObjects: undefined,
    gate: undefined,
    counters: undefined,
  };
  // A list without gaps is one that V8 finds its way in by the number alone.
  const { bySite } = passages;
  while (bySite.length < site.number) bySite.push(undefined);
  bySite[site.number] = made;
  return made;
}

/** Of what is no resource nothing is remembered: there is not much of it. */
function passageOfOther(request: ApiRequest): Passage {
  const verb = verbOf(request);
  return {
    site: undefined,
    kind: undefined,
    verb,
    isNobody: request.user === '',
    cost: fixedCost(verb),
    granted: false,
    isGranted: false,
    cache: undefined,
    ofCollection: undefined,
    ofObjects: undefined,
    gate: undefined,
    counters: undefined,
  };
}
