import type { Informer } from '../client/informer.ts';
import type { KubeObject } from '../client/kube-object.ts';
import { rememberAbsent, type Derived } from './derived.ts';
import type { Write } from './plan.ts';
import type { Work } from './state.ts';

/**
 * The rule that replaces every controller's own book of expectations: a key is not looked at again until
 * the cache shows what its last plan wrote.
 */
export function isInCache(work: Work, informers: ReadonlyMap<string, Informer>): boolean {
  for (const [resource, revision] of work.revisions) {
    const informer = informers.get(resource);
    if (informer !== undefined && Number(informer.revision) < revision) return false;
    work.revisions.delete(resource);
  }
  // From the end, so that each is looked at once and not at every change.
  for (let last = work.removals.at(-1); last !== undefined; last = work.removals.at(-1)) {
    const object = informers.get(last.resource)?.items.get(last.key);
    const stays =
      object !== undefined &&
      object.metadata.uid === last.uid &&
      object.metadata.deletionTimestamp === undefined;
    if (stays) return false;
    work.removals.pop();
  }
  return true;
}

/** Notes what the cache must show before the key is looked at again. */
export function noteAnswer(work: Work, write: Write, body: unknown, derived: Derived): void {
  // A success answers with the object, or with a Status where nothing is left of it.
  const object = body as Partial<KubeObject> | undefined;
  switch (write.verb) {
    case 'create':
    case 'update':
    case 'patch': {
      const revision = Number(object?.metadata?.resourceVersion);
      const known = work.revisions.get(write.resource) ?? 0;
      if (revision > known) work.revisions.set(write.resource, revision);
      break;
    }
    case 'delete':
      work.removals.push(write);
      break;
    case 'get':
      if (object?.metadata?.uid !== write.uid) rememberAbsent(derived, write.uid);
      break;
    case 'delete collection':
    case 'read':
    case 'event':
      break;
  }
}
