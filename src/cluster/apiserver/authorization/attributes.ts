/** Who asks, by name and groups. */
export interface UserInfo {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a request wants to do, as authorizers see it (upstream: authorizer.Attributes). */
export type Attributes =
  | {
      readonly kind: 'resource';
      /** get, list, watch, create, update, patch, delete, deletecollection, and words of their own such as `bind`. */
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      /** Empty for the resource itself. */
      readonly subresource: string;
      /** Empty at the scope of the cluster. */
      readonly namespace: string;
      /** Empty for collections. */
      readonly name: string;
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

export type ResourceAttributes = Extract<Attributes, { kind: 'resource' }>;

const known = new Map<string, readonly string[]>();

/** The groups that a user is in by his name alone: certificates and tokens of the cluster's own say them too. */
export function groupsOf(user: string): readonly string[] {
  let groups = known.get(user);
  if (groups === undefined) {
    groups = Object.freeze(groupsByName(user));
    if (known.size > 10_000) known.clear();
    known.set(user, groups);
  }
  return groups;
}

function groupsByName(user: string): readonly string[] {
  switch (user) {
    case 'kubernetes-admin':
      return ['kubeadm:cluster-admins', 'system:authenticated'];
    case 'system:apiserver':
      return ['system:masters', 'system:authenticated'];
    case 'system:anonymous':
      return ['system:unauthenticated'];
    default:
  }
  if (user.startsWith('system:node:')) return ['system:nodes', 'system:authenticated'];
  const [, account, namespace = ''] = /^system:(serviceaccount):([^:]+):[^:]+$/.exec(user) ?? [];
  return account === undefined
    ? ['system:authenticated']
    : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
}

/** A request's user with his groups. */
export function userOf(request: {
  readonly user: string;
  readonly groups?: readonly string[];
}): UserInfo {
  return { name: request.user, groups: request.groups ?? groupsOf(request.user) };
}

/** A request's user with all that is known of him, as reviews and policies show him. */
export function wholeUserOf(request: {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly userUid?: string;
  readonly userExtra?: UserInfo['extra'];
}): { readonly username: string } & Omit<UserInfo, 'name'> {
  const { user, userUid: uid, userExtra: extra } = request;
  return {
    username: user,
    ...(uid === undefined || uid === '' ? undefined : { uid }),
    groups: request.groups ?? groupsOf(user),
    ...(extra === undefined ? undefined : { extra }),
  };
}
