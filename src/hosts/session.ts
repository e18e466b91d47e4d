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
import type { Sink } from '../kernel/kernel.ts';
import type { Micros } from '../kernel/time.ts';
import type { World } from '../kernel/world.ts';

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
  /** Acts at instants of its own choosing while time passes: a scenario that is being played. */
  director: Director | undefined;
  /** Hears answered API requests, with the process that answered; one listener. */
  onRequestObserved:
    | ((observation: ApiRequestObservation, at: Micros, server: string) => void)
    | undefined;
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

  const session: Session = {
    world,
    director: undefined,
    onRequestObserved: undefined,
    advance(until, stepsMax) {
      const { director } = session;
      for (let due = director?.nextLook; due !== undefined; due = director?.nextLook) {
        if (due > until) break;
        if (!kernel.runSome(world, Math.max(due, world.now), stepsMax, sink)) return false;
        director?.look();
      }
      return kernel.runSome(world, until, stepsMax, sink);
    },
    stepOnce() {
      kernel.step(world, sink);
      const due = session.director?.nextLook;
      if (due !== undefined && due <= world.now) session.director?.look();
    },
    request(request, handlers) {
      const id = nextId++;
      waiting.set(id, handlers);
      const cause = kernel.note(world, {
        by: 'you',
        what: request.act ?? `${request.method} ${request.path}`,
      });
      kernel.inject(world, {
        from: GATEWAY_PROCESS,
        to: apiEndpointOf(world),
        message: toApiRequest(id, request),
        cause,
      });
      return id;
    },
    cancel(id) {
      if (!waiting.delete(id)) return;
      kernel.inject(world, {
        from: GATEWAY_PROCESS,
        to: apiEndpointOf(world),
        message: { type: 'api/cancel', id } as { type: string },
        cause: undefined,
      });
    },
    input(id, piece) {
      if (!waiting.has(id)) return;
      kernel.inject(world, {
        from: GATEWAY_PROCESS,
        to: apiEndpointOf(world),
        message: { type: 'api/input', id, ...piece } as { type: string },
        cause: undefined,
      });
    },
    connect(target, onOutcome, from) {
      const machine = from ?? machineAt(world, target.ip);
      if (machine === undefined) return false;
      const sourceIp = from === undefined ? OUTSIDE_IP : addressOfMachine(world, from);
      if (sourceIp === undefined) return false;
      const id = nextId++;
      calls.set(id, onOutcome);
      const what = `connection to ${target.ip}:${target.port}`;
      kernel.inject(world, {
        from: GATEWAY_PROCESS,
        to: processNames.containerd(machine),
        message: { type: 'net/connect', id, sourceIp, ...target } as NetConnect,
        cause: kernel.note(world, { by: 'you', what }),
      });
      return true;
    },
    ask(process, question, onAnswer) {
      if (!world.processes.has(process)) {
        onAnswer(undefined);
        return;
      }
      const id = nextId++;
      asked.set(id, { process, onAnswer });
      kernel.inject(world, {
        from: GATEWAY_PROCESS,
        to: process,
        // A numbered copy: whoever asks does not know which numbers are taken.
        message: { ...question, id } as KernelMessage,
        cause: kernel.note(world, { by: 'you', what: `${question.type} to ${process}` }),
      });
    },
    lab(command) {
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
    },
  };
  return session;
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

function toApiRequest(id: number, request: SessionRequest): ApiRequest {
  const mark = request.path.indexOf('?');
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  const command: string[] = [];
  if (mark >= 0) {
    for (const [key, value] of new URLSearchParams(request.path.slice(mark + 1))) {
      if (key === 'command') command.push(value);
      // Go takes the first of several.
      if (query[key] === undefined) query[key] = value;
    }
  }
  return {
    type: 'api/request',
    id,
    method: request.method,
    path: mark < 0 ? request.path : request.path.slice(0, mark),
    query,
    user: request.user ?? 'kubernetes-admin',
    userAgent: request.userAgent ?? 'kubectl/v1.35.0 (linux/amd64) kubernetes',
    ...(request.token === undefined ? undefined : { token: request.token }),
    ...(request.groups === undefined ? undefined : { groups: request.groups }),
    ...(request.duplicateFields === undefined
      ? undefined
      : { duplicateFields: request.duplicateFields }),
    ...(request.impersonate === undefined ? undefined : { impersonate: request.impersonate }),
    ...(request.body === undefined ? undefined : { body: request.body }),
    ...(request.contentType === undefined ? undefined : { contentType: request.contentType }),
    ...(request.accept === undefined ? undefined : { accept: request.accept }),
    ...(command.length === 0 ? undefined : { command: Object.freeze(command) }),
    ...(request.upgrade === undefined ? undefined : { upgrade: request.upgrade }),
  };
}
