import { fileTarget } from '../../builder.ts';
import { asFailure, fail, failUsage, Failure, withSource } from '../../failure.ts';
import { selectedObjects } from '../../file-selection.ts';
import { namesFiles, readObjects } from '../../manifests.ts';
import { resourceByKind, type Resource } from '../../discovery.ts';
import type { ApiObject } from '../../objects.ts';
import type { Session } from '../../session.ts';
import {
  createObject,
  createReporter,
  maybeSaved,
  report,
  throwAll,
  writeQuery,
} from '../../writing.ts';

/** kubectl create -f: makes each object of the files; one that is there already is a refusal. */
export async function create(session: Session): Promise<void> {
  const { flags, args } = session;
  if (flags.text('raw') !== '') {
    const [{ object } = fail('--raw needs one object')] = await readObjects(session);
    session.out(
      `${JSON.stringify(await session.ask({ method: 'POST', path: flags.text('raw'), body: object }))}\n`,
    );
    return;
  }
  if (!namesFiles(session)) {
    if (args.length > 0) {
      failUsage('kubectl create', `Unexpected args: [${args.join(' ')}]`);
    }
    fail('must specify one of -f and -k');
  }
  if (args.length > 0) failUsage('kubectl create', `Unexpected args: [${args.join(' ')}]`);
  // Upstream looks at the option before any file.
  writeQuery(session);
  const unread: Failure[] = [];
  const onFailure = (failure: Failure): void => void unread.push(failure);
  const objects = selectedObjects(
    session,
    await readObjects(session, { validates: validates(session), onFailure }),
  );
  const failures: Failure[] = [];
  const reporter = createReporter(session);
  for (const each of objects) {
    try {
      const target = await fileTarget(session, each);
      const object = maybeSaved(session, target.fromFile);
      if (session.dryRun === 'client') {
        reporter.report(object, 'created');
        continue;
      }
      const created = await createObject(session, target, object).catch((error: unknown) => {
        throw withSource(asFailure(error), 'creating', each.source);
      });
      reporter.report(created, 'created');
    } catch (error) {
      failures.push(asFailure(error));
    }
  }
  reporter.end();
  if (objects.length === 0 && unread.length === 0) fail('no objects passed to create');
  throwAll([...failures, ...unread]);
}

/** Whether files are checked before they are sent. */
export function validates({ flags }: Session): boolean {
  return !['ignore', 'false'].includes(flags.text('validate'));
}

/** The one NAME of a generator. */
export function nameArgument(session: Session): string {
  const { args, command, dashAt } = session;
  const names = dashAt === undefined ? args : args.slice(0, dashAt);
  const [name] = names;
  if (names.length !== 1 || name === undefined) {
    failUsage(`kubectl ${command}`, `exactly one NAME is required, got ${names.length}`);
  }
  return name;
}

export function requireFlags({ flags }: Session, ...names: readonly string[]): void {
  const missing = names.filter((name) => !flags.has(name));
  if (missing.length === 0) return;
  fail(`required flag(s) ${missing.map((each) => JSON.stringify(each)).join(', ')} not set`);
}

/** What stands behind `--`: the command of a container. */
export function commandOf({ args, dashAt }: Session): readonly string[] {
  return dashAt === undefined ? [] : args.slice(dashAt);
}

/** Metadata of a generated object: its namespace only where the command line names one. */
export function metadataOf(
  session: Session,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): ApiObject['metadata'] {
  return {
    name,
    ...(session.namespaceIsGiven ? { namespace: session.namespace } : {}),
    ...more,
  };
}

/** Sends a generated object, or shows it in a dry run. `failurePrefix` hides what sort of refusal it was, as upstream. */
export async function runGenerator(
  session: Session,
  object: ApiObject,
  failurePrefix = '',
): Promise<void> {
  const saved = maybeSaved(session, object, { typed: true });
  if (session.dryRun === 'client') {
    report(session, saved, 'created', { typed: true });
    return;
  }
  const resource = await resourceOf(session, object);
  const namespace = resource.namespaced ? session.namespace : '';
  try {
    report(session, await createObject(session, { resource, namespace }, saved), 'created', {
      typed: true,
    });
  } catch (error) {
    const failure = asFailure(error);
    if (failurePrefix === '' || failure.status?.code === 0) throw failure;
    throw new Failure(`${failurePrefix}${failure.message}`);
  }
}

async function resourceOf(session: Session, { apiVersion, kind }: ApiObject): Promise<Resource> {
  const resource = resourceByKind(await session.discovery(), apiVersion, kind);
  if (resource === undefined)
    fail(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
  return resource;
}
