import type { Info } from '../builder.ts';
import { asFailure, Failure, failVerbatim, isNotFound } from '../failure.ts';
import { at, listAt, textAt } from '../objects.ts';
import type { Session } from '../session.ts';
import { dryRunSuffix, throwAll } from '../writing.ts';
import { nodesOf, setSchedulable } from './cordon.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const RETRY_MILLIS = 5000;
const POLL_MILLIS = 1000;

interface Doomed {
  readonly pods: readonly unknown[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** kubectl drain: cordons nodes, then evicts their Pods, waiting wherever a disruption budget says no. */
export async function drain(session: Session): Promise<void> {
  const { infos, failures } = await nodesOf(session);
  throwAll(failures);
  for (const info of infos) await setSchedulable(session, info, true);
  const fatal: Failure[] = [];
  const pending: string[] = [];
  for (const info of infos) {
    try {
      await drainOne(session, info);
      session.out(`node/${info.name} drained${dryRunSuffix(session)}\n`);
    } catch (error) {
      const failure = asFailure(error);
      session.err(
        `error: unable to drain node ${JSON.stringify(info.name)} due to error: ${failure.message}, continuing command...\n`,
      );
      fatal.push(...(failure.many ?? [failure]));
      pending.push(info.name);
    }
  }
  if (fatal.length === 0) return;
  session.err(
    `There are pending nodes to be drained:\n${pending.map((each) => ` ${each}\n`).join('')}`,
  );
  failVerbatim(fatal.map(({ message }) => message).join('\n'));
}

async function drainOne(session: Session, { name }: Info): Promise<void> {
  const { flags } = session;
  const list = await session.get('/api/v1/pods', {
    fieldSelector: `spec.nodeName=${name}`,
    labelSelector: flags.text('pod-selector'),
    limit: flags.int('chunk-size'),
  });
  const { pods, errors, warnings } = await doomedOf(session, listAt(list, 'items'));
  if (errors.length > 0) throw together(errors);
  if (warnings.length > 0) session.err(`Warning: ${warnings.join('; ')}\n`);
  if (session.dryRun === 'client') {
    for (const pod of pods) {
      session.out(`evicting pod ${nameOf(pod)}${dryRunSuffix(session)}\n`);
    }
    return;
  }
  const timeout = flags.duration('timeout');
  const deadline = timeout === 0 ? Number.POSITIVE_INFINITY : session.context.now() + timeout;
  const results = await Promise.allSettled(
    inTurn(pods).map((pod) => remove(session, pod, deadline)),
  );
  const reasons = results.flatMap((each) =>
    each.status === 'rejected' ? [each.reason as unknown] : [],
  );
  const messages = reasons.map((each) => asFailure(each).message);
  if (messages.length > 0) throw together([...new Set(messages)]);
}

/** Several failures as one, which is told in one line, and in a line each in the end (apimachinery's aggregate). */
function together(messages: readonly string[]): Failure {
  const many = messages.map((message) => new Failure(message));
  const [only] = many;
  return many.length === 1 && only !== undefined
    ? only
    : new Failure(`[${messages.join(', ')}]`, { many });
}

/** Upstream starts a goroutine for each Pod, and Go's scheduler lets the one that was started last go first. */
function inTurn<T>(pods: readonly T[]): readonly T[] {
  return [...pods.slice(-1), ...pods.slice(0, -1)];
}

function nameOf(pod: unknown): string {
  return `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
}

/** Sorts a node's Pods into those that go, those that stay, and those that forbid the whole. */
async function doomedOf(session: Session, all: readonly unknown[]): Promise<Doomed> {
  const { flags } = session;
  const errors = new Map<string, string[]>();
  const warnings = new Map<string, string[]>();
  const note = (map: Map<string, string[]>, message: string, pod: unknown): void => {
    map.set(message, [...(map.get(message) ?? []), nameOf(pod)]);
  };
  const skipsAfter = flags.int('skip-wait-for-delete-timeout');
  const pods: unknown[] = [];
  for (const pod of all) {
    const deleted = textAt(pod, 'metadata', 'deletionTimestamp');
    const age = (session.context.now() - Date.parse(deleted)) / 1000;
    if (deleted !== '' && skipsAfter > 0 && age > skipsAfter) continue;
    if (textAt(pod, 'metadata', 'annotations', MIRROR) !== '') continue;
    const controller = listAt(pod, 'metadata', 'ownerReferences').find(
      (each) => at(each, 'controller') === true,
    );
    const isOver = ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'));
    if (textAt(controller, 'kind') === 'DaemonSet' && !isOver) {
      if (!flags.bool('ignore-daemonsets')) {
        note(
          errors,
          'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
          pod,
        );
      } else note(warnings, 'ignoring DaemonSet-managed Pods', pod);
      continue;
    }
    const isLocal = listAt(pod, 'spec', 'volumes').some(
      (each) => at(each, 'emptyDir') !== undefined,
    );
    if (isLocal && !isOver) {
      if (!flags.bool('delete-emptydir-data')) {
        note(
          errors,
          'cannot delete Pods with local storage (use --delete-emptydir-data to override)',
          pod,
        );
        continue;
      }
      note(warnings, 'deleting Pods with local storage', pod);
    }
    if (controller === undefined && !isOver) {
      if (!flags.bool('force')) {
        note(
          errors,
          'cannot delete cannot delete Pods that declare no controller (use --force to override)',
          pod,
        );
        continue;
      }
      note(warnings, 'deleting Pods that declare no controller', pod);
    }
    pods.push(pod);
  }
  const texts = (map: Map<string, string[]>): string[] =>
    [...map].map(([message, names]) => `${message}: ${names.join(', ')}`);
  return { pods, errors: texts(errors), warnings: texts(warnings) };
}

/** Evicts one Pod, or deletes it, and waits until it is gone. */
async function remove(session: Session, pod: unknown, deadline: number): Promise<void> {
  const { flags, context, io } = session;
  const name = textAt(pod, 'metadata', 'name');
  const namespace = textAt(pod, 'metadata', 'namespace');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  const grace = flags.int('grace-period');
  const isTrial = session.dryRun === 'server';
  const deleteOptions = {
    ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
    ...(isTrial ? { dryRun: ['All'] } : {}),
  };
  const evicts = !flags.bool('disable-eviction');
  const quotedName = `pods/${JSON.stringify(name)} -n ${JSON.stringify(namespace)}`;
  for (;;) {
    session.out(
      `${evicts ? 'evicting' : 'deleting'} pod ${namespace}/${name}${dryRunSuffix(session)}\n`,
    );
    if (context.now() > deadline) {
      throw new Failure(
        `error when evicting ${quotedName}: global timeout reached: ${flags.text('timeout')}`,
      );
    }
    try {
      await (evicts
        ? session.ask({
            method: 'POST',
            path: `${path}/eviction`,
            body: {
              apiVersion: 'policy/v1',
              kind: 'Eviction',
              metadata: { name, namespace },
              ...(Object.keys(deleteOptions).length > 0 ? { deleteOptions } : {}),
            },
          })
        : session.ask({
            method: 'DELETE',
            path,
            body: { kind: 'DeleteOptions', apiVersion: 'v1', ...deleteOptions },
          }));
      break;
    } catch (error) {
      const failure = asFailure(error);
      if (isNotFound(failure)) break;
      if (failure.status?.reason !== 'TooManyRequests') {
        throw new Failure(`error when evicting ${quotedName}: ${failure.message}`);
      }
      session.err(`error when evicting ${quotedName} (will retry after 5s): ${failure.message}\n`);
      await context.sleep(RETRY_MILLIS, io.signal);
    }
  }
  if (isTrial) return;
  await untilGone(session, pod, { path, deadline, quotedName, evicts });
}

async function untilGone(
  session: Session,
  pod: unknown,
  how: {
    readonly path: string;
    readonly deadline: number;
    readonly quotedName: string;
    readonly evicts: boolean;
  },
): Promise<void> {
  const { context, io } = session;
  for (;;) {
    const now = await session.get(how.path).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (now === undefined || textAt(now, 'metadata', 'uid') !== textAt(pod, 'metadata', 'uid'))
      break;
    if (context.now() > how.deadline) {
      throw new Failure(
        `error when waiting for pod ${JSON.stringify(textAt(pod, 'metadata', 'name'))} in namespace ${JSON.stringify(textAt(pod, 'metadata', 'namespace'))} to terminate: global timeout reached: ${session.flags.text('timeout')}`,
      );
    }
    await context.sleep(POLL_MILLIS, io.signal);
  }
  session.out(`pod/${textAt(pod, 'metadata', 'name')} ${how.evicts ? 'evicted' : 'deleted'}\n`);
}
