import { goQuote } from '../../../api/go-text.ts';
import { forbiddenError, statusError, type StatusError } from '../../../api/status-error.ts';
import type { Attributes, UserInfo } from './attributes.ts';

/** 403 in upstream's words (apiserver's responsewriters.Forbidden). */
export function forbiddenRequest(user: UserInfo, asked: Attributes, reason = ''): StatusError {
  const why = `${refusalText(user, asked)}${reason === '' ? '' : `: ${reason}`}`;
  if (asked.kind === 'path') return statusError(403, 'Forbidden', `forbidden: ${why}`, {});
  return forbiddenError({ group: asked.group, resource: asked.resource }, asked.name, why);
}

function refusalText({ name }: UserInfo, asked: Attributes): string {
  const who = `User ${goQuote(name)}`;
  if (asked.kind === 'path') return `${who} cannot ${asked.verb} path ${goQuote(asked.path)}`;
  const { verb, group, resource, subresource, namespace } = asked;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where =
    namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  return `${who} cannot ${verb} resource ${goQuote(what)} in API group ${goQuote(group)} ${where}`;
}
