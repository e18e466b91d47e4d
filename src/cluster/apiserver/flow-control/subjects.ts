import type { FlowcontrolV1Subject } from '../../../api/generated/types.ts';

/** Who a request is from, as FlowSchemas name them. */

const ACCOUNT = 'system:serviceaccount:';

/** Whether a user is one of those that a rule is about. */
export function isSubject(
  subjects: readonly FlowcontrolV1Subject[],
  { name: user, groups }: { readonly name: string; readonly groups: readonly string[] },
): boolean {
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
