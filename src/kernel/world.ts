import { createAgenda, type Agenda } from './agenda.ts';
import type { Machine } from './machine.ts';
import type { ProcessRecord } from './process.ts';
import type { RandomStream } from './random.ts';
import type { Micros } from './time.ts';
import type { Wire } from './wire.ts';

/**
 * All state of a simulation, as plain data: no closures, promises or class instances. Same seed, same
 * set-up and same commands give the same world.
 */
export interface World {
  readonly seed: number;
  /** The calendar time of instant 0, in milliseconds since 1970. */
  readonly epochMillis: number;
  now: Micros;
  /** Numbers appointments, so that ties have exactly one answer. */
  nextSeq: number;
  nextCauseId: number;
  /** Numbers the lives of processes. */
  nextLife: number;
  /** Appointments kept so far. */
  steps: number;
  readonly agenda: Agenda;
  readonly machines: Map<string, Machine>;
  readonly processes: Map<string, ProcessRecord>;
  readonly wire: Wire;
  readonly streams: Map<string, RandomStream>;
  /** Faults now active, in order of installation: data of the layer above. */
  faults: readonly ActiveFault[];
  /** Faults that come back, in order of their next time. Undefined: there never were any. */
  faultSchedules?: readonly FaultSchedule[];
  /** Processes that rest until somebody acts on the world, with their lives (see calm.ts). */
  readonly vigils: Map<string, number>;
}

/** A fault as it is saved: what it is, with which parameters, since when. Code interprets it. */
export interface ActiveFault {
  readonly id: string;
  readonly kind: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly since: Micros;
  /** When it mends itself; undefined: it stays until somebody mends it. */
  readonly until?: Micros;
}

/** A fault that comes back by itself. Frozen. */
export interface FaultSchedule {
  readonly id: string;
  readonly fault: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** How long it lasts each time; undefined for a blow. */
  readonly forMicros?: Micros;
  /** From one beginning to the next. */
  readonly everyMicros: Micros;
  /** How often it still comes; undefined: until it is called off. */
  readonly left: number | undefined;
  readonly nextAt: Micros;
}

/** A world without machines at instant 0. */
export function createWorld(setUp: { readonly seed: number; readonly epochMillis: number }): World {
  return {
    seed: setUp.seed,
    epochMillis: setUp.epochMillis,
    now: 0,
    nextSeq: 1,
    nextCauseId: 1,
    nextLife: 1,
    steps: 0,
    agenda: createAgenda(),
    machines: new Map(),
    processes: new Map(),
    wire: { rules: [] },
    streams: new Map(),
    faults: [],
    vigils: new Map(),
  };
}
