import type { Micros } from '../../kernel/time.ts';
import { type ApiOutcome, call, messageOf, succeeded } from '../client/api-client.ts';
import { podAmountsAsked } from './snapshot/pod-requests.ts';
import type { ApiWrite, Cycle, Reservation } from './framework/plugin.ts';
import type { Profile } from './framework/profile.ts';
import { type Status, messageOf as textOf } from './framework/status.ts';
import { snapshotOf } from './snapshot-of.ts';
import { podInfoOf } from './snapshot/pod-info.ts';
import { profileFor, type Step } from './step.ts';

/** How long volumes may take to be bound: `bindTimeoutSeconds` of VolumeBinding. */
const PREPARATION_MAX: Micros = 600_000_000;

/** A Pod whose binding waits for something that was asked for: its volumes. */
export interface Preparation {
  /** Writes that have not been answered. */
  readonly writesLeft: number;
  readonly deadline: Micros;
}

/** What came of asking the plugins before a Pod is bound. */
export type Prepared =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly message: string };

const READY: Prepared = { kind: 'ready' };
const WAITING: Prepared = { kind: 'waiting' };

/** Lets the plugins take what the Pod will use; the first "no" ends it. */
export function reserve(
  step: Step,
  profile: Profile,
  cycle: Cycle,
  slot: number,
): Status | undefined {
  const plugins = profile.points.reserve;
  for (let index = 0; index < plugins.length; index++) {
    const plugin = plugins[index]!; // In range by the loop's bound.
    const answer = plugin.reserve?.(cycle, slot);
    if (answer === undefined) continue;
    if ('code' in answer) return answer;
    if (answer.persistentVolumes.size + answer.persistentVolumeClaims.size > 0) {
      setReservation(step, cycle.pod.uid, answer);
    }
  }
  return undefined;
}

/** Gives back what was taken for a Pod. */
export function unreserve({ memory }: Step, uid: string): void {
  if (memory.preparations.size > 0) memory.preparations.delete(uid);
  if (memory.reserved.size > 0 && memory.reserved.delete(uid)) memory.reservedSerial += 1;
}

function setReservation({ memory }: Step, uid: string, reservation: Reservation): void {
  memory.reserved.set(uid, Object.freeze({ ...reservation }));
  memory.reservedSerial += 1;
}

/** Does what must be done before the Pod is bound. */
export function prepare(step: Step, profile: Profile, cycle: Cycle, slot: number): Prepared {
  const { memory, env } = step;
  let writes: ApiWrite[] | undefined;
  const plugins = profile.points.preBind;
  for (let index = 0; index < plugins.length; index++) {
    const plugin = plugins[index]!; // In range by the loop's bound.
    const answer = plugin.preBind?.(cycle, slot);
    if (answer === undefined) continue;
    if ('code' in answer) return failed(plugin.name, textOf(answer));
    if (answer.length === 0) continue;
    writes ??= [];
    writes.push(...answer);
  }
  if (writes === undefined) return READY;
  const { uid } = cycle.pod;
  memory.preparations.set(uid, {
    writesLeft: writes.length,
    deadline: env.now + PREPARATION_MAX,
  });
  env.after(PREPARATION_MAX, { type: 'scheduler/prepared-until', uid });
  for (const { method, path, body } of writes) {
    call(memory.client, env, { method, path, body, then: { type: 'prepared', uid } });
  }
  return WAITING;
}

/** One of the writes was answered. */
export function writeAnswered(step: Step, uid: string, outcome: ApiOutcome): Prepared {
  const preparation = step.memory.preparations.get(uid);
  if (preparation === undefined) return WAITING;
  if (!succeeded(outcome)) return failed('VolumeBinding', messageOf(outcome));
  step.memory.preparations.set(uid, { ...preparation, writesLeft: preparation.writesLeft - 1 });
  return isPrepared(step, uid);
}

/** Whether what a Pod waits for is there now. */
export function isPrepared(step: Step, uid: string): Prepared {
  const { memory, env } = step;
  const preparation = memory.preparations.get(uid);
  const assumed = memory.assumed.get(uid);
  if (preparation === undefined || assumed === undefined || preparation.writesLeft > 0) {
    return WAITING;
  }
  const snapshot = snapshotOf(memory);
  const slot = snapshot.table.slotOf.get(assumed.nodeName);
  const profile = profileFor(step, assumed.pod);
  if (slot === undefined || profile === undefined) {
    return failed('VolumeBinding', `node ${JSON.stringify(assumed.nodeName)} not found`);
  }
  const cycle = { snapshot, pod: podInfoOf(assumed.pod), asked: podAmountsAsked(assumed.pod) };
  for (const plugin of profile.points.preBind) {
    const answer = plugin.awaits?.(cycle, slot) ?? 'done';
    if (answer === 'done') continue;
    if (answer !== 'waiting') return failed(plugin.name, textOf(answer));
    return env.now < preparation.deadline
      ? WAITING
      : failed(plugin.name, 'timed out waiting for the condition');
  }
  memory.preparations.delete(uid);
  return READY;
}

function failed(plugin: string, why: string): Prepared {
  return {
    kind: 'failed',
    message: `running PreBind plugin ${JSON.stringify(plugin)}: binding volumes: ${why}`,
  };
}
