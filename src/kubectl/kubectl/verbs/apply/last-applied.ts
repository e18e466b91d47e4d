import { stringifyYaml } from '../../../../api/manifest/stringify.ts';
import { goJson } from '../../../../api/go-text.ts';
import { collect, fileTarget, targetsOf } from '../../builder.ts';
import { pathOf } from '../../discovery.ts';
import { asFailure, fail, failUsage, Failure } from '../../failure.ts';
import { readObjects } from '../../manifests.ts';
import { shownName, jsonText } from '../../printers/values.ts';
import { textAt, type ApiObject } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { createReporter, LAST_APPLIED, patchObject, throwAll, writeQuery } from '../../writing.ts';
import { editObjects } from '../edit.ts';

/** kubectl apply view-last-applied. */
export async function viewLastApplied(session: Session): Promise<void> {
  const { flags } = session;
  const targets = await targetsOf(session, { takesSelectors: true });
  const { infos, failures } = await collect(session, targets);
  throwAll(failures);
  const output = flags.text('output') === '' ? 'yaml' : flags.text('output');
  for (const info of infos) {
    const text = info.object.metadata.annotations?.[LAST_APPLIED];
    // Upstream prints nothing of what was never applied.
    if (text === undefined) continue;
    if (output !== 'yaml' && output !== 'json') {
      failUsage(
        'kubectl apply view-last-applied',
        `Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`,
      );
    }
    const value: unknown = JSON.parse(text);
    session.out(output === 'json' ? `${jsonText(value, false, 2)}\n` : stringifyYaml(value));
  }
}

/** kubectl apply set-last-applied: notes the files as what was applied last, and changes nothing else. */
export async function setLastApplied(session: Session): Promise<void> {
  const { flags } = session;
  const failures: Failure[] = [];
  const reporter = createReporter(session);
  for (const each of await readObjects(session)) {
    const target = { ...(await fileTarget(session, each)), name: each.object.metadata.name ?? '' };
    try {
      const live = await session.get(pathOf(target.resource, target.namespace, target.name));
      const before = textAt(live, 'metadata', 'annotations', LAST_APPLIED);
      if (before === '' && !flags.bool('create-annotation')) {
        fail(
          `no last-applied-configuration annotation found on resource: ${target.name}, to create the annotation, run the command with --create-annotation`,
        );
      }
      const text = goJson(target.fromFile, true);
      if (before === text) {
        session.out(`set-last-applied ${target.name}: no changes required.\n`);
        continue;
      }
      if (session.dryRun === 'client') {
        reporter.report(live, 'configured');
        continue;
      }
      const body = { metadata: { annotations: { [LAST_APPLIED]: text } } };
      const patched = await patchObject(
        session,
        target,
        { type: 'merge', body },
        writeQuery(session),
      );
      reporter.report(patched, 'configured');
    } catch (error) {
      const failure = asFailure(error);
      failures.push(failure);
      break;
    }
  }
  reporter.end();
  throwAll(failures);
}

/** kubectl apply edit-last-applied. */
export async function editLastApplied(session: Session): Promise<void> {
  const targets = await targetsOf(session, {});
  const { infos, failures } = await collect(session, targets);
  throwAll(failures);
  await editObjects(session, infos, {
    shown: (object) => {
      const text = object.metadata.annotations?.[LAST_APPLIED];
      if (text === undefined)
        fail(`no last-applied-configuration annotation found on resource: ${shownName(object)}`);
      return JSON.parse(text) as ApiObject;
    },
    patchFor: (_before, after) => ({
      type: 'merge',
      body: { metadata: { annotations: { [LAST_APPLIED]: `${goJson(after, true)}\n` } } },
    }),
  });
}
