import type {
  FlowSchema,
  NonResourcePolicyRule,
  ResourcePolicyRule,
} from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import type { ApiRequest } from '../../messages.ts';
import { userOf } from '../authorization/attributes.ts';
import { targetOf, type RequestTarget } from '../request-target.ts';
import { verbOf, type ApiVerb } from '../verb.ts';
import type { FlowConfiguration, LevelSettings } from './configuration.ts';
import { isSubject } from './subjects.ts';

/** Where a request belongs: its schema and level. Frozen. */
export interface Classification {
  readonly schema: FlowSchema;
  readonly level: LevelSettings;
}

/**
 * The same users ask for the same kinds again and again, so verdicts are kept: a memo of a pure function of a frozen
 * configuration.
 */
const verdicts = new WeakMap<FlowConfiguration, Verdicts>();
const USERS_MAX = 20_000;

type Verdicts = Map<string, Map<string | KindDeclaration, Map<string, Classification>>>;

/** The first schema that a request matches, lowest precedence number first; the catch-all at the last. */
export function classify(configuration: FlowConfiguration, request: ApiRequest): Classification {
  let byUser = verdicts.get(configuration);
  if (byUser === undefined) {
    byUser = new Map();
    verdicts.set(configuration, byUser);
  }
  const user =
    request.groups === undefined ? request.user : `${request.user}\n${request.groups.join('\n')}`;
  let byKind = byUser.get(user);
  if (byKind === undefined) {
    if (byUser.size >= USERS_MAX) byUser.clear();
    byKind = new Map();
    byUser.set(user, byKind);
  }
  const target = targetOf(request.path);
  // What a rule may look at beside the user: a path, or kind, subresource, namespace and verb of a resource.
  const place = target === undefined ? rootOf(request.path) : target.kind;
  let byDetail = byKind.get(place);
  if (byDetail === undefined) {
    byDetail = new Map();
    byKind.set(place, byDetail);
  }
  const verb = verbOf(request);
  const detail = detailOf(verb, target);
  let verdict = byDetail.get(detail);
  if (verdict === undefined) {
    if (byDetail.size >= USERS_MAX) byDetail.clear();
    verdict = Object.freeze(decide(configuration, { request, verb, target }));
    byDetail.set(detail, verdict);
  }
  return verdict;
}

function detailOf(verb: ApiVerb, target: RequestTarget | undefined): string {
  if (target === undefined) return verb;
  const { subresource, namespace } = target;
  if (subresource === '') return namespace === '' ? verb : `${verb}/${namespace}`;
  return `${verb}/${namespace}/${subresource}`;
}

/** Paths that are no resource are of a few kinds; what follows the first part seldom matters to a rule. */
function rootOf(path: string): string {
  return path.length <= 64 ? path : path.slice(0, 64);
}

function decide(
  { schemas, levels }: FlowConfiguration,
  request: {
    readonly request: ApiRequest;
    readonly verb: ApiVerb;
    readonly target: RequestTarget | undefined;
  },
): Classification {
  for (const schema of schemas) {
    if (!matches(schema, request)) continue;
    const level = levels.get(schema.spec.priorityLevelConfiguration.name);
    if (level !== undefined) return { schema, level };
  }
  // The mandatory schemas are always there, so this is reached by nobody but a user without any group.
  const last = schemas[schemas.length - 1] as FlowSchema;
  return { schema: last, level: levels.get('catch-all') as LevelSettings };
}

function matches(
  { spec }: FlowSchema,
  {
    request,
    verb,
    target,
  }: {
    readonly request: ApiRequest;
    readonly verb: ApiVerb;
    readonly target: RequestTarget | undefined;
  },
): boolean {
  return (spec.rules ?? []).some(
    ({ subjects, resourceRules = [], nonResourceRules = [] }) =>
      isSubject(subjects, userOf(request)) &&
      (target === undefined
        ? nonResourceRules.some((rule) => allowsPath(rule, request))
        : resourceRules.some((rule) => allowsResource(rule, verb, target))),
  );
}

function allowsResource(rule: ResourcePolicyRule, verb: ApiVerb, target: RequestTarget): boolean {
  const { kind, subresource, namespace } = target;
  const resource = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, kind.group) &&
    has(rule.resources, resource) &&
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
