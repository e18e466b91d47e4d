import type {
  FlowSchema,
  NonResourcePolicyRule,
  ResourcePolicyRule,
} from '../../../api/generated/types.ts';
import type { ApiRequest } from '../../messages.ts';
import { userOf, type UserInfo } from '../authorization/attributes.ts';
import { siteOf, type RequestSite } from '../request-site.ts';
import { targetOf } from '../request-target.ts';
import type { FlowConfiguration, LevelSettings } from './configuration.ts';
import { isSubject } from './subjects.ts';

/** Where a request belongs: its schema and level. Frozen. */
export interface Classification {
  readonly schema: FlowSchema;
  readonly level: LevelSettings;
}

/** The first schema that a request matches, lowest precedence number first; the catch-all at the last. */
export function classify(
  { schemas, levels }: FlowConfiguration,
  request: ApiRequest,
): Classification {
  const site = siteOf(request);
  const user = site?.user ?? userOf(request);
  for (const schema of schemas) {
    if (!matches(schema, request, user, site)) continue;
    const level = levels.get(schema.spec.priorityLevelConfiguration.name);
    if (level !== undefined) return Object.freeze({ schema, level });
  }
  // The mandatory schemas are always there, so this is reached by nobody but a user without any group.
  const schema = schemas[schemas.length - 1] as FlowSchema;
  return Object.freeze({ schema, level: levels.get('catch-all') as LevelSettings });
}

function matches(
  { spec }: FlowSchema,
  request: ApiRequest,
  user: UserInfo,
  site: RequestSite | undefined,
): boolean {
  return (spec.rules ?? []).some(
    ({ subjects, resourceRules = [], nonResourceRules = [] }) =>
      isSubject(subjects, user) &&
      (site === undefined
        ? nonResourceRules.some((rule) => allowsPath(rule, request))
        : resourceRules.some((rule) => allowsResource(rule, site))),
  );
}

function allowsResource(rule: ResourcePolicyRule, site: RequestSite): boolean {
  const { verb, group, resource, subresource, namespace } = site;
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    has(rule.resources, subresource === '' ? resource : `${resource}/${subresource}`) &&
    (namespace === '' ? rule.clusterScope === true : has(rule.namespaces ?? [], namespace))
  );
}

function allowsPath(rule: NonResourcePolicyRule, { path, method }: ApiRequest): boolean {
  return (
    has(rule.verbs, method.toLowerCase()) &&
    rule.nonResourceURLs.some(
      (url) =>
        url === '*' || url === path || (url.endsWith('/*') && path.startsWith(url.slice(0, -1))),
    )
  );
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** What tells one flow of a schema from another (upstream: the flow distinguisher). */
export function flowOf({ schema }: Classification, request: ApiRequest): string {
  switch (schema.spec.distinguisherMethod?.type) {
    case 'ByUser':
      return request.user;
    case 'ByNamespace':
      return targetOf(request.path)?.namespace ?? '';
    default:
      return '';
  }
}
