import { collect, targetsOf, type Info } from '../../builder.ts';
import { writePodTemplate } from '../../describe/pod-template.ts';
import { undecorated } from '../../describe/writer.ts';
import { asFailure, fail, Failure } from '../../failure.ts';
import { equalJson } from '../../../../api/patch/json.ts';
import { at, fieldsAt, withField, type ApiObject } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { createReporter, patchObject, throwAll, writeQuery } from '../../writing.ts';
import { groupKindOf, requireResourceArguments, revisionsOf, type Revision } from './history.ts';

/** Annotations that are the Deployment's own and never come back with an earlier template. */
const keptAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** kubectl rollout undo: the template of an earlier revision again. */
export async function rolloutUndo(session: Session): Promise<void> {
  requireResourceArguments(session);
  const { infos, failures } = await collect(
    session,
    await targetsOf(session, { takesSelectors: true }),
  );
  const all: Failure[] = [...failures];
  const reporter = createReporter(session);
  for (const info of infos) {
    try {
      const { object, operation } = await undoOne(session, info);
      reporter.report(object, operation);
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  reporter.end();
  throwAll(all);
}

async function undoOne(
  session: Session,
  info: Info,
): Promise<{ readonly object: ApiObject; readonly operation: string }> {
  const { object } = info;
  const wanted = session.flags.int('to-revision');
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(object.kind)) {
    fail(`no rollbacker has been implemented for ${JSON.stringify(groupKindOf(info))}`);
  }
  const revisions = await revisionsOf(session, info);
  const isDeployment = object.kind === 'Deployment';
  const target = targetOf(revisions, wanted, object);
  if (isDeployment && at(object, 'spec', 'paused') === true) {
    fail(
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    );
  }
  const template = withoutHash(target.template);
  if (session.dryRun === 'client') {
    // Upstream writes the description of what would be put back, as it is.
    const shown = isDeployment ? target.template : template;
    return {
      object,
      operation: undecorated(session.context.now(), (writer) => writePodTemplate(writer, shown)),
    };
  }
  if (equalJson(template, withoutHash(at(object, 'spec', 'template')))) {
    return {
      object,
      operation: `skipped rollback (current template already matches revision ${target.number})`,
    };
  }
  const query = writeQuery(session, 'kubectl-rollout');
  const patched = isDeployment
    ? await patchObject(
        session,
        info,
        {
          type: 'json',
          body: [
            { op: 'replace', path: '/spec/template', value: template },
            { op: 'replace', path: '/metadata/annotations', value: annotationsFor(object, target) },
          ],
        },
        query,
      )
    : await patchObject(
        session,
        info,
        {
          type: 'strategic',
          body: { spec: { template: { ...fieldsAt(template), $patch: 'replace' } } },
        },
        query,
      );
  return { object: patched, operation: 'rolled back' };
}

function targetOf(revisions: readonly Revision[], wanted: number, object: ApiObject): Revision {
  if (wanted !== 0) {
    const found = revisions.find(({ number }) => number === wanted);
    return found ?? fail(`unable to find specified revision ${wanted} in history`);
  }
  const found = revisions[revisions.length - 2];
  return (
    found ??
    fail(
      object.kind === 'Deployment'
        ? `no rollout history found for deployment ${JSON.stringify(object.metadata.name)}`
        : 'no last revision to roll back to',
    )
  );
}

function withoutHash(template: unknown): unknown {
  return withField(template, ['metadata', 'labels', 'pod-template-hash'], undefined);
}

function annotationsFor(
  deployment: ApiObject,
  { keeper }: Revision,
): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (keptAnnotations.includes(key)) annotations[key] = value;
  }
  for (const [key, value] of Object.entries(keeper.metadata.annotations ?? {})) {
    if (!keptAnnotations.includes(key)) annotations[key] = value;
  }
  return annotations;
}
