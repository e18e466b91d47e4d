import { KERNEL, schedule } from './agenda.ts';
import type { Cause } from './cause.ts';
import { awaitAnswer } from './keepalive.ts';
import { closeLinks } from './link.ts';
import type { ProcessRecord } from './process.ts';
import { endStrain } from './strain.ts';
import { lose } from './transport.ts';
import { isCut } from './wire.ts';
import type { World } from './world.ts';

/** Told to a process when one that it supervises has ended, whatever the reason. */
export interface ProcessExited {
  readonly type: 'kernel/process-exited';
  readonly process: string;
  readonly code: number;
  /** The last words: of the process itself where it ended by itself. */
  readonly reason: string;
}

/** How a process ended: its exit code (128 and the signal's number where one ended it) and its last words. */
export interface Exit {
  readonly code: number;
  readonly reason: string;
}

/** Ended by SIGKILL. */
export const KILLED: Exit = Object.freeze({ code: 137, reason: 'signal: killed' });
/** Ended by SIGTERM and in good order. */
export const STOPPED: Exit = Object.freeze({ code: 0, reason: 'terminated' });

/** A process is to be started, if it is still wanted and down. */
export interface Start {
  readonly type: 'kernel/start';
}

const START: Start = Object.freeze({ type: 'kernel/start' });

/** Makes the appointment to start a process. */
export function appointStart(
  world: World,
  process: ProcessRecord,
  afterMicros: number,
  cause: Cause | undefined,
): void {
  schedule(world.agenda, {
    at: world.now + afterMicros,
    seq: world.nextSeq++,
    to: process.name,
    from: KERNEL,
    life: process.life,
    message: START,
    cause,
  });
}

/**
 * Ends a process on a running machine: its operating system closes every connection it had, its supervisor is told,
 * and where it has none and is still wanted (`Restart=always`) it is started again after its pause.
 */
export function end(
  world: World,
  process: ProcessRecord,
  exit: Exit,
  cause: Cause | undefined,
): void {
  endUnnoticed(world, process, cause);
  if (process.supervisor !== undefined) tellSupervisor(world, process, exit, cause);
  else if (process.enabled && process.restartMicros !== undefined)
    appointStart(world, process, process.restartMicros, cause);
}

/** The same, but for who would be told or start it again: its peers alone notice. */
export function endUnnoticed(world: World, process: ProcessRecord, cause: Cause | undefined): void {
  process.since = world.now;
  forget(process);
  for (const other of world.processes.values()) {
    if (other === process || other.memory === undefined || !other.links.has(process.name)) continue;
    // Across a cut the news does not pass; the peer finds out when it next sends, or misses an answer.
    if (isCut(world.wire, process.machine, other.machine)) awaitAnswer(world, other, process.name);
    else lose(world, other, process.name, cause);
  }
}

/** What of a process is gone with its life. */
export function forget(process: ProcessRecord): void {
  process.memory = undefined;
  closeLinks(process.links);
  endStrain(process);
}

function tellSupervisor(
  world: World,
  process: ProcessRecord,
  exit: Exit,
  cause: Cause | undefined,
): void {
  const supervisor = world.processes.get(process.supervisor ?? '');
  if (supervisor === undefined || supervisor.memory === undefined) return;
  schedule(world.agenda, {
    at: world.now,
    seq: world.nextSeq++,
    to: supervisor.name,
    from: undefined,
    life: supervisor.life,
    message: {
      type: 'kernel/process-exited',
      process: process.name,
      code: exit.code,
      reason: exit.reason,
    } as ProcessExited,
    cause,
  });
}
