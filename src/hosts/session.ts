import { serverJson } from '../api/encode/server-json.ts';
import type { LabCommand, PageApiRequest } from '../bridge/protocol.ts';
import type { ScenarioReport } from '../bridge/scenario-report.ts';
import { FAULTS, healFault, injectFault } from '../cluster/faults/index.ts';
import type { ApiRequestObservation } from '../cluster/apiserver/metrics.ts';
import type { GatewayObservation } from '../cluster/gateway.ts';
import type { ApiRequest, WatchEvent, WireMessage } from '../cluster/messages.ts';
import { addressOfMachine, apiEndpointOf, machineAt } from '../cluster/observe.ts';
import type { NetConnect, NetOutcome, NetPayload } from '../cluster/network/packets.ts';
import type { Protocol } from '../cluster/network/service-rules.ts';
import { CONTROL_PLANE_MACHINE, processNames } from '../cluster/set-up.ts';
import { GATEWAY_PROCESS, kernel } from '../cluster/world.ts';
import type { KernelMessage } from '../kernel/agenda.ts';
import { restore, type Checkpoint } from '../kernel/checkpoint.ts';
import type { Sink } from '../kernel/kernel.ts';
import type { Micros } from '../kernel/time.ts';
import type { World } from '../kernel/world.ts';
import { toApiRequest } from './api-request.ts';

/** A request from outside: the page's own, or one that came over HTTP and says who sent it. */
export interface SessionRequest extends PageApiRequest {
  /** The playground's own administrator by default. */
  readonly user?: string;
  /** Where they are not those of his name. */
  readonly groups?: readonly string[];
  /** The bearer token that the user's name was read from, for the server to look at. */
  readonly token?: string;
  /** Paths of fields that the body's text had twice. */
  readonly duplicateFields?: readonly string[];
  /** In the body's place, where its text was no JSON. */
  readonly unreadable?: ApiRequest['unreadable'];
  /** On whose behalf: `--as`, `--as-group`. */
  readonly impersonate?: ApiRequest['impersonate'];
  /** The program that asks, as it calls itself; managed fields are named after it. kubectl by default. */
  readonly userAgent?: string;
  /** To speak in both directions: exec, attach, port-forward. */
  readonly upgrade?: true;
}

/** What came back for a request made from outside. `code` 0: no server answered. */
export interface SessionResponse {
  readonly code: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
  readonly contentType?: string;
  /** Of a `Retry-After` header. */
  readonly retryAfterSeconds?: number;
}

export interface RequestHandlers {
  onResponse(response: SessionResponse): void;
  /** For a request with `watch=true`: events as they come; the answer comes when the watch ends. */
  onEvents?(events: readonly WatchEvent[]): void;
  /**
   * For streams (a followed log, a command): pieces as they come. The first may be empty: the stream is open. The answer
   * comes when it ends, with `code` 200 or, when its connection broke, 502.
   */
  onData?(channel: number, data: string): void;
}

/**
 * A world with whoever drives it: the hosts' one way to move time, make requests from outside, break
 * and mend. The browser's worker and the headless commands differ only in how they pace it.
 */
export interface Session {
  readonly world: World;
  /** Keeps appointments up to `until`, at most `stepsMax` of them; true when `until` was reached. */
  advance(until: Micros, stepsMax: number): boolean;
  /** Keeps the next appointment. */
  stepOnce(): void;
  /** As `advance`, whatever has been recorded and whoever directs. */
  run(until: Micros, stepsMax: number): boolean;
  request(request: SessionRequest, handlers: RequestHandlers): number;
  /** Closes a watch or a stream that was opened by `request`. */
  cancel(id: number): void;
  /** Says something in a stream that was opened by `request`; `last`: nothing more on this channel. */
  input(id: number, piece: { channel: number; data: string; last?: true }): void;
  /**
   * Opens a connection from the person's computer to a machine of the cluster: `curl` to a node port. What is lost on the
   * way is not answered. False: no machine has the address.
   */
  connect(
    target: OutsideTarget,
    onOutcome: (outcome: NetOutcome) => void,
    /** The machine of the cluster on which it begins, instead. */
    from?: string,
  ): boolean;
  /**
   * Asks a process itself, as an operator's tool does on its machine (etcdctl, crictl): the message gets a number of its
   * own. The answer is undefined when the connection was lost.
   */
  ask(
    process: string,
    question: KernelMessage,
    onAnswer: (answer: WireMessage | undefined) => void,
  ): void;
  lab(command: LabCommand): string | undefined;
  /** Does what was done from outside once before: nobody waits for an answer, and `onAct` hears nothing. */
  again(act: OutsideAct): void;
  /**
   * Puts another moment of this cluster, or of another future of it, in the place of the present one. Whoever waits for an
   * answer is told that none will come.
   */
  become(moment: Checkpoint): void;
  /** Hears what is done from outside, just before it is done; one listener. */
  onAct: ((act: OutsideAct) => void) | undefined;
  /** Keeps the appointments instead, when the world goes over what is already known. */
  player: Player | undefined;
  /** Acts at instants of its own choosing while time passes: a scenario that is being played. */
  director: Director | undefined;
  /** Hears answered API requests, with the process that answered; one listener. */
  onRequestObserved:
    | ((observation: ApiRequestObservation, at: Micros, server: string) => void)
    | undefined;
}

