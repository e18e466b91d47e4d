import { formatTime } from '../../../../api/time.ts';
import { collect, targetsOf, type Info } from '../../builder.ts';
import { groupResourceOf } from '../../discovery.ts';
import { asFailure, Failure } from '../../failure.ts';
import { at } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { requireResourceArguments } from './history.ts';
import { createReporter, patchObject, throwAll, writeQuery } from '../../writing.ts';

/** What a change of a rollout sends; a text says why it cannot be. */
type Change = (session: Session, info: Info) => unknown;

function changing(operation: string, change: Change): (session: Session) => Promise<void> {
  return async (session) => {
    requireResourceArguments(session);
    const { infos, failures } = await collect(
      session,
      await targetsOf(session, { takesSelectors: true }),
    );
    const all: Failure[] = [...failures];
    const reporter = createReporter(session);
    for (const info of infos) {
      try {
        const body = change(session, info);
        if (typeof body === 'string') {
          throw new Failure(
            `${groupResourceOf(info.resource)} ${JSON.stringify(info.name)} ${body}`,
          );
        }
        const query = writeQuery(session, 'kubectl-rollout');
        reporter.report(
          await patchObject(session, info, { type: 'strategic', body }, query),
          operation,
        );
      } catch (error) {
        all.push(asFailure(error));
      }
    }
    reporter.end();
    throwAll(all);
  };
}

/** kubectl rollout pause. */
export const rolloutPause = changing('paused', (_session, { object }) => {
  if (object.kind !== 'Deployment') return 'pausing is not supported';
  return at(object, 'spec', 'paused') === true ? 'is already paused' : { spec: { paused: true } };
});

/** kubectl rollout resume. */
export const rolloutResume = changing('resumed', (_session, { object }) => {
  if (object.kind !== 'Deployment') return 'resuming is not supported';
  return at(object, 'spec', 'paused') === true ? { spec: { paused: null } } : 'is not paused';
});

/** kubectl rollout restart: a changed annotation makes a new template, and so new Pods. */
export const rolloutRestart = changing('restarted', (session, { object }) => {
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(object.kind)) {
    return 'restarting is not supported';
  }
  if (at(object, 'spec', 'paused') === true) {
    return "can't restart paused deployment (run rollout resume first)";
  }
  const restartedAt = formatTime(session.context.now());
  return {
    spec: {
      template: {
        metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } },
      },
    },
  };
});
