import { findResource, type Discovery } from '../../discovery.ts';
import { fail, failVerbatim } from '../../failure.ts';
import { sortedEntries, type ApiObject, type Fields } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { metadataOf, nameArgument, requireFlags, runGenerator } from './create.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** kubectl create role. */
export async function createRole(session: Session): Promise<void> {
  const name = nameArgument(session);
  const rules = await rulesOf(session);
  await runGenerator(session, {
    kind: 'Role',
    apiVersion: `${RBAC}/v1`,
    metadata: metadataOf(session, name),
    rules,
  });
}

/** kubectl create clusterrole. */
export async function createClusterRole(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  const aggregation = flags.text('aggregation-rule');
  const urls = flags.list('non-resource-url');
  const verbs = flags.list('verb');
  let rules: readonly Fields[] | null = null;
  const resources = flags.list('resource');
  if (aggregation === '') {
    if (verbs.length === 0) fail('at least one verb must be specified');
    if (resources.length === 0 && urls.length === 0) {
      fail('one of resource or nonResourceURL must be specified');
    }
    const ofResources = resources.length === 0 ? [] : await rulesOf(session);
    rules = [...ofResources, ...urlRules(urls, verbs)];
  } else if (
    [urls, verbs, resources, flags.list('resource-name')].some((each) => each.length > 0)
  ) {
    fail(
      'aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames',
    );
  }
  const matchLabels = Object.fromEntries(
    aggregation.split(',').map((each) => [each.split('=')[0] ?? '', each.split('=')[1] ?? '']),
  );
  await runGenerator(session, {
    kind: 'ClusterRole',
    apiVersion: `${RBAC}/v1`,
    metadata: { name },
    rules,
    ...(aggregation === '' ? {} : { aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } }),
  });
}

const urlVerbs = new Set(['*', 'get', 'post', 'put', 'delete', 'patch', 'head', 'options']);

/** The rule for paths that are no resources. */
function urlRules(urls: readonly string[], verbs: readonly string[]): readonly Fields[] {
  if (urls.length === 0) return [];
  const wrong = verbs.find((verb) => !urlVerbs.has(verb));
  if (wrong !== undefined) fail(`invalid verb: '${wrong}' for nonResourceURL`);
  for (const url of urls) {
    if (url === '*') continue;
    if (!url.startsWith('/')) fail('nonResourceURL should start with /');
    if (url.slice(0, -1).includes('*')) {
      fail("nonResourceURL only supports wildcard matches when '*' is at the end");
    }
  }
  return [{ verbs: distinctVerbs(verbs), nonResourceURLs: [...new Set(urls)] }];
}

/** `*` says all that the others say. */
function distinctVerbs(verbs: readonly string[]): readonly string[] {
  return verbs.includes('*') ? ['*'] : [...new Set(verbs)];
}

/** Verbs that mean something for a few resources alone. */
const specialVerbs: Readonly<Record<string, readonly string[]>> = {
  use: ['podsecuritypolicies.policy', 'podsecuritypolicies.extensions'],
  bind: [`roles.${RBAC}`, `clusterroles.${RBAC}`],
  escalate: [`roles.${RBAC}`, `clusterroles.${RBAC}`],
  impersonate: ['users.', 'serviceaccounts.', 'groups.', 'userextras.authentication.k8s.io'],
};

const standardVerbs = new Set([
  '*',
  'get',
  'delete',
  'list',
  'create',
  'update',
  'patch',
  'watch',
  'proxy',
  'deletecollection',
  'use',
  'bind',
  'escalate',
  'impersonate',
]);

