import { pathOf, resourceByKind, type Resource } from '../../discovery.ts';
import { fail } from '../../failure.ts';
import { listAt, textAt } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { dryRunSuffix, LAST_APPLIED } from '../../writing.ts';
import type { FileTarget } from './apply.ts';

/** What is looked through where no `--prune-allowlist` says otherwise. */
const defaultKinds = [
  'core/v1/ConfigMap',
  'core/v1/Endpoints',
  'core/v1/Namespace',
  'core/v1/PersistentVolumeClaim',
  'core/v1/PersistentVolume',
  'core/v1/Pod',
  'core/v1/ReplicationController',
  'core/v1/Secret',
  'core/v1/Service',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'networking.k8s.io/v1/Ingress',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
];

/** kubectl apply --prune: deletes what was applied once, matches the selector and is in the files no more. */
export async function prune(
  session: Session,
  kept: readonly { readonly target: FileTarget; readonly uid: string }[],
): Promise<void> {
  const { flags } = session;
  const uids = new Set(kept.map(({ uid }) => uid));
  const namespaces = new Set(
    kept.map(({ target }) => target.namespace).filter((each) => each !== ''),
  );
  const named = flags.list('prune-allowlist');
  for (const text of named.length === 0 ? defaultKinds : named) {
    const resource = await resourceOf(session, text);
    const scopes = resource.namespaced ? [...namespaces] : named.length === 0 ? [] : [''];
    for (const namespace of scopes) await pruneIn(session, resource, namespace, uids);
  }
}

async function resourceOf(session: Session, text: string): Promise<Resource> {
  const [group = '', version = '', kind] = text.split('/');
  if (kind === undefined) {
    fail(`invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`);
  }
  const apiVersion = group === 'core' ? version : `${group}/${version}`;
  const found = resourceByKind(await session.discovery(), apiVersion, kind);
  return (
    found ??
    fail(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`)
  );
}

async function pruneIn(
  session: Session,
  resource: Resource,
  namespace: string,
  uids: ReadonlySet<string>,
): Promise<void> {
  const list = await session.get(pathOf(resource, namespace), {
    labelSelector: session.flags.text('selector'),
  });
  for (const item of listAt(list, 'items')) {
    if (textAt(item, 'metadata', 'annotations', LAST_APPLIED) === '') continue;
    if (uids.has(textAt(item, 'metadata', 'uid'))) continue;
    const name = textAt(item, 'metadata', 'name');
    if (session.dryRun === 'none') {
      await session.ask({
        method: 'DELETE',
        path: pathOf(resource, namespace, name),
        body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
      });
    }
    const kind = resource.kind.toLowerCase();
    const type = resource.group === '' ? kind : `${kind}.${resource.group}`;
    session.out(`${type}/${name} pruned${dryRunSuffix(session)}\n`);
  }
}
