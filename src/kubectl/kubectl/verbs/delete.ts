import { listPages, missingResources, targetsOf, type Target } from '../builder.ts';
import { pathOf } from '../discovery.ts';
import { asFailure, fail, Failure, withSource } from '../failure.ts';
import { namesFiles } from '../manifests.ts';
import { textAt } from '../objects.ts';
import type { Session } from '../session.ts';
import { FOR_EVER_MILLIS, untilDeleted, type Awaited } from '../until.ts';
import { dryRunSuffix, throwAll } from '../writing.ts';

/** How deletions are asked for. */
export interface DeleteSettings {
  /** Seconds; negative for the object's own. */
  readonly gracePeriod: number;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly waits: boolean;
  /** Milliseconds; 0 for no limit. */
  readonly timeout: number;
  readonly ignoresNotFound: boolean;
  /** Nothing is said. */
  readonly isQuiet?: boolean;
}

/** kubectl delete: asks for deletion, says so, and waits until what was deleted is gone. */
export async function deleteVerb(session: Session): Promise<void> {
  const { flags, args } = session;
  if (flags.text('raw') !== '') {
    session.out(
      `${JSON.stringify(await session.ask({ method: 'DELETE', path: flags.text('raw') }))}\n`,
    );
    return;
  }
  if (args.length === 0 && !namesFiles(session)) {
    fail(
      flags.bool('all')
        ? 'at least one resource must be specified to use a selector'
        : missingResources,
    );
  }
  const settings = settingsOf(session);
  const output = flags.text('output');
  if (output !== '' && output !== 'name')
    fail(`unexpected -o output mode: ${output}. We only support '-o name'`);
  const unread: Failure[] = [];
  const onFailure = (failure: Failure): void => void unread.push(failure);
  const targets = await targetsOf(session, { takesSelectors: true, onFailure });
  if (flags.bool('interactive')) {
    session.out('You are about to delete the following resource(s):\n');
    for (const each of targets) session.out(`${kindOf(each)}/${each.name ?? ''}\n`);
    session.out('Do you want to continue? (y/N): ');
    const answer = (await session.io.read())?.trim().toLowerCase();
    if (answer !== 'y' && answer !== 'yes') {
      session.out('deletion is cancelled\n');
      return;
    }
  }
  await deleteTargets(session, targets, settings, unread);
}

function settingsOf({ flags, warn }: Session): DeleteSettings {
  let gracePeriod = flags.int('grace-period');
  const isForced = flags.bool('force');
  const selects = flags.text('selector') !== '' || flags.text('field-selector') !== '';
  if (flags.bool('all') && selects) {
    fail("setting 'all' parameter but found a non empty selector. ");
  }
  if (flags.bool('now')) {
    if (gracePeriod !== -1) fail('--now and --grace-period cannot be specified together');
    gracePeriod = 1;
  }
  if (gracePeriod === 0 && !isForced) gracePeriod = 1;
  if (isForced && gracePeriod < 0) gracePeriod = 0;
  if (isForced && gracePeriod > 0) {
    fail('--force and --grace-period greater than 0 cannot be specified together');
  }
  if (isForced && gracePeriod === 0) {
    warn(
      'Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
    );
  }
  return {
    gracePeriod,
    propagation: propagationOf(flags.text('cascade')),
    waits: flags.bool('wait'),
    timeout: flags.duration('timeout'),
    ignoresNotFound:
      flags.bool('ignore-not-found') || flags.bool('all') || flags.text('selector') !== '',
  };
}

function propagationOf(cascade: string): DeleteSettings['propagation'] {
  switch (cascade) {
    case '':
    case 'true':
    case 'background':
      return 'Background';
    case 'foreground':
      return 'Foreground';
    case 'false':
    case 'orphan':
      return 'Orphan';
    default:
      return fail(
        `invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`,
      );
  }
}

function kindOf({ resource }: Target): string {
  const kind = resource.kind.toLowerCase();
  return resource.group === '' ? kind : `${kind}.${resource.group}`;
}

/** Deletes one after the other; goes on after a refusal. */
export async function deleteTargets(
  session: Session,
  targets: readonly Target[],
  settings: DeleteSettings,
  unread: readonly Failure[] = [],
): Promise<void> {
  const failures: Failure[] = [];
  const deleted: (Awaited & { readonly uid: string })[] = [];
  let found = 0;
  let warns = session.namespaceIsGiven;
  for (const target of targets) {
    const attempt = async (act: () => Promise<void>): Promise<void> => {
      try {
        await act();
      } catch (error) {
        const failure = asFailure(error);
        if (settings.ignoresNotFound && failure.status?.reason === 'NotFound') found += 1;
        else failures.push(failure);
      }
    };
    await attempt(async () => {
      for (const each of await singles(session, target)) {
        found += 1;
        if (warns && !each.resource.namespaced) {
          session.warn('deleting cluster-scoped resources, not scoped to the provided namespace');
          warns = false;
        }
        await attempt(async () => {
          deleted.push({ ...each, uid: await deleteOne(session, each, settings) });
        });
      }
    });
  }
  failures.push(...unread);
  if (found === 0 && failures.length === 0) session.out('No resources found\n');
  if (failures.length === 0 && settings.waits && session.dryRun === 'none') {
    const timeout = settings.timeout === 0 ? FOR_EVER_MILLIS : settings.timeout;
    for (const each of deleted) await untilDeleted(session, each, timeout);
  }
  throwAll(failures);
}

type Single = Target & { readonly name: string };

async function singles(session: Session, target: Target): Promise<readonly Single[]> {
  const { name } = target;
  if (name !== undefined) return [{ ...target, name }];
  const found: Single[] = [];
  const { resource } = target;
  if (!resource.verbs.includes('delete')) return [];
  for await (const { items } of listPages(session, pathOf(resource, target.namespace), {
    resource,
  })) {
    for (const item of items) {
      const namespace = resource.namespaced ? textAt(item, 'metadata', 'namespace') : '';
      found.push({ ...target, namespace, name: textAt(item, 'metadata', 'name') });
    }
  }
  return found;
}

/** Deletes one object and says so; answers its uid. */
async function deleteOne(
  session: Session,
  target: Single,
  { gracePeriod, propagation, isQuiet }: DeleteSettings,
): Promise<string> {
  let answer: unknown;
  if (session.dryRun !== 'client') {
    answer = await session
      .ask({
        method: 'DELETE',
        path: pathOf(target.resource, target.namespace, target.name),
        body: {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          ...(gracePeriod >= 0 ? { gracePeriodSeconds: gracePeriod } : {}),
          propagationPolicy: propagation,
          ...(session.dryRun === 'server' ? { dryRun: ['All'] } : {}),
        },
      })
      .catch((error: unknown) => {
        throw withSource(asFailure(error), 'deleting', target.source);
      });
  }
  if (isQuiet === true) return uidOf(answer);
  if (session.flags.text('output') === 'name') session.out(`${kindOf(target)}/${target.name}\n`);
  else {
    const operation = gracePeriod === 0 ? 'force deleted' : 'deleted';
    const from = target.namespace === '' ? '' : ` from ${target.namespace} namespace`;
    session.out(
      `${kindOf(target)} ${JSON.stringify(target.name)} ${operation}${from}${dryRunSuffix(session)}\n`,
    );
  }
  return uidOf(answer);
}

function uidOf(answer: unknown): string {
  return textAt(answer, 'details', 'uid') || textAt(answer, 'metadata', 'uid');
}
