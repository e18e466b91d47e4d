import type { ApiRequest } from '../cluster/messages.ts';
import type { SessionRequest } from './session.ts';

/** What is asked from outside as it travels to the API server: the path and its query apart, and who asks. */
export function toApiRequest(id: number, request: SessionRequest): ApiRequest {
  const mark = request.path.indexOf('?');
  const command: string[] = [];
  const query = mark < 0 ? NO_QUERY : queryOf(request.path.slice(mark + 1), command);
  // As components put theirs together, in this order, and frozen: what was compiled for those goes on when a person asks.
  const usual: ApiRequest = {
    type: 'api/request',
    id,
    method: request.method,
    path: mark < 0 ? request.path : request.path.slice(0, mark),
    query,
    user: request.user ?? 'kubernetes-admin',
    userAgent: request.userAgent ?? 'kubectl/v1.35.0 (linux/amd64) kubernetes',
    body: request.body,
    typed: undefined,
    contentType: request.contentType,
  };
  const { token, groups, duplicateFields, unreadable, impersonate, accept, upgrade } = request;
  const rest = {
    ...(token === undefined ? undefined : { token }),
    ...(groups === undefined ? undefined : { groups }),
    ...(duplicateFields === undefined ? undefined : { duplicateFields }),
    ...(unreadable === undefined ? undefined : { unreadable }),
    ...(impersonate === undefined ? undefined : { impersonate }),
    ...(accept === undefined ? undefined : { accept }),
    ...(command.length === 0 ? undefined : { command: Object.freeze(command) }),
    ...(upgrade === undefined ? undefined : { upgrade }),
  };
  return Object.freeze(Object.keys(rest).length === 0 ? usual : { ...usual, ...rest });
}

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze({});

/** The parameters of a query; every `command` goes into a list of its own. */
function queryOf(text: string, command: string[]): Readonly<Record<string, string>> {
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of new URLSearchParams(text)) {
    if (key === 'command') command.push(value);
    // Go takes the first of several.
    if (query[key] === undefined) query[key] = value;
  }
  return query;
}
