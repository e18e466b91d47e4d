import { KERNEL, schedule, type Appointment } from './agenda.ts';
import type { ProcessRecord } from './process.ts';
import { PEER_SILENCE_MICROS_MAX } from './link.ts';
import type { Micros } from './time.ts';
import { lose } from './transport.ts';
import type { World } from './world.ts';

/**
 * What holds a process up: it has been stopped in its tracks (SIGSTOP), or it is short of CPU. Whatever reaches it
 * meanwhile, timers included, waits in order.
 */
export interface Strain {
  suspended: boolean;
  /** Told to end while it was stopped in its tracks: it does as soon as it goes on. */
  ending?: boolean;
  /** How long each step takes before the next can begin; 0: no time. */
  stepMicros: Micros;
  /** When the step under way ends. */
  busyUntil: Micros;
  /** Whether an appointment to go on is made. */
  armed: boolean;
  queue: Appointment[];
  /** Peers whose packets nobody has read, by name: since when. */
  readonly unheard: Map<string, Micros>;
}

export interface Continue {
  readonly type: 'kernel/continue';
}

/** A peer of a process that does not step has waited long enough to give the connection up, if nothing has changed. */
export interface Silence {
  readonly type: 'kernel/silence';
  readonly peer: string;
  readonly since: Micros;
}

const CONTINUE: Continue = Object.freeze({ type: 'kernel/continue' });

function strainOf(process: ProcessRecord): Strain {
  process.strain ??= {
    suspended: false,
    stepMicros: 0,
    busyUntil: 0,
    armed: false,
    queue: [],
    unheard: new Map(),
  };
  return process.strain;
}

/** Stops a process in its tracks, as SIGSTOP does: it is alive, its connections stay open, and it does nothing. */
export function suspend(world: World, process: ProcessRecord): void {
  const strain = strainOf(process);
  if (strain.suspended) return;
  strain.suspended = true;
  // Its peers' pings stay unanswered, whether or not they send anything else.
  for (const other of world.processes.values()) {
    if (other === process || other.memory === undefined || !other.links.has(process.name)) continue;
    awaitSilence(world, process, strain, other.name);
  }
}

/** Lets it go on (SIGCONT) with all that has come meanwhile. */
export function resume(world: World, process: ProcessRecord): void {
  const { strain } = process;
  if (strain === undefined) return;
  strain.suspended = false;
  strain.unheard.clear();
  arm(world, process, strain);
  dropIfIdle(process, strain);
}

/** Makes each step of a process take this long, as on a machine whose CPU is taken by others; 0 takes it back. */
export function slowDown(world: World, process: ProcessRecord, stepMicros: Micros): void {
  const strain = strainOf(process);
  strain.stepMicros = stepMicros;
  arm(world, process, strain);
  dropIfIdle(process, strain);
}

/** Whether a due appointment has to wait; if not, the step that takes it begins now. */
export function heldUp(
  world: World,
  process: ProcessRecord,
  strain: Strain,
  due: Appointment,
): boolean {
  if (!strain.suspended && strain.queue.length === 0 && world.now >= strain.busyUntil) {
    strain.busyUntil = world.now + strain.stepMicros;
    return false;
  }
  strain.queue.push(Object.freeze(due));
  if (strain.suspended && due.from !== undefined) awaitSilence(world, process, strain, due.from);
  arm(world, process, strain);
  return true;
}

/** The appointment that has waited longest, when the process can take it. */
export function takeHeld(world: World, process: ProcessRecord): Appointment | undefined {
  const { strain } = process;
  if (strain === undefined) return undefined;
  strain.armed = false;
  if (strain.suspended) return undefined;
  const next = strain.queue.shift();
  strain.busyUntil = world.now + strain.stepMicros;
  arm(world, process, strain);
  dropIfIdle(process, strain);
  return next;
}

/** What a strained process had before it ended is gone; that its machine is slow stays true. */
export function endStrain(process: ProcessRecord): void {
  const { strain } = process;
  if (strain === undefined) return;
  process.strain = undefined;
  if (strain.stepMicros > 0) strainOf(process).stepMicros = strain.stepMicros;
}

/** The peer's pings have not been answered for too long: it closes the connection and takes back what was not read. */
export function fallSilent(world: World, process: ProcessRecord, { peer, since }: Silence): void {
  const { strain } = process;
  if (strain === undefined || strain.unheard.get(peer) !== since) return;
  strain.unheard.delete(peer);
  const other = world.processes.get(peer);
  if (other !== undefined && other.memory !== undefined)
    lose(world, other, process.name, undefined);
  strain.queue = strain.queue.filter(({ from }) => from !== peer);
  lose(world, process, peer, undefined);
}

function awaitSilence(world: World, process: ProcessRecord, strain: Strain, peer: string): void {
  if (strain.unheard.has(peer)) return;
  strain.unheard.set(peer, world.now);
  schedule(world.agenda, {
    at: world.now + PEER_SILENCE_MICROS_MAX,
    seq: world.nextSeq++,
    to: process.name,
    from: KERNEL,
    life: process.life,
    message: { type: 'kernel/silence', peer, since: world.now } as Silence,
    cause: undefined,
  });
}

function arm(world: World, process: ProcessRecord, strain: Strain): void {
  if (strain.suspended || strain.armed || strain.queue.length === 0) return;
  strain.armed = true;
  schedule(world.agenda, {
    at: Math.max(world.now, strain.busyUntil),
    seq: world.nextSeq++,
    to: process.name,
    from: KERNEL,
    life: process.life,
    message: CONTINUE,
    cause: undefined,
  });
}

function dropIfIdle(process: ProcessRecord, strain: Strain): void {
  if (!strain.suspended && strain.stepMicros === 0 && strain.queue.length === 0)
    process.strain = undefined;
}
