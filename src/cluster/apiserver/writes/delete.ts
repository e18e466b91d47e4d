import { notFoundError } from '../../../api/status-error.ts';
import { refuse, type Answer } from '../exchange.ts';
import { cacheOf } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { commitRemoval } from './commit.ts';

/** DELETE of an object. */
export function deleteObject({ server, target }: VerbCall): Answer {
  const { kind, key, name } = target;
  const stored = cacheOf(server, kind.storage).objects.get(key);
  const resource = { group: kind.group, resource: kind.plural };
  if (stored === undefined) return refuse(notFoundError(resource, name));
  return commitRemoval(stored, {
    kind,
    key,
    then: {
      kind: 'body',
      code: 200,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: {
          name,
          ...(kind.group && { group: kind.group }),
          kind: kind.plural,
          uid: stored.metadata.uid,
        },
      },
    },
  });
}
