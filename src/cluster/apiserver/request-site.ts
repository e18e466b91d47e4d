import type { ApiRequest, Method } from '../messages.ts';
import { groupsOf, type UserInfo } from './authorization/attributes.ts';
import {
  authorizedNamespaceOf,
  forgetTargets,
  targetOf,
  type RequestTarget,
  type TargetPlace,
  type UserSites,
} from './request-target.ts';
import { hasSoleVerb, verbAt, type ApiVerb } from './verb.ts';

/**
 * Who wants to do what, and where: all that authorizers and flow schemas look at, but for the object's name. There is
 * one object for all requests of a site, thousands of them, so what a server decides of one is kept under its number
 * (see `passage.ts`). A memo only.
 */
export interface RequestSite {
  /** Small, and of this site alone until the tables start afresh. */
  readonly number: number;
  readonly user: UserInfo;
  readonly verb: ApiVerb;
  /** The method, where no other verb comes of it: what a request wants is then known without a look at its path. */
  readonly soleMethod: Method | undefined;
  readonly group: string;
  readonly resource: string;
  /** Empty for the resource itself. */
  readonly subresource: string;
  /** That of the path; empty at the scope of the cluster. */
  readonly namespace: string;
  /** As authorizers see it: a namespace itself lies in the namespace of its name. */
  readonly authorizedNamespace: string;
}

let siteCount = 0;
/** Beyond this many the tables start afresh. */
const SITES_MAX = 100_000;

/** The site of a request; undefined for one that names no resource. */
export function siteOf(request: ApiRequest): RequestSite | undefined {
  const target = targetOf(request.path);
  return target === undefined ? undefined : siteAt(target, request);
}

/** The site of a request whose target is known. */
export function siteAt(target: RequestTarget, request: ApiRequest): RequestSite {
  const { place } = target;
  const own =
    request.groups === undefined
      ? place.sites.get(request.user)
      : place.sitesOfGroups.get(whoOf(request));
  if (own?.last.soleMethod === request.method) return own.last;
  const verb = verbAt(request, target.name);
  if (own === undefined) return firstSite(place, target, request, verb);
  if (own.last.verb === verb) return own.last;
  return (own.last = own.all.get(verb) ?? addSite(own, newSite(request, target, verb)));
}

function firstSite(
  place: TargetPlace,
  target: RequestTarget,
  request: ApiRequest,
  verb: ApiVerb,
): RequestSite {
  const site = newSite(request, target, verb);
  const own = { last: site, all: new Map([[verb, site]]) };
  if (request.groups === undefined) place.sites.set(request.user, own);
  else place.sitesOfGroups.set(whoOf(request), own);
  return site;
}

function addSite({ all }: UserSites, site: RequestSite): RequestSite {
  all.set(site.verb, site);
  return site;
}

function whoOf({ user, groups }: ApiRequest): string {
  return JSON.stringify([user, groups ?? null]);
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
    number: siteCount,
    user: Object.freeze({ name: request.user, groups }),
    verb,
    soleMethod: hasSoleVerb(request.method) ? request.method : undefined,
    group: kind.group,
    resource: kind.plural,
    subresource,
    namespace,
    authorizedNamespace: authorizedNamespaceOf(target),
  };
}
