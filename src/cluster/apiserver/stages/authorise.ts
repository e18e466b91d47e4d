import { userOf } from '../authorization/attributes.ts';
import { authorize } from '../authorization/authorize.ts';
import { forbiddenRequest } from '../authorization/refusal.ts';
import { attributesOf } from '../authorization/request-attributes.ts';
import { refuse } from '../exchange.ts';
import type { Stage } from './stage.ts';

/** Whether he may: the Node authorizer, then the roles. */
export const authorise: Stage = ({ request }, server, { isGranted, site, granted }) => {
  // Most of what components do is granted to them whatever the object's name is.
  if (isGranted) return undefined;
  const user = userOf(request);
  // Nearly every request of a person is the administrator's, and nothing needs to be known of it.
  if (request.user === 'system:apiserver' || user.groups.includes('kubeadm:cluster-admins')) {
    return undefined;
  }
  const asked = attributesOf(request);
  const decision = authorize(server, user, asked, site === undefined ? undefined : granted);
  return decision.allowed ? undefined : refuse(forbiddenRequest(user, asked, decision.reason));
};
