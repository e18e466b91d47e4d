import { collect, targetsOf, type Info } from '../builder.ts';
import { pathOf } from '../discovery.ts';
import { asFailure, fail, Failure } from '../failure.ts';
import { numberAt, textAt, withField } from '../objects.ts';
import { queryText, type Session } from '../session.ts';
import { until, FOR_EVER_MILLIS } from '../until.ts';
import { createReporter, patchObject, throwAll, writeQuery } from '../writing.ts';
import { requireFlags } from './create/create.ts';

/** kubectl scale: asks for another number of replicas, optionally only if the old one still holds. */
export async function scale(session: Session): Promise<void> {
  const { flags } = session;
  requireFlags(session, 'replicas');
  const replicas = flags.int('replicas');
  if (replicas < 0) {
    fail('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  }
  if (flags.has('current-replicas') && flags.int('current-replicas') < -1) {
    fail('The --current-replicas must specify an integer of -1 or greater');
  }
  const targets = await targetsOf(session, { takesSelectors: true });
  const { infos, failures } = await collect(session, targets);
  const all: Failure[] = [...failures];
  if (infos.length > 1 && flags.text('resource-version') !== '') {
    fail('cannot use --resource-version with multiple resources');
  }
  const reporter = createReporter(session);
  for (const info of infos) {
    try {
      if (session.dryRun !== 'client') await scaleOne(session, info, replicas);
      reporter.report(info.object, 'scaled');
      if (flags.duration('timeout') > 0) await untilScaled(session, info, replicas);
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  reporter.end();
  if (infos.length === 0 && failures.length === 0) fail('no objects passed to scale');
  throwAll(all);
}

async function scaleOne(session: Session, info: Info, replicas: number): Promise<void> {
  const { flags } = session;
  const wantedVersion = flags.text('resource-version');
  const current = flags.int('current-replicas');
  const hasPrecondition = wantedVersion !== '' || (flags.has('current-replicas') && current >= 0);
  if (!hasPrecondition) {
    await patchObject(
      session,
      info,
      { type: 'merge', body: { spec: { replicas } }, subresource: 'scale' },
      { ...writeQuery(session), fieldManager: 'kubectl-scale' },
    );
    return;
  }
  const path = `${pathOf(info.resource, info.namespace, info.name)}/scale`;
  const found = await session.get(path);
  const was = numberAt(found, 'spec', 'replicas');
  const version = textAt(found, 'metadata', 'resourceVersion');
  if (flags.has('current-replicas') && current >= 0 && was !== current) {
    fail(`Expected replicas to be ${current}, was ${was}`);
  }
  if (wantedVersion !== '' && version !== wantedVersion) {
    fail(`Expected resource version to be ${wantedVersion}, was ${version}`);
  }
  await session.ask({
    method: 'PUT',
    path: `${path}${queryText({ ...writeQuery(session), fieldManager: 'kubectl-scale' })}`,
    body: withField(found, ['spec', 'replicas'], replicas),
  });
}

async function untilScaled(session: Session, info: Info, replicas: number): Promise<void> {
  const timeout = session.flags.duration('timeout');
  await until(session, info, timeout === 0 ? FOR_EVER_MILLIS : timeout, (object) => {
    return (
      numberAt(object, 'status', 'observedGeneration') >=
        numberAt(object, 'metadata', 'generation') &&
      numberAt(object, 'status', 'replicas') === replicas
    );
  });
}
