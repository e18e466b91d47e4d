import { fileTarget, type Target } from '../../builder.ts';
import { pathOf } from '../../discovery.ts';
import { asFailure, fail, Failure, isConflict, withSource } from '../../failure.ts';
import { selectedObjects } from '../../file-selection.ts';
import { readObjects } from '../../manifests.ts';
import { textAt, type ApiObject } from '../../objects.ts';
import type { Session } from '../../session.ts';
import {
  createObject,
  createReporter,
  LAST_APPLIED,
  patchObject,
  throwAll,
  withLastApplied,
  writeQuery,
} from '../../writing.ts';
import { validates } from '../create/create.ts';
import { deleteTargets } from '../delete.ts';
import { applyPatchFor } from './patch.ts';
import { prune } from './prune.ts';
import { applyOnServer } from './server-side.ts';

export type FileTarget = Target & { readonly name: string; readonly fromFile: ApiObject };

/** What came of one object: the object as it is now, and what to say. */
export interface Applied {
  readonly object: ApiObject;
  readonly operation: string;
}

/** kubectl apply: makes the cluster what the files say, by a patch that leaves alone what others set. */
export async function apply(session: Session): Promise<void> {
  const { flags } = session;
  if (session.args.length > 0) {
    fail(
      `Unexpected args: [${session.args.join(' ')}]\nSee 'kubectl apply -h' for help and examples`,
    );
  }
  if (flags.list('filename').length === 0 && flags.text('kustomize') === '') {
    fail('must specify one of -f and -k');
  }
  const isServerSide = flags.bool('server-side');
  if (flags.bool('force-conflicts') && !isServerSide) {
    fail('--force-conflicts only works with --server-side');
  }
  if (session.dryRun === 'client' && isServerSide) {
    fail(
      "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
    );
  }
  if (flags.bool('prune') && flags.text('selector') === '' && !flags.bool('all')) {
    fail(
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
    );
  }
  // Upstream looks at the option before any file.
  writeQuery(session);
  const failures: Failure[] = [];
  const onFailure = (failure: Failure): void => void failures.push(failure);
  const objects = selectedObjects(
    session,
    await readObjects(session, { validates: validates(session), onFailure }),
  );
  const targets: FileTarget[] = [];
  for (const each of objects) {
    const { name = '', generateName = '' } = each.object.metadata;
    if (name === '' && generateName !== '') {
      fail(`from ${generateName}: cannot use generate name with apply`);
    }
    try {
      targets.push({ ...(await fileTarget(session, each)), name: each.object.metadata.name ?? '' });
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  if (objects.length === 0 && failures.length === 0) fail('no objects passed to apply');
  const reporter = createReporter(session, { asList: objects.length > 1 });
  const done: { readonly target: FileTarget; readonly object: ApiObject }[] = [];
  for (const target of targets) {
    try {
      const { object, operation } = isServerSide
        ? await applyOnServer(session, target)
        : await applyOnClient(session, target);
      if (textAt(object, 'metadata', 'deletionTimestamp') !== '') {
        session.warn(
          `Detected changes to resource ${target.name} which is currently being deleted.`,
        );
      }
      reporter.report(object, operation);
      done.push({ target, object });
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  // What was to be printed as a whole is not when something failed.
  if (failures.length === 0) reporter.end();
  if (failures.length === 0 && flags.bool('prune')) {
    await prune(
      session,
      done.map(({ target, object }) => ({ target, uid: textAt(object, 'metadata', 'uid') })),
    );
  }
  throwAll(failures);
}

async function applyOnClient(session: Session, target: FileTarget): Promise<Applied> {
  const wanted = withLastApplied(target.fromFile);
  const path = pathOf(target.resource, target.namespace, target.name);
  if (target.name === '') {
    fail(
      `error when retrieving current configuration of:\n${describeTarget(target)}\nfrom server for: ${JSON.stringify(target.source)}: resource name may not be empty`,
    );
  }
  let live: ApiObject;
  try {
    live = (await session.get(path)) as ApiObject;
  } catch (error) {
    const failure = asFailure(error);
    if (failure.status?.reason !== 'NotFound') {
      throw failure.status === undefined
        ? failure
        : withMessage(
            failure,
            `error when retrieving current configuration of:\n${describeTarget(target)}\nfrom server for: ${JSON.stringify(target.source)}: ${failure.message}`,
          );
    }
    return createApplied(session, target, wanted);
  }
  if (live.metadata.annotations?.[LAST_APPLIED] === undefined && session.dryRun !== 'client') {
    session.warn(
      `resource ${target.resource.name}/${target.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
    );
  }
  return patchApplied(session, target, wanted, live);
}

function withMessage(failure: Failure, message: string): Failure {
  return new Failure(message, { status: { ...failure.status, message } });
}

async function createApplied(
  session: Session,
  target: FileTarget,
  wanted: ApiObject,
): Promise<Applied> {
  if (session.dryRun === 'client') return { object: wanted, operation: 'created' };
  try {
    const object = await createObject(session, target, wanted, 'kubectl-client-side-apply');
    return { object, operation: 'created' };
  } catch (error) {
    throw withSource(asFailure(error), 'creating', target.source);
  }
}

const RETRIES_MAX = 5;

async function patchApplied(
  session: Session,
  target: FileTarget,
  wanted: ApiObject,
  found: ApiObject,
): Promise<Applied> {
  let live = found;
  for (let tries = 0; ; tries += 1) {
    const patch = applyPatchFor(live, wanted, session.flags.bool('overwrite'));
    if (Object.keys(patch.body).length === 0) return { object: live, operation: 'unchanged' };
    if (session.dryRun === 'client') return { object: live, operation: 'configured' };
    try {
      const query = writeQuery(session, 'kubectl-client-side-apply');
      const object = await patchObject(session, target, patch, query);
      // Also where the server found nothing to change: kubectl looks at its own patch alone.
      return { object, operation: 'configured' };
    } catch (error) {
      if (isConflict(error) && tries < RETRIES_MAX) {
        live = (await session.get(
          pathOf(target.resource, target.namespace, target.name),
        )) as ApiObject;
        continue;
      }
      const failure = asFailure(error);
      const reason = failure.status?.reason;
      if (session.flags.bool('force') && (reason === 'Invalid' || reason === 'Conflict')) {
        return recreate(session, target, wanted);
      }
      const text = JSON.stringify(patch.body);
      throw withMessage(
        failure,
        `error when applying patch:\n${text}\nto:\n${describeTarget(target)}\nfor: ${JSON.stringify(target.source)}: error when patching ${JSON.stringify(target.source)}: ${failure.message}`,
      );
    }
  }
}

async function recreate(session: Session, target: FileTarget, wanted: ApiObject): Promise<Applied> {
  await deleteTargets(session, [{ ...target, source: '' }], {
    gracePeriod: session.flags.int('grace-period'),
    propagation: 'Background',
    waits: true,
    timeout: 0,
    ignoresNotFound: true,
  });
  return { ...(await createApplied(session, target, wanted)), operation: 'configured' };
}

export function describeTarget({ resource, namespace, name }: FileTarget): string {
  const gv = `${resource.group}/${resource.version}`;
  const type = JSON.stringify(`${gv}, Resource=${resource.name}`);
  const kind = JSON.stringify(`${gv}, Kind=${resource.kind}`);
  return `Resource: ${type}, GroupVersionKind: ${kind}\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace)}`;
}
