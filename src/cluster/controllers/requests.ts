import { assertNever } from '../../base/exhaustive.ts';
import type { Call } from '../client/api-client.ts';
import { keyOf } from '../client/kube-object.ts';
import type { Announcement, Write } from './plan.ts';
import { collectionPath, objectPath } from './resources.ts';

const PATCH_TYPES = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
} as const;

/** The HTTP request that carries a write out. */
export function requestFor<Then>(write: Exclude<Write, Announcement>, then: Then): Call<Then> {
  switch (write.verb) {
    case 'create':
      return {
        method: 'POST',
        path: collectionPath(write.resource, write.object.metadata.namespace ?? ''),
        body: write.object,
        then,
      };
    case 'update':
      return {
        method: 'PUT',
        path: withSubresource(objectPath(write.resource, keyOf(write.object)), write.subresource),
        body: write.object,
        then,
      };
    case 'patch':
      return {
        method: 'PATCH',
        path: withSubresource(objectPath(write.resource, write.key), write.subresource),
        contentType: PATCH_TYPES[write.patch],
        body: write.body,
        then,
      };
    case 'apply':
      return {
        method: 'PATCH',
        path: withSubresource(objectPath(write.resource, write.key), write.subresource),
        query: { fieldManager: write.manager, force: 'true' },
        contentType: 'application/apply-patch+yaml',
        body: write.body,
        then,
      };
    case 'delete':
      return {
        method: 'DELETE',
        path: objectPath(write.resource, write.key),
        body: {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          preconditions: {
            uid: write.uid,
            ...(write.resourceVersion === undefined
              ? undefined
              : { resourceVersion: write.resourceVersion }),
          },
          ...(write.graceSeconds === undefined
            ? undefined
            : { gracePeriodSeconds: write.graceSeconds }),
          ...(write.propagation === undefined
            ? undefined
            : { propagationPolicy: write.propagation }),
        },
        then,
      };
    case 'delete collection':
      return { method: 'DELETE', path: collectionPath(write.resource, write.namespace), then };
    case 'read': {
      const [path = '', search = ''] = write.path.split('?');
      return { method: 'GET', path, query: queryOf(search), then };
    }
    case 'get':
      return { method: 'GET', path: objectPath(write.resource, write.key), then };
    default:
      return assertNever(write);
  }
}

function queryOf(search: string): Readonly<Record<string, string>> {
  const query: Record<string, string> = {};
  for (const part of search.split('&')) {
    const [key = '', value = ''] = part.split('=');
    if (key !== '') query[key] = decodeURIComponent(value);
  }
  return query;
}

function withSubresource(path: string, subresource: string | undefined): string {
  return subresource === undefined ? path : `${path}/${subresource}`;
}
