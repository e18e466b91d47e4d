import { schedule, type KernelMessage } from './agenda.ts';
import { assert } from '../base/assert.ts';
import { rest } from './calm.ts';
import { linkCause, type Cause } from './cause.ts';
import { appointStart, end, endUnnoticed, KILLED, STOPPED, type Exit } from './lifecycle.ts';
import { NO_LINK, type Link } from './link.ts';
import type { Machine } from './machine.ts';
import type { AnyBehaviour, Env, OutputLine, ProcessRecord } from './process.ts';
import { pick, type RandomStream } from './random.ts';
import { streamOf } from './streams.ts';
import { wholeMicros, type Micros } from './time.ts';
import { machineOf, reset, transmit } from './transport.ts';
import { latenciesOf } from './wire.ts';
import type { World } from './world.ts';

/** Hears what processes emit. Nothing it does can flow back into the world. */
export type Sink = (observation: unknown, at: Micros, from: string) => void;

/** What moves a world: nothing of its state, and everything in it could be looked up again. */
export interface Run {
  readonly world: World;
  /** The table that all of it was looked up in. */
  readonly processes: World['processes'];
  sink: Sink;
  /** By the number of the life that a process is in. */
  readonly lives: (ProcessEnv | undefined)[];
}

/** Where what a process sends to a peer goes. */
interface Route {
  readonly to: string;
  link: Link;
  peer: ProcessRecord | undefined;
  /** How long packets take, by chance, unless there is weather on the way. */
  latencies: readonly Micros[];
}

const NOWHERE: Route = Object.freeze({ to: '', link: NO_LINK, peer: undefined, latencies: [] });

/**
 * The Env of one process, lent to each of its steps. It holds what a step would otherwise have to look up by name:
 * the process's record, machine and behaviour, its random streams, and the connections that it sends over. What has
 * become untrue shows it: a process that is gone has no memory, and a closed end of a connection lets nothing pass.
 */
export class ProcessEnv implements Env {
  readonly run: Run;
  readonly process: ProcessRecord;
  readonly behaviour: AnyBehaviour;
  readonly self: string;
  readonly machine: string;
  now: Micros = 0;
  from: string | undefined = undefined;
  cause: Cause | undefined = undefined;
  /** Set by a step that ends its own process. */
  exiting: Exit | undefined = undefined;
  private readonly computer: Machine;
  private readonly streams = new Map<string, RandomStream>();
  private readonly routes = new Map<string, Route>();
  /** The route last taken. */
  private route: Route = NOWHERE;
  private wireStream: RandomStream | undefined = undefined;
  private diskStream: RandomStream | undefined = undefined;

  constructor(run: Run, process: ProcessRecord, behaviour: AnyBehaviour) {
    this.run = run;
    this.process = process;
    this.behaviour = behaviour;
    this.self = process.name;
    this.machine = process.machine;
    this.computer = machineOf(run.world, process);
  }

  /** Lends itself to a step that happens now. */
  enter(from: string | undefined, cause: Cause | undefined): void {
    this.now = this.run.world.now;
    this.from = from;
    this.cause = cause;
    this.exiting = undefined;
  }

  /**
   * Nearly all packets go over an open connection that flows, to a peer that lives, through calm weather: all that
   * `transmit` does with those is done here. A test holds the two ways equal.
   */
  send(to: string, message: KernelMessage): void {
    let { route } = this;
    if (route.to !== to) route = this.routeTo(to);
    const { link, peer } = route;
    const { world } = this.run;
    if (
      link.stall !== undefined ||
      peer === undefined ||
      peer.memory === undefined ||
      world.wire.rules.length > 0
    ) {
      transmit(world, this.process, to, message, this.cause);
      this.findRoute(route);
      return;
    }
    this.wireStream ??= streamOf(world, 'wire');
    let at = this.now + pick(this.wireStream, route.latencies);
    if (at < link.lastArrival) at = link.lastArrival;
    else link.lastArrival = at;
    schedule(world.agenda, {
      at,
      seq: world.nextSeq++,
      // The very text that the peer is found by: one that is only equal would be compared at each step.
      to: peer.name,
      from: this.self,
      life: peer.life,
      message,
      cause: this.cause,
    });
  }

  private routeTo(to: string): Route {
    let route = this.routes.get(to);
    if (route === undefined) {
      route = { to, link: NO_LINK, peer: undefined, latencies: NOWHERE.latencies };
      this.routes.set(to, route);
      this.findRoute(route);
    }
    this.route = route;
    return route;
  }

  /** The connection there is now, and who is at its other end. */
  private findRoute(route: Route): void {
    if (route === NOWHERE) return;
    const peer = this.run.world.processes.get(route.to);
    route.link = this.process.links.get(route.to) ?? NO_LINK;
    route.peer = peer;
    route.latencies = latenciesOf(this.machine, peer?.machine ?? this.machine);
  }

