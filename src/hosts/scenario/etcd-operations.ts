import { assertNever } from '../../base/exhaustive.ts';
import { restoreSnapshot } from '../../cluster/etcd/restore.ts';
import type { EtcdMaintenance, WireMessage } from '../../cluster/messages.ts';
import { revisionOf } from '../../cluster/observe.ts';
import { kernel } from '../../cluster/world.ts';
import type { KernelMessage } from '../../kernel/agenda.ts';
import type { Action } from '../../scenarios/format/scenario.ts';
import type { Session } from '../session.ts';
import type { ActionBook } from './actions.ts';
import type { Fate } from './fates.ts';

/** How far a restore moves the revision on, so that no watcher takes the new history for the old (etcdutl's documentation). */
const BUMP_REVISION = 1_000_000_000;

/** Carries out what an operator does with etcdctl. The name's fate is that of the last member's answer, 200 or 500. */
export function operateEtcd(
  action: Extract<Action, { kind: 'etcd' }>,
  book: ActionBook,
): string | undefined {
  const { session, fates, snapshots } = book;
  const { world } = session;
  const fate: Fate = {
    sentAt: world.now,
    answeredAt: undefined,
    code: 0,
    reason: '',
    message: '',
  };
  if (action.as !== undefined) fates.set(action.as, fate);
  switch (action.operation) {
    case 'restore': {
      const snapshot = snapshots.get(action.snapshot);
      if (snapshot === undefined) return `no snapshot has been given the name "${action.snapshot}"`;
      restoreSnapshot(world, kernel, snapshot, { bumpRevision: BUMP_REVISION });
      conclude(fate, session, undefined);
      return undefined;
    }
    case 'compact':
      // Every member learns of it through the log.
      return askInTurn(
        first(members(action, session)),
        { type: 'etcd/compact', revision: revisionOf(world) } as KernelMessage,
        { session, fate },
      );
    case 'defragment':
      return askInTurn(members(action, session), maintenance({ kind: 'defragment' }), {
        session,
        fate,
      });
    case 'disarm':
      return askInTurn(first(members(action, session)), maintenance({ kind: 'alarm-disarm' }), {
        session,
        fate,
      });
    case 'snapshot':
      return askInTurn(first(members(action, session)), maintenance({ kind: 'snapshot' }), {
        session,
        fate,
        onResult(answer) {
          if (answer.type !== 'etcd/maintenance-result' || answer.result.kind !== 'snapshot')
            return;
          snapshots.set(action.snapshot, answer.result.snapshot);
        },
      });
    default:
      return assertNever(action.operation);
  }
}

function maintenance(op: EtcdMaintenance): KernelMessage {
  return { type: 'etcd/maintenance', op } as KernelMessage;
}

function first(names: readonly string[]): readonly string[] {
  return names.slice(0, 1);
}

/** The members meant, running ones alone: an operator asks one that answers. */
function members(
  { member }: Extract<Action, { kind: 'etcd' }>,
  { world }: Session,
): readonly string[] {
  if (member !== 'all') return [member];
  return [...world.processes.values()]
    .filter(({ kind, memory }) => kind === 'etcd' && memory !== undefined)
    .map(({ name }) => name);
}

interface Asking {
  readonly session: Session;
  readonly fate: Fate;
  onResult?(answer: WireMessage): void;
}

/** Each member when the one before has answered; ends with the first error. */
function askInTurn(
  names: readonly string[],
  question: KernelMessage,
  asking: Asking,
): string | undefined {
  const [name, ...rest] = names;
  if (name === undefined) return 'no etcd member runs';
  asking.session.ask(name, question, (answer) => {
    const error = errorOf(answer);
    if (answer !== undefined && error === undefined) asking.onResult?.(answer);
    if (error !== undefined || rest.length === 0) conclude(asking.fate, asking.session, error);
    else askInTurn(rest, question, asking);
  });
  return undefined;
}

function errorOf(answer: WireMessage | undefined): string | undefined {
  if (answer === undefined) return 'connection lost';
  return answer.type === 'etcd/maintenance-error' || answer.type === 'etcd/error'
    ? answer.error
    : undefined;
}

function conclude(fate: Fate, { world }: Session, error: string | undefined): void {
  fate.answeredAt = world.now;
  fate.code = error === undefined ? 200 : 500;
  fate.message = error ?? '';
}
