import { findResource, type Discovery } from '../../discovery.ts';
import { fail, failVerbatim } from '../../failure.ts';
import type { ApiObject, Fields } from '../../objects.ts';
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
  if (aggregation === '') {
    if (verbs.length === 0) fail('at least one verb must be specified');
    rules =
      urls.length > 0 && flags.list('resource').length === 0
        ? [{ verbs, nonResourceURLs: urls }]
        : await rulesOf(session);
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
  'approve',
  'sign',
  'escalate',
  'impersonate',
]);

async function rulesOf(session: Session): Promise<readonly Fields[]> {
  const { flags } = session;
  const verbs = [...new Set(flags.list('verb'))];
  if (verbs.length === 0) fail('at least one verb must be specified');
  for (const each of verbs) {
    if (!standardVerbs.has(each))
      session.err(`Warning: '${each}' is not a standard resource verb\n`);
  }
  const resources = flags.list('resource');
  if (resources.length === 0) fail('one or more resources must be specified');
  const discovery = await session.discovery();
  const groups = new Map<string, string[]>();
  for (const each of resources) {
    const { group, resource } = groupResource(discovery, each);
    const list = groups.get(group) ?? [];
    if (!list.includes(resource)) list.push(resource);
    groups.set(group, list);
  }
  const names = flags.list('resource-name');
  return [...groups].map(([group, list]) => ({
    verbs: verbs.includes('*') ? ['*'] : verbs,
    apiGroups: [group],
    resources: list,
    ...(names.length === 0 ? {} : { resourceNames: names }),
  }));
}

function groupResource(discovery: Discovery, text: string): { group: string; resource: string } {
  const [type = '', subresource] = text.split('/');
  if (type === '*') return { group: '*', resource: '*' };
  const found = findResource(discovery, type);
  if (found === undefined) {
    return failVerbatim(
      `the server doesn't have a resource type ${JSON.stringify(type.split('.')[0])}`,
    );
  }
  return {
    group: found.group,
    resource: subresource === undefined ? found.name : `${found.name}/${subresource}`,
  };
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
      const [namespace = '', name = ''] = each.split(':');
      if (namespace === '' || name === '') {
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