async function rulesOf(session: Session): Promise<readonly Fields[]> {
  const { flags } = session;
  const verbs = distinctVerbs(flags.list('verb'));
  if (verbs.length === 0) fail('at least one verb must be specified');
  for (const each of verbs) {
    if (!standardVerbs.has(each))
      session.err(`Warning: '${each}' is not a standard resource verb\n`);
  }
  const resources = flags.list('resource');
  if (resources.length === 0) fail('at least one resource must be specified');
  const discovery = await session.discovery();
  const groups = new Map<string, string[]>();
  // A star alone stands for everything else on the command line.
  for (const each of resources.includes('*') ? ['*'] : resources) {
    const { group, resource } = groupResource(discovery, each, verbs);
    const list = groups.get(group) ?? [];
    if (!list.includes(resource)) list.push(resource);
    groups.set(group, list);
  }
  const names = [...new Set(flags.list('resource-name'))];
  return sortedEntries(Object.fromEntries(groups)).map(([group, list]) => ({
    verbs,
    apiGroups: [group],
    resources: list,
    ...(names.length === 0 ? {} : { resourceNames: names }),
  }));
}

function groupResource(
  discovery: Discovery,
  text: string,
  verbs: readonly string[],
): { group: string; resource: string } {
  const slash = text.indexOf('/');
  const type = slash < 0 ? text : text.slice(0, slash);
  const suffix = slash < 0 || slash === text.length - 1 ? '' : text.slice(slash);
  const dot = type.indexOf('.');
  const [name, group] = dot < 0 ? [type, ''] : [type.slice(0, dot), type.slice(dot + 1)];
  if (name === '') fail('resource must be specified if apiGroup/subresource specified');
  if (name === '*') return { group, resource: `*${suffix}` };
  const found = findResource(discovery, type);
  const known = found ?? { name, group };
  let isSpecial = false;
  for (const verb of verbs) {
    if (!Object.hasOwn(specialVerbs, verb)) continue;
    if (specialVerbs[verb]?.includes(`${known.name}.${known.group}`) !== true) {
      fail(`can not perform '${verb}' on '${known.name}' in group '${known.group}'`);
    }
    isSpecial = true;
  }
  if (found === undefined && !isSpecial) {
    const where = group === '' ? '' : ` in group ${JSON.stringify(group)}`;
    failVerbatim(`the server doesn't have a resource type ${JSON.stringify(name)}${where}`);
  }
  return { group: known.group, resource: `${known.name}${suffix}` };
}

/** kubectl create rolebinding. */
export async function createRoleBinding(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  const [role, clusterRole] = [flags.text('role'), flags.text('clusterrole')];
  if ((role === '') === (clusterRole === '')) {
    fail('exactly one of clusterrole or role must be specified');
  }
  await runGenerator(
    session,
    bindingOf(session, 'RoleBinding', metadataOf(session, name), {
      kind: role === '' ? 'ClusterRole' : 'Role',
      name: role === '' ? clusterRole : role,
    }),
    'failed to create rolebinding: ',
  );
}

/** kubectl create clusterrolebinding. */
export async function createClusterRoleBinding(session: Session): Promise<void> {
  const name = nameArgument(session);
  requireFlags(session, 'clusterrole');
  await runGenerator(
    session,
    bindingOf(
      session,
      'ClusterRoleBinding',
      { name },
      {
        kind: 'ClusterRole',
        name: session.flags.text('clusterrole'),
      },
    ),
    'failed to create clusterrolebinding: ',
  );
}

function bindingOf(
  { flags }: Session,
  kind: string,
  metadata: ApiObject['metadata'],
  role: { readonly kind: string; readonly name: string },
): ApiObject {
  const subjects = [
    ...flags.list('user').map((name) => ({ kind: 'User', apiGroup: RBAC, name })),
    ...flags.list('group').map((name) => ({ kind: 'Group', apiGroup: RBAC, name })),
    ...flags.list('serviceaccount').map((each) => {
      const [namespace = '', name = '', ...more] = each.split(':');
      if (namespace === '' || name === '' || more.length > 0) {
        fail('serviceaccount must be <namespace>:<name>');
      }
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
  return {
    kind,
    apiVersion: `${RBAC}/v1`,
    metadata,
    ...(subjects.length === 0 ? {} : { subjects }),
    roleRef: { apiGroup: RBAC, ...role },
  };
}
