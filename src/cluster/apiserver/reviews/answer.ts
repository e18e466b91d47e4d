import { methodNotAllowedError } from '../../../api/status-error.ts';
import { refuse, reply } from '../exchange.ts';
import type { Stage } from '../stages/stage.ts';
import { readBody } from '../writes/body.ts';
import { reviewAt } from './kinds.ts';

/** The groups that kubeadm's administrator and everyone who is known belong to. */
const groups: readonly string[] = ['kubeadm:cluster-admins', 'system:authenticated'];

const everything: readonly string[] = ['*'];

/**
 * Answers questions about who asks and what he may. Authorisation lets everyone do everything so far, and so say the
 * answers.
 */
export const answerReview: Stage = ({ request }) => {
  const kind = reviewAt(request.path);
  if (kind === undefined) return undefined;
  if (request.method !== 'POST') return refuse(methodNotAllowedError());
  const body = readBody(request, kind);
  if (!body.ok) return refuse(body.error);
  return reply({ ...body.value.value, status: statusOf(kind.kind, request.user) }, 201);
};

function statusOf(kind: string, user: string): object {
  switch (kind) {
    case 'SelfSubjectReview':
      return { userInfo: { username: user, groups } };
    case 'SelfSubjectRulesReview':
      return {
        incomplete: false,
        nonResourceRules: [{ nonResourceURLs: everything, verbs: everything }],
        resourceRules: [{ apiGroups: everything, resources: everything, verbs: everything }],
      };
    default:
      return { allowed: true };
  }
}
