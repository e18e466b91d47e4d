import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { Server } from '../server.ts';
import { ownObjects } from './objects.ts';

/** Where the server stands with the objects that it sees to itself. */
export interface OwnState {
  /** It is time to look whether one is missing. */
  isDue: boolean;
  /** All of them were there at the last look, and none has been deleted since. */
  isComplete: boolean;
  /** Its own writes under way. */
  waiting: number;
  timerArmed: boolean;
  /** Whether it keeps itself among the endpoints: once its objects are there, until it ends. */
  isReconciling: boolean;
  /** The question to etcd under way about who serves; 0 for none. */
  asking: number;
  /** The holder's name in its identity Lease: another one at each start. Empty until it is first needed. */
  holder: string;
  /** How many API servers live. */
  servers: number;
  /** How often it has renewed its Lease. */
  renewals: number;
}

/** How soon the server looks again for what somebody deleted, and for what it could not make. */
const LOOK_AGAIN = 10 * SECOND;
const TRY_AGAIN = SECOND;

/** One of the server's own writes has been answered. */
export function noteOwnAnswer({ memory, env }: Server, code: number): void {
  const { own } = memory;
  own.waiting -= 1;
  memory.hasErrands = true;
  // What is there now may be what the next one needs; another server may have been quicker to make it.
  if (code < 400 || code === 409) own.isDue = true;
  else lookAgain({ memory, env }, TRY_AGAIN);
}

/** Looks for missing objects in a while. */
export function lookAgain(
  { memory, env }: Pick<Server, 'memory' | 'env'>,
  after: Micros = LOOK_AGAIN,
): void {
  if (memory.own.timerArmed) return;
  memory.own.timerArmed = true;
  env.after(after, { type: 'apiserver/tend' });
}

/** Whether a key is that of one of the server's own objects. */
export function isOwnKey(server: Server, key: string): boolean {
  return ownObjects(server.config).some((each) => each.key === key);
}
