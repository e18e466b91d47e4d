import { fileTarget, type Target } from '../builder.ts';
import { pathOf } from '../discovery.ts';
import { asFailure, fail, type Failure, withSource } from '../failure.ts';
import { namesFiles, readObjects } from '../manifests.ts';
import { textAt, withField, type ApiObject } from '../objects.ts';
import { queryText, type Session } from '../session.ts';
import { createObject, createReporter, maybeSaved, throwAll, writeQuery } from '../writing.ts';
import { validates } from './create/create.ts';
import { deleteTargets } from './delete.ts';

type FileTarget = Target & { readonly fromFile: ApiObject };

/** kubectl replace: writes each object as the file has it; with `--force`, deletes it first. */
export async function replace(session: Session): Promise<void> {
  const { flags } = session;
  if (!namesFiles(session)) fail('must specify one of -f and -k');
  const isForced = flags.bool('force');
  if (flags.int('grace-period') >= 0 && !isForced) {
    fail('--grace-period must have --force specified');
  }
  if (flags.duration('timeout') !== 0 && !isForced) fail('--timeout must have --force specified');
  if (isForced && session.dryRun !== 'none') fail('--dry-run can not be used when --force is set');
  const objects = await readObjects(session, { validates: validates(session) });
  const failures: Failure[] = [];
  const targets: FileTarget[] = [];
  for (const each of objects) {
    try {
      targets.push(await fileTarget(session, each));
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  const reporter = createReporter(session);
  if (isForced) {
    const grace = flags.int('grace-period');
    await deleteTargets(session, targets, {
      gracePeriod: grace,
      propagation: 'Background',
      waits: true,
      timeout: flags.duration('timeout') === 0 ? 0 : flags.duration('timeout'),
      ignoresNotFound: true,
    });
  }
  for (const target of targets) {
    try {
      reporter.report(await replaceOne(session, target, isForced), 'replaced');
    } catch (error) {
      failures.push(withSource(asFailure(error), 'replacing', target.source));
    }
  }
  reporter.end();
  if (objects.length === 0) fail('no objects passed to replace');
  throwAll(failures);
}

async function replaceOne(
  session: Session,
  target: FileTarget,
  isForced: boolean,
): Promise<unknown> {
  let object = maybeSaved(session, target.fromFile);
  if (session.dryRun === 'client') return object;
  if (isForced) {
    object = withField(object, ['metadata', 'resourceVersion'], undefined) as ApiObject;
    return createObject(session, target, object, 'kubectl-replace');
  }
  const path = pathOf(target.resource, target.namespace, target.name);
  if (textAt(object, 'metadata', 'resourceVersion') === '') {
    // Without a version in the file, whatever is there is overwritten.
    // What cannot be read is written all the same.
    const current = await session.get(path).catch((error: unknown) => {
      asFailure(error);
      return undefined;
    });
    const version = textAt(current, 'metadata', 'resourceVersion');
    if (version !== '') {
      object = withField(object, ['metadata', 'resourceVersion'], version) as ApiObject;
    }
  }
  const subresource = session.flags.text('subresource');
  const suffix = subresource === '' ? '' : `/${subresource}`;
  return session.ask({
    method: 'PUT',
    path: `${path}${suffix}${queryText(writeQuery(session, 'kubectl-replace'))}`,
    body: object,
  });
}
