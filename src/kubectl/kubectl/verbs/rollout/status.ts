import { collect, targetsOf, type Info } from '../../builder.ts';
import { asFailure, fail, Failure } from '../../failure.ts';
import { at, listAt, numberAt, textAt } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { FOR_EVER_MILLIS, until } from '../../until.ts';
import { throwAll } from '../../writing.ts';
import { groupKindOf, requireResourceArguments } from './history.ts';

interface Progress {
  readonly message: string;
  readonly isDone: boolean;
}

/** kubectl rollout status: tells how far a rollout is, until it is done or has failed. */
export async function rolloutStatus(session: Session): Promise<void> {
  requireResourceArguments(session);
  const { infos, failures } = await collect(
    session,
    await targetsOf(session, { takesSelectors: true, typeAlone: true }),
  );
  if (infos.length === 0 && failures.length === 0) {
    session.err(`No resources found in ${session.namespace} namespace.\n`);
    return;
  }
  const all = [...failures];
  for (const info of infos) {
    const progressOf = viewers[info.object.kind];
    try {
      if (progressOf === undefined) {
        fail(`no status viewer has been implemented for ${groupKindOf(info)}`);
      }
      await follow(session, info, progressOf);
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  throwAll(all);
}

async function follow(
  session: Session,
  info: Info,
  progressOf: (object: unknown, revision: number) => Progress,
): Promise<void> {
  const { flags } = session;
  const revision = flags.int('revision');
  const look = (object: unknown): boolean => {
    if (object === undefined) fail('object has been deleted');
    const { message, isDone } = progressOf(object, revision);
    session.out(message);
    return isDone || !flags.bool('watch');
  };
  const timeout = flags.duration('timeout');
  try {
    await until(session, info, timeout === 0 ? FOR_EVER_MILLIS : timeout, look);
  } catch (error) {
    const isTimeout = error instanceof Failure && error.message.startsWith('timed out waiting');
    if (isTimeout) fail('timed out waiting for the condition');
    throw error;
  }
}

const viewers: Readonly<
  Record<string, ((object: unknown, revision: number) => Progress) | undefined>
> = {
  Deployment: deploymentProgress,
  DaemonSet: daemonSetProgress,
  StatefulSet: statefulSetProgress,
};

function waiting(message: string): Progress {
  return { message, isDone: false };
}

function isObserved(object: unknown): boolean {
  return (
    numberAt(object, 'metadata', 'generation') <= numberAt(object, 'status', 'observedGeneration')
  );
}

function deploymentProgress(deployment: unknown, revision: number): Progress {
  const name = JSON.stringify(textAt(deployment, 'metadata', 'name'));
  if (revision > 0) {
    const own = Number(
      textAt(deployment, 'metadata', 'annotations', 'deployment.kubernetes.io/revision'),
    );
    if (own !== revision) {
      fail(`desired revision (${revision}) is different from the running revision (${own})`);
    }
  }
  if (!isObserved(deployment))
    return waiting('Waiting for deployment spec update to be observed...\n');
  const status = at(deployment, 'status');
  const progressing = listAt(status, 'conditions').find(
    (each) => textAt(each, 'type') === 'Progressing',
  );
  if (textAt(progressing, 'reason') === 'ProgressDeadlineExceeded') {
    fail(`deployment ${name} exceeded its progress deadline`);
  }
  const wanted = numberAt(deployment, 'spec', 'replicas');
  const [updated, total, available] = ['updatedReplicas', 'replicas', 'availableReplicas'].map(
    (each) => numberAt(status, each),
  );
  const start = `Waiting for deployment ${name} rollout to finish:`;
  if ((updated ?? 0) < wanted)
    return waiting(`${start} ${updated} out of ${wanted} new replicas have been updated...\n`);
  if ((total ?? 0) > (updated ?? 0)) {
    return waiting(
      `${start} ${(total ?? 0) - (updated ?? 0)} old replicas are pending termination...\n`,
    );
  }
  if ((available ?? 0) < (updated ?? 0)) {
    return waiting(`${start} ${available} of ${updated} updated replicas are available...\n`);
  }
  return { message: `deployment ${name} successfully rolled out\n`, isDone: true };
}

function daemonSetProgress(set: unknown): Progress {
  const name = JSON.stringify(textAt(set, 'metadata', 'name'));
  refuseOtherStrategies(set);
  if (!isObserved(set)) return waiting('Waiting for daemon set spec update to be observed...\n');
  const status = at(set, 'status');
  const wanted = numberAt(status, 'desiredNumberScheduled');
  const updated = numberAt(status, 'updatedNumberScheduled');
  const available = numberAt(status, 'numberAvailable');
  const start = `Waiting for daemon set ${name} rollout to finish:`;
  if (updated < wanted)
    return waiting(`${start} ${updated} out of ${wanted} new pods have been updated...\n`);
  if (available < wanted)
    return waiting(`${start} ${available} of ${wanted} updated pods are available...\n`);
  return { message: `daemon set ${name} successfully rolled out\n`, isDone: true };
}

function refuseOtherStrategies(set: unknown): void {
  if (textAt(set, 'spec', 'updateStrategy', 'type') !== 'RollingUpdate') {
    fail('rollout status is only available for RollingUpdate strategy type');
  }
}

function statefulSetProgress(set: unknown): Progress {
  refuseOtherStrategies(set);
  const status = at(set, 'status');
  if (!isObserved(set)) return waiting('Waiting for statefulset spec update to be observed...\n');
  const wanted = numberAt(set, 'spec', 'replicas');
  const ready = numberAt(status, 'readyReplicas');
  if (ready < wanted) return waiting(`Waiting for ${wanted - ready} pods to be ready...\n`);
  const partition = numberAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const updated = numberAt(status, 'updatedReplicas');
  if (partition > 0) {
    if (updated < wanted - partition) {
      return waiting(
        `Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated...\n`,
      );
    }
    return {
      message: `partitioned roll out complete: ${updated} new pods have been updated...\n`,
      isDone: true,
    };
  }
  const revision = textAt(status, 'updateRevision');
  if (revision !== textAt(status, 'currentRevision')) {
    return waiting(
      `waiting for statefulset rolling update to complete ${updated} pods at revision ${revision}...\n`,
    );
  }
  return {
    message: `statefulset rolling update complete ${numberAt(status, 'currentReplicas')} pods at revision ${textAt(status, 'currentRevision')}...\n`,
    isDone: true,
  };
}
