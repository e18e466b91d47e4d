import type { ApiRequest } from '../messages.ts';
import { groupsOf, type UserInfo } from './authorization/attributes.ts';
import type { Classification } from './flow-control/classify.ts';
import type { FlowConfiguration } from './flow-control/configuration.ts';
import {
  authorizedNamespaceOf,
  forgetTargets,
  targetOf,
  type RequestTarget,
} from './request-target.ts';
import { verbOf, type ApiVerb } from './verb.ts';

/**
 * Who wants to do what, and where: all that authorizers and flow schemas look at, but for the object's name. There is
 * one object for all requests of a site, thousands of them, so what was decided of one is kept in it or under it. A
 * memo only.
 */
export interface RequestSite {
  readonly user: UserInfo;
  readonly verb: ApiVerb;
  readonly group: string;
  readonly resource: string;
  /** Empty for the resource itself. */
  readonly subresource: string;
  /** That of the path; empty at the scope of the cluster. */
  readonly namespace: string;
  /** As authorizers see it: a namespace itself lies in the namespace of its name. */
  readonly authorizedNamespace: string;
  /** What was decided last, and by what: mostly one configuration and one policy are asked again and again. */
  lastVerdict:
    | {
        readonly configuration: FlowConfiguration;
        readonly verdict: Classification;
      }
    | undefined;
  lastGrant: { readonly policy: number; readonly granted: boolean | readonly string[] } | undefined;
}

let siteCount = 0;
/** Beyond this many the tables start afresh. */
const SITES_MAX = 100_000;

// Several stages ask about one request, one after the other.
let lastRequest: ApiRequest | undefined;
let lastTarget: RequestTarget | undefined;
let lastSite: RequestSite | undefined;

/** The site of a request; undefined for one that names no resource. */
export function siteOf(request: ApiRequest): RequestSite | undefined {
  // Which also notices that a definition of custom resources has come or gone.
  const target = targetOf(request.path);
  if (request === lastRequest && target === lastTarget) return lastSite;
  lastRequest = request;
  lastTarget = target;
  lastSite = target === undefined ? undefined : findSite(request, target);
  return lastSite;
}

function findSite(request: ApiRequest, target: RequestTarget): RequestSite {
  const who = whoOf(request);
  const verb = verbOf(request);
  const { sites } = target.place;
  const own = sites.get(who);
  if (own?.last.verb === verb) return own.last;
  const site = own?.all.get(verb) ?? newSite(request, target, verb);
  if (own === undefined) sites.set(who, { last: site, all: new Map([[verb, site]]) });
  else {
    own.all.set(verb, site);
    own.last = site;
  }
  return site;
}

/** A text for each user with his groups, nearly always his name: which begins with no line break. */
function whoOf({ user, groups }: ApiRequest): string {
  if (groups === undefined && !user.startsWith('\n')) return user;
  return `\n${JSON.stringify([user, groups ?? null])}`;
}

function newSite(request: ApiRequest, target: RequestTarget, verb: ApiVerb): RequestSite {
  if (siteCount >= SITES_MAX) {
    forgetTargets();
    siteCount = 0;
  }
  siteCount += 1;
  const { kind, subresource, namespace } = target;
  const groups = Object.freeze([...(request.groups ?? groupsOf(request.user))]);
  return {
    user: Object.freeze({ name: request.user, groups }),
    verb,
    group: kind.group,
    resource: kind.plural,
    subresource,
    namespace,
    authorizedNamespace: authorizedNamespaceOf(target),
    lastVerdict: undefined,
    lastGrant: undefined,
  };
}
