import type {
  KubernetesObject,
  ManagedFieldsEntry,
  ObjectMeta,
} from '../../../api/generated/types.ts';
import { badRequestError, type StatusError } from '../../../api/status-error.ts';
import { randomSuffix, randomUid } from '../../../kernel/random.ts';
import type { RequestTarget } from '../request-target.ts';
import { cacheOf, timestamp, type Server } from '../server.ts';
import { keyOf } from '../request-target.ts';
import { copyWith, draftOf, type Draft } from '../../../base/copy.ts';

/** What the server itself writes into metadata (upstream: FillObjectMetaSystemFields, BeforeCreate, BeforeUpdate). */

/** Upstream cuts the base so that the name fits a label. */
const GENERATED_BASE_MAX = 58;
/** How often a generated name is drawn anew when it is taken. */
const NAME_ATTEMPTS = 8;

/** An object as it is created: named, with identity and birth, without what only the server may say. */
export function withNewMetadata(
  server: Server,
  object: KubernetesObject,
  target: RequestTarget,
  managedFields?: readonly ManagedFieldsEntry[],
): KubernetesObject {
  const { kind, namespace } = target;
  const given = withoutSystemFields(object.metadata);
  const name = given.name || generateName(server, object, target);
  const uid = randomUid(server.env.random('uid'));
  const creationTimestamp = timestamp(server);
  const isManaged = managedFields !== undefined && managedFields.length > 0;
  // Written out for each case: fields that are added one by one cost several times as much.
  const own: ObjectMeta = isManaged
    ? kind.namespaced
      ? { managedFields, namespace, name, uid, creationTimestamp }
      : { managedFields, name, uid, creationTimestamp }
    : kind.namespaced
      ? { namespace, name, uid, creationTimestamp }
      : { name, uid, creationTimestamp };
  const copy: Draft<KubernetesObject> = draftOf(object);
  copy.metadata = copyWith(given, own);
  return copy;
}

/** Nearly never is there anything to leave out, and leaving out costs more than copying. */
function withoutSystemFields(metadata: ObjectMeta): ObjectMeta {
  if (
    metadata.deletionTimestamp === undefined &&
    metadata.deletionGracePeriodSeconds === undefined &&
    metadata.selfLink === undefined &&
    metadata.resourceVersion === undefined
  ) {
    return metadata;
  }
  const {
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    selfLink: ___,
    resourceVersion: ____,
    ...given
  } = metadata;
  return given;
}

/** The key of an object that is created: below its collection, or what its own path says. */
export function keyOfNew({ key, name: own, kind, namespace }: RequestTarget, name: string): string {
  if (own === name) return key;
  if (own !== '') return keyOf(kind, namespace, name);
  if (name !== lastName || key !== lastCollection) {
    lastCollection = key;
    lastName = name;
    lastKey = key + name;
  }
  return lastKey;
}

// A name that is drawn is asked for twice, and a text that is put together anew is hashed anew. A memo only.
let lastCollection = '';
let lastName = '';
let lastKey = '';

/** A free name from `generateName`; the empty text without one, which validation refuses. */
function generateName(server: Server, object: KubernetesObject, target: RequestTarget): string {
  const base = object.metadata.generateName ?? '';
  if (base === '') return '';
  const stream = server.env.random('names');
  const { objects } = cacheOf(server, target.kind.storage);
  let name = '';
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
    name = base.slice(0, GENERATED_BASE_MAX) + randomSuffix(stream, 5);
    if (!objects.has(keyOfNew(target, name))) return name;
  }
  return name;
}

/** An update with what it may not change: identity, birth, and whether it is being deleted. */
export function withOldMetadata(next: KubernetesObject, old: KubernetesObject): KubernetesObject {
  const was = old.metadata;
  const is = next.metadata;
  if (
    is.uid === was.uid &&
    is.creationTimestamp === was.creationTimestamp &&
    is.deletionTimestamp === was.deletionTimestamp &&
    is.deletionGracePeriodSeconds === was.deletionGracePeriodSeconds &&
    is.generation === was.generation &&
    is.resourceVersion === was.resourceVersion &&
    is.selfLink === undefined &&
    is.name === was.name &&
    is.namespace === was.namespace
  ) {
    return next;
  }
  const {
    deletionTimestamp: _,
    deletionGracePeriodSeconds: __,
    selfLink: ___,
    generation: ____,
    ...given
  } = is;
  const { deletionTimestamp, deletionGracePeriodSeconds, generation } = was;
  const metadata: ObjectMeta = {
    ...given,
    // What a client says otherwise here is left for validation to refuse.
    ...keep('name', is.name || was.name),
    ...keep('namespace', is.namespace || was.namespace),
    ...keep('uid', is.uid || was.uid),
    ...keep('creationTimestamp', was.creationTimestamp),
    ...keep('resourceVersion', was.resourceVersion),
    ...keep('generation', generation),
    ...keep('deletionTimestamp', deletionTimestamp),
    ...keep('deletionGracePeriodSeconds', deletionGracePeriodSeconds),
  };
  return copyWith(next, { metadata });
}

function keep<Key extends keyof ObjectMeta>(
  key: Key,
  value: ObjectMeta[Key],
): Partial<ObjectMeta> | undefined {
  return value === undefined ? undefined : { [key]: value };
}

/** The refusal of a body whose name or namespace is not that of its path. */
export function addressProblem(
  object: KubernetesObject,
  { kind, namespace, name }: RequestTarget,
): StatusError | undefined {
  const given = object.metadata;
  if (name !== '' && given.name !== undefined && given.name !== '' && given.name !== name) {
    return badRequestError(
      `the name of the object (${given.name}) does not match the name on the URL (${name})`,
    );
  }
  const { namespace: own = '' } = given;
  if (own !== '' && own !== namespace && kind.namespaced) {
    return badRequestError(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  return undefined;
}