  after(delayMicros: Micros, message: KernelMessage): void {
    if (delayMicros < 0) assert(false, 'a timer lies in the future');
    const { world } = this.run;
    schedule(world.agenda, {
      at: wholeMicros(this.now + delayMicros),
      seq: world.nextSeq++,
      to: this.self,
      from: undefined,
      life: this.process.life,
      message,
      cause: this.cause,
    });
  }

  reset(peer: string): void {
    reset(this.run.world, this.process, peer, this.cause);
  }

  fsync(message: KernelMessage): void {
    this.diskStream ??= streamOf(this.run.world, `disk/${this.machine}`);
    const { cause } = this;
    this.cause = undefined;
    this.after(pick(this.diskStream, this.computer.fsyncMicros), message);
    this.cause = cause;
  }

  diskFull(): boolean {
    return this.computer.diskFull === true;
  }

  clockSkewMicros(): Micros {
    return this.computer.clockSkewMicros ?? 0;
  }

  taken(resource: string): number {
    return this.computer.taken?.[resource] ?? 0;
  }

  startProcess(name: string): void {
    const child = this.childOf(name);
    child.enabled = true;
    if (child.memory === undefined) appointStart(this.run.world, child, 0, this.cause);
  }

  stopProcess(name: string, signal: 'TERM' | 'KILL' = 'KILL'): void {
    const { world } = this.run;
    const child = this.childOf(name);
    child.enabled = false;
    if (child.memory === undefined) return;
    if (signal === 'KILL') end(world, child, KILLED, this.cause);
    else if (child.strain?.suspended === true) child.strain.ending = true;
    else end(world, child, STOPPED, this.cause);
  }

  spawnProcess({ name, kind, config }: Parameters<NonNullable<Env['spawnProcess']>>[0]): void {
    const { world } = this.run;
    assert(!world.processes.has(name), `process ${name} exists already`);
    const child: ProcessRecord = {
      name,
      kind,
      machine: this.machine,
      config,
      // Made by its first start, which knows its behaviour.
      disk: undefined,
      memory: undefined,
      enabled: true,
      incarnation: 0,
      life: 0,
      since: undefined,
      steps: 0,
      links: new Map(),
      supervisor: this.self,
      restartMicros: undefined,
      output: undefined,
      strain: undefined,
    };
    world.processes.set(name, child);
    appointStart(world, child, 0, this.cause);
  }

  reapProcess(name: string): void {
    const { world } = this.run;
    if (!world.processes.has(name)) return;
    const child = this.childOf(name);
    child.enabled = false;
    if (child.memory !== undefined) endUnnoticed(world, child, this.cause);
    world.processes.delete(name);
  }

  print(write: (calendarMicros: number) => string): void {
    const { world } = this.run;
    const text = write(world.epochMillis * 1000 + this.now + this.clockSkewMicros());
    const kept = (this.process.output ?? NO_OUTPUT).slice(1 - OUTPUT_LINES_MAX);
    kept.push(Object.freeze({ at: this.now, text }));
    this.process.output = Object.freeze(kept);
  }

  outputOf(name: string): readonly OutputLine[] {
    const other = this.run.world.processes.get(name);
    return other?.machine === this.machine ? (other.output ?? NO_OUTPUT) : NO_OUTPUT;
  }

  isRunning(name: string): boolean {
    const other = this.run.world.processes.get(name);
    return other !== undefined && other.machine === this.machine && other.memory !== undefined;
  }

  exit(code: number, reason: string): void {
    this.exiting = { code, reason };
  }

  random(purpose: string): RandomStream {
    let stream = this.streams.get(purpose);
    if (stream === undefined) {
      stream = streamOf(this.run.world, `${this.self}/${purpose}`);
      this.streams.set(purpose, stream);
    }
    return stream;
  }

  boots(): number {
    return this.computer.boots ?? 1;
  }

  rest(peer: string): boolean {
    return rest(this.run.world, this.process, peer);
  }

  note(what: string): void {
    this.cause = linkCause(this.cause, this.run.world.nextCauseId++, this.now, this.self, what);
  }

  resumeCause(cause: Cause | undefined): void {
    this.cause = cause;
  }

  emit(observation: unknown): void {
    this.run.sink(observation, this.now, this.self);
  }

  /** A process that this one supervises. */
  private childOf(name: string): ProcessRecord {
    const child = this.run.world.processes.get(name);
    if (child?.supervisor !== this.self) assert(false, `${this.self} does not supervise ${name}`);
    return child;
  }
}

const NO_OUTPUT: readonly OutputLine[] = Object.freeze([]);
/** Lines kept of each process. */
const OUTPUT_LINES_MAX = 100;