/** Everything that reaches a world from outside, as plain data: what has to be repeated so that the same world comes of it. */
export type OutsideAct =
  | {
      readonly kind: 'message';
      readonly to: string;
      readonly message: KernelMessage;
      /** Of a person's act, the first link of the chain of causes. */
      readonly what?: string;
    }
  | { readonly kind: 'lab'; readonly command: LabCommand };

/** Moves a world over a stretch of time that has been recorded. */
export interface Player {
  /** As `Session.advance`, with what was done from outside done again at its moments. */
  advance(until: Micros, stepsMax: number): boolean;
  /** The next event, or the next act. */
  stepOnce(): void;
}

/** Wants to look at the world at an instant, and says there when next. */
export interface Director {
  /** Undefined: no more. */
  readonly nextLook: Micros | undefined;
  look(): void;
  /** How far it is. */
  report(): ScenarioReport;
}

/** Where a connection from outside goes, and what the client says first. */
export interface OutsideTarget {
  readonly ip: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly payload: NetPayload;
}

/** A question that a process has not answered. */
interface Asked {
  readonly process: string;
  readonly onAnswer: (answer: WireMessage | undefined) => void;
}

/** The person's computer is on the machines' own network. */
const OUTSIDE_IP = '192.168.0.200';

export function createSession(world: World): Session {
  const waiting = new Map<number, RequestHandlers>();
  const calls = new Map<number, (outcome: NetOutcome) => void>();
  const asked = new Map<number, Asked>();
  // Numbers go on from the clock, so that a restored session never reuses one under way.
  let nextId = world.nextSeq;

  const sink: Sink = (observation, at, from) => {
    const { kind } = observation as { readonly kind: string };
    if (kind === 'api-request') {
      session.onRequestObserved?.(observation as ApiRequestObservation, at, from);
    } else if (kind === 'gateway') {
      receive((observation as Extract<GatewayObservation, { kind: 'gateway' }>).message);
    } else if (kind === 'gateway-net') {
      const { message } = observation as Extract<GatewayObservation, { kind: 'gateway-net' }>;
      const onOutcome = calls.get(message.id);
      calls.delete(message.id);
      onOutcome?.(message.outcome);
    } else if (kind === 'gateway-answer') {
      const { message } = observation as Extract<GatewayObservation, { kind: 'gateway-answer' }>;
      if (!('id' in message)) return;
      const question = asked.get(message.id);
      asked.delete(message.id);
      question?.onAnswer(message);
    } else if (kind === 'gateway-lost') {
      const { peer } = observation as Extract<GatewayObservation, { kind: 'gateway-lost' }>;
      for (const [id, { process, onAnswer }] of asked) {
        if (process !== peer) continue;
        asked.delete(id);
        onAnswer(undefined);
      }
      if (peer !== apiEndpointOf(world)) return;
      failAll(from === GATEWAY_PROCESS ? unreachable(world) : 'connection lost');
    }
  };

  function receive(message: Extract<GatewayObservation, { kind: 'gateway' }>['message']): void {
    const handlers = waiting.get(message.id);
    if (handlers === undefined) {
      // An API server that was asked itself, past whatever stands before it.
      const question = asked.get(message.id);
      asked.delete(message.id);
      question?.onAnswer(message);
      return;
    }
    switch (message.type) {
      case 'api/watch':
        handlers.onEvents?.(
          message.events.map((event) => ({ ...event, object: serverJson(event.object) })),
        );
        return;
      case 'api/data':
        handlers.onData?.(message.channel, message.data);
        return;
      case 'api/watch-ended':
        waiting.delete(message.id);
        handlers.onResponse({ code: 200, body: undefined, warnings: [] });
        return;
      case 'api/response':
        waiting.delete(message.id);
        handlers.onResponse({
          code: message.code,
          body: serverJson(message.body),
          warnings: message.warnings ?? [],
          ...(message.contentType === undefined ? undefined : { contentType: message.contentType }),
          ...(message.retryAfterSeconds === undefined
            ? undefined
            : { retryAfterSeconds: message.retryAfterSeconds }),
        });
        return;
    }
  }

  function failAll(message: string): void {
    const all = [...waiting.values()];
    waiting.clear();
    for (const handlers of all)
      handlers.onResponse({ code: 0, body: failure(message), warnings: [] });
  }

  function carryOut(act: OutsideAct): string | undefined {
    if (act.kind === 'lab') return actOfLab(world, act.command, sink);
    const { to, message, what } = act;
    kernel.inject(world, {
      from: GATEWAY_PROCESS,
      to,
      message,
      cause: what === undefined ? undefined : kernel.note(world, { by: 'you', what }),
    });
    return undefined;
  }

  function perform(act: OutsideAct): string | undefined {
    session.onAct?.(act);
    return carryOut(act);
  }

  const session: Session = {
    world,
    director: undefined,
    player: undefined,
    onAct: undefined,
    onRequestObserved: undefined,
    advance(until, stepsMax) {
      if (session.player !== undefined) return session.player.advance(until, stepsMax);
      const { director } = session;
      for (let due = director?.nextLook; due !== undefined; due = director?.nextLook) {
        if (due > until) break;
        if (!session.run(Math.max(due, world.now), stepsMax)) return false;
        director?.look();
      }
      return session.run(until, stepsMax);
    },
    run: (until, stepsMax) => kernel.runSome(world, until, stepsMax, sink),
    stepOnce() {
      if (session.player !== undefined) {
        session.player.stepOnce();
        return;
      }
      kernel.step(world, sink);
      const due = session.director?.nextLook;
      if (due !== undefined && due <= world.now) session.director?.look();
    },
    request(request, handlers) {
      const id = nextId++;
      waiting.set(id, handlers);
      perform({
        kind: 'message',
        to: apiEndpointOf(world),
        message: toApiRequest(id, request),
        what: request.act ?? `${request.method} ${request.path}`,
      });
      return id;
    },
    cancel(id) {
      if (!waiting.delete(id)) return;
      const message: KernelMessage & { readonly id: number } = { type: 'api/cancel', id };
      perform({ kind: 'message', to: apiEndpointOf(world), message });
    },
    input(id, piece) {
      if (!waiting.has(id)) return;
      const message: KernelMessage & typeof piece & { readonly id: number } = {
        type: 'api/input',
        ...piece,
        id,
      };
      perform({ kind: 'message', to: apiEndpointOf(world), message });
    },
    connect(target, onOutcome, from) {
      const machine = from ?? machineAt(world, target.ip);
      if (machine === undefined) return false;
      const sourceIp = from === undefined ? OUTSIDE_IP : addressOfMachine(world, from);
      if (sourceIp === undefined) return false;
      const id = nextId++;
      calls.set(id, onOutcome);
      const message: NetConnect = { type: 'net/connect', id, sourceIp, ...target };
      const what = `connection to ${target.ip}:${target.port}`;
      perform({ kind: 'message', to: processNames.containerd(machine), message, what });
      return true;
    },
    ask(process, question, onAnswer) {
      if (!world.processes.has(process)) {
        onAnswer(undefined);
        return;
      }
      const id = nextId++;
      asked.set(id, { process, onAnswer });
      // A numbered copy: whoever asks does not know which numbers are taken.
      const message = { ...question, id } as KernelMessage;
      perform({ kind: 'message', to: process, message, what: `${question.type} to ${process}` });
    },
    lab: (command) => perform({ kind: 'lab', command }),
    again(act) {
      carryOut(act);
    },
    become(moment) {
      const other: Partial<World> = restore(moment);
      for (const field of Object.keys(world) as (keyof World)[])
        if (!(field in other)) Reflect.deleteProperty(world, field);
      Object.assign(world, other);
      failAll('the clock was set to another time');
      calls.clear();
      const questions = [...asked.values()];
      asked.clear();
      for (const { onAnswer } of questions) onAnswer(undefined);
    },
  };
  return session;
}

/** Breaks or mends something; a sentence when that was refused. */
function actOfLab(world: World, command: LabCommand, sink: Sink): string | undefined {
  switch (command.kind) {
    case 'inject-fault':
      return injectFault(world, kernel, sink, command);
    case 'heal-fault':
      return healFault(world, kernel, sink, command.id);
    case 'heal-all': {
      let refusal: string | undefined;
      for (const { id } of world.faultSchedules ?? []) healFault(world, kernel, sink, id);
      for (const fault of world.faults)
        refusal = healFault(world, kernel, sink, fault.id) ?? refusal;
      return refusal;
    }
  }
}

/** The declarations of every fault, as data for a page. */
export const faultCatalogue = FAULTS.map(
  ({ inject: _inject, heal: _heal, ...declaration }) => declaration,
);

/** kubectl's words when no API server answers. */
function unreachable(world: World): string {
  const machine = world.machines.get(CONTROL_PLANE_MACHINE);
  return machine?.power === 'on'
    ? `The connection to the server ${CONTROL_PLANE_MACHINE}:6443 was refused - did you specify the right host or port?`
    : `Unable to connect to the server: dial tcp ${CONTROL_PLANE_MACHINE}:6443: i/o timeout`;
}

function failure(message: string): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
}
