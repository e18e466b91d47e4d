import { kindByName, apiVersionOf } from '../../api/kinds/index.ts';
import type { ManifestKubernetesObject } from '../../api/manifest/manifest.ts';
import { assertNever } from '../../base/exhaustive.ts';
import { resourcePathOf } from '../../kubectl/resource-path.ts';
import type { Action, ObjectReference, PatchType } from '../../scenarios/format/scenario.ts';
import type { Session, SessionRequest } from '../session.ts';
import type { EtcdSnapshot } from '../../cluster/messages.ts';
import { remembered } from './conditions.ts';
import { operateEtcd } from './etcd-operations.ts';
import { requestOf, send, type Fate } from './fates.ts';

/** What actions leave behind for later steps. */
export interface ActionBook {
  readonly session: Session;
  readonly fates: Map<string, Fate>;
  readonly memories: Map<string, readonly string[]>;
  readonly snapshots: Map<string, EtcdSnapshot>;
  /** The world's ids of faults, by the names that the scenario gives them. */
  readonly faults: Map<string, string>;
}

/** Does one thing. A sentence when it could not even be begun; what the API answers is the `as` name's fate. */
export function act(action: Action, book: ActionBook): string | undefined {
  switch (action.kind) {
    case 'apply':
      return apply(action, book);
    case 'delete': {
      const { object, gracePeriodSeconds, as } = action;
      return ask(object, as, book, (path) => ({
        method: 'DELETE',
        path,
        act: `Delete ${object.kind} ${object.name}`,
        ...(gracePeriodSeconds === undefined ? undefined : { body: { gracePeriodSeconds } }),
      }));
    }
    case 'scale': {
      const { object, replicas, as } = action;
      return ask(object, as, book, (path) => ({
        method: 'PATCH',
        path: `${path}/scale`,
        contentType: PATCH_TYPES.merge,
        body: { spec: { replicas } },
        act: `Scale ${object.kind} ${object.name} to ${replicas}`,
      }));
    }
    case 'patch': {
      const { object, patchType, patch, as } = action;
      return ask(object, as, book, (path) => ({
        method: 'PATCH',
        path,
        contentType: PATCH_TYPES[patchType],
        body: patch,
        act: `Patch ${object.kind} ${object.name}`,
      }));
    }
    case 'request': {
      const { request, as } = action;
      keep(book, as, send(book.session, requestOf(request, `${request.method} ${request.path}`)));
      return undefined;
    }
    case 'fault':
      return breakSomething(action, book);
    case 'heal':
      return heal(action.fault, book);
    case 'etcd':
      return operateEtcd(action, book);
    case 'remember':
      book.memories.set(action.as, remembered(book.session.world, action));
      return undefined;
    default:
      return assertNever(action);
  }
}

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

/** Server-side apply, as `kubectl apply --server-side` does it: one request an object. */
function apply(
  { objects, as }: Extract<Action, { kind: 'apply' }>,
  book: ActionBook,
): string | undefined {
  const requests: SessionRequest[] = [];
  for (const object of objects) {
    const request = applyRequest(object);
    if (typeof request === 'string') return request;
    requests.push(request);
  }
  sendInTurn(requests, as, book);
  return undefined;
}

function applyRequest(object: ManifestKubernetesObject): SessionRequest | string {
  const path = resourcePathOf(object, 'default');
  if (path === undefined) return `no matches for kind "${object.kind}" in "${object.apiVersion}"`;
  const { namespace } = path;
  const metadata = namespace === '' ? object.metadata : { ...object.metadata, namespace };
  return {
    method: 'PATCH',
    path: `${path.object}?fieldManager=kubectl&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: { ...object, metadata },
    act: `Apply ${object.kind} ${path.name}`,
  };
}

/** Each request when the one before has been answered. The name's fate is that of the last, or of the first refusal. */
function sendInTurn(
  requests: readonly SessionRequest[],
  as: string | undefined,
  book: ActionBook,
): void {
  const [first, ...rest] = requests;
  if (first === undefined) return;
  const fate = send(book.session, first, (response) => {
    if (response.code >= 200 && response.code < 300) sendInTurn(rest, as, book);
  });
  keep(book, as, fate);
}

function ask(
  object: ObjectReference,
  as: string | undefined,
  book: ActionBook,
  build: (path: string) => SessionRequest,
): string | undefined {
  const kind = kindByName(object.kind);
  if (kind === undefined) return `there is no kind "${object.kind}"`;
  const reference = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      name: object.name,
      ...(object.namespace === undefined ? undefined : { namespace: object.namespace }),
    },
  };
  const path = resourcePathOf(reference, 'default');
  if (path === undefined) return `there is no kind "${object.kind}"`;
  keep(book, as, send(book.session, build(path.object)));
  return undefined;
}

function keep(book: ActionBook, as: string | undefined, fate: Fate): void {
  if (as !== undefined) book.fates.set(as, fate);
}

function breakSomething(
  { fault, params, as }: Extract<Action, { kind: 'fault' }>,
  { session, faults }: ActionBook,
): string | undefined {
  const before = new Set(session.world.faults.map(({ id }) => id));
  const refused = session.lab({ kind: 'inject-fault', fault, params });
  if (refused !== undefined) return refused;
  const added = session.world.faults.find(({ id }) => !before.has(id));
  if (as !== undefined && added !== undefined) faults.set(as, added.id);
  return undefined;
}

function heal(name: string, { session, faults }: ActionBook): string | undefined {
  if (name === 'all') return session.lab({ kind: 'heal-all' });
  const id = faults.get(name);
  if (id === undefined) return `no fault has been given the name "${name}"`;
  return session.lab({ kind: 'heal-fault', id });
}
