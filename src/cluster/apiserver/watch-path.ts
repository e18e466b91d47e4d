import type { ApiRequest } from '../messages.ts';
import { targetOf } from './request-target.ts';

/** `/api/v1/watch/pods`, `/apis/apps/v1/watch/namespaces/default/deployments/web`. */
const WATCH_PATH = /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)\/watch(\/.+)$/;

/**
 * The older way to watch: a word in the path, which upstream still serves (its request info takes it for the verb). It is
 * the list with `watch=true`; an object's own path is the list with that one name.
 */
export function withoutWatchPath(request: ApiRequest): ApiRequest {
  if (!request.path.includes('/watch/')) return request;
  const [, root = '', rest = ''] = WATCH_PATH.exec(request.path) ?? [];
  if (root === '') return request;
  const path = `${root}${rest}`;
  const target = targetOf(path);
  // A resource may be called so itself.
  if (target === undefined || targetOf(request.path) !== undefined) return request;
  const query: Record<string, string> = Object.assign(Object.create(null), request.query, {
    watch: 'true',
  });
  if (target.name === '') return { ...request, path, query };
  const selector = `metadata.name=${target.name}`;
  query['fieldSelector'] =
    query['fieldSelector'] === undefined ? selector : `${query['fieldSelector']},${selector}`;
  return { ...request, path: path.slice(0, path.lastIndexOf('/')), query };
}
