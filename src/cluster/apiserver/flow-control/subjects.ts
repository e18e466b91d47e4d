import type { FlowcontrolV1Subject } from '../../../api/generated/types.ts';

/** Who a request is from, as FlowSchemas name them. */

const NODE = 'system:node:';
const ACCOUNT = 'system:serviceaccount:';
const ANONYMOUS = 'system:anonymous';

const authenticated: readonly string[] = ['system:authenticated'];
const unauthenticated: readonly string[] = ['system:unauthenticated'];
/** What the certificates that kubeadm makes say of their owners. */
const known: Readonly<Record<string, readonly string[]>> = {
  'kubernetes-admin': ['kubeadm:cluster-admins', ...authenticated],
  'kubernetes-super-admin': ['system:masters', ...authenticated],
  'system:apiserver': ['system:masters', ...authenticated],
};
const ofNodes: readonly string[] = ['system:nodes', ...authenticated];

/** The groups of a user. */
export function groupsOf(user: string): readonly string[] {
  if (user === '' || user === ANONYMOUS) return unauthenticated;
  if (user.startsWith(NODE)) return ofNodes;
  if (user.startsWith(ACCOUNT)) {
    const namespace = user.slice(ACCOUNT.length).split(':')[0] ?? '';
    return [
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ];
  }
  return Object.hasOwn(known, user) ? (known[user] ?? authenticated) : authenticated;
}

/** Whether a user is one of those that a rule is about. */
export function isSubject(subjects: readonly FlowcontrolV1Subject[], user: string): boolean {
  const groups = groupsOf(user);
  return subjects.some((subject) => {
    switch (subject.kind) {
      case 'User':
        return subject.user?.name === '*' || subject.user?.name === user;
      case 'Group':
        return subject.group?.name === '*' || groups.includes(subject.group?.name ?? '');
      case 'ServiceAccount': {
        const { namespace = '', name = '' } = subject.serviceAccount ?? {};
        return name === '*'
          ? user.startsWith(`${ACCOUNT}${namespace}:`)
          : user === `${ACCOUNT}${namespace}:${name}`;
      }
      default:
        return false;
    }
  });
}
