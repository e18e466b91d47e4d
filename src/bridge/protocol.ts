import type { MachineQuestion } from '../api/machines/questions.ts';
import type { AttachedCluster, AttachProblem } from './attach.ts';
import type { Scenario } from '../scenarios/format/scenario.ts';
import type { ScenarioReport } from './scenario-report.ts';
import type { ClusterSetUpShape } from './set-up-shape.ts';
import type {
  ControlPlaneHealth,
  EventRow,
  FaultRow,
  FaultScheduleRow,
  HealthSample,
  NodeCard,
  ObjectRow,
  PodCard,
  ServiceCard,
  TrafficMark,
  WorkloadCard,
} from './cards.ts';
import type { SchedulingAnswer, SchedulingQuestion } from './scheduling.ts';

/**
 * The one protocol between a page and an engine (a worker, or later a server). The page sends commands
 * and gets frames of diffs; nothing else crosses. Every message is plain data.
 */
export type PageMessage =
  /** Begins a session: a fresh cluster, or a saved one. The first message. */
  | { readonly type: 'open'; readonly session: SessionSource }
  | { readonly type: 'clock'; readonly command: ClockCommand }
  /** A request to the Kubernetes API, made by the person at the page. */
  | { readonly type: 'api'; readonly id: number; readonly request: PageApiRequest }
  /** Opens a stream: a watch, or a log that is followed. What comes is sent as `api-stream`, its end as `api-stream-ended`. */
  | { readonly type: 'api-stream'; readonly stream: number; readonly request: PageApiRequest }
  /** Says something in a stream that was opened with `upgrade`: standard input (channel 0), a terminal's size (4). */
  | {
      readonly type: 'api-stream-input';
      readonly stream: number;
      readonly channel: number;
      readonly data: string;
      /** Nothing more on this channel. */
      readonly last?: true;
    }
  /** Closes a stream; nothing more comes of it. */
  | { readonly type: 'api-stream-cancel'; readonly stream: number }
  /** Asks to be woken when so much of the cluster's time has passed; answered by `woken`. */
  | { readonly type: 'wake'; readonly id: number; readonly afterMicros: number }
  | { readonly type: 'lab'; readonly id: number; readonly command: LabCommand }
  /** Replaces what the page wants to see whole (inspector, tables): at most a few hundred objects. */
  | { readonly type: 'subscribe'; readonly paths: readonly string[] }
  /** Asks why an object is as it is; answered by `why`. */
  | { readonly type: 'why'; readonly id: number; readonly path: string }
  /** Asks about scheduling; answered by `scheduling-result`. A new question that needs trials ends the last one. */
  | { readonly type: 'scheduling'; readonly id: number; readonly question: SchedulingQuestion }
  /** A tool on one of the machines asks or does something there; answered by `machine-result`. */
  | { readonly type: 'machine'; readonly id: number; readonly question: MachineQuestion }
  /** The page has drawn frame `seq` and can take another. */
  | { readonly type: 'ack'; readonly seq: number }
  /** The page shows the cluster and its clock, and has nothing more urgent to do: what comes later may be fetched now. */
  | { readonly type: 'shown' }
  /** Runs the standard ten minutes in a world apart; answered by `self-test-result`. */
  | { readonly type: 'self-test'; readonly id: number; readonly seed: number }
  /** Ends the scenario that is being played; the cluster goes on as it is. */
  | { readonly type: 'end-scenario' }
  /** Asks the engine to store a snapshot now (it also does so by itself every few seconds). */
  | { readonly type: 'save' };

/** `resume` opens the stored snapshot where there is one that can be read, and else a fresh cluster. */
export type SessionSource =
  | { readonly kind: 'fresh'; readonly setUp: ClusterSetUpShape | undefined }
  /** A fresh cluster of the scenario's shape, in which the scenario is played. */
  | { readonly kind: 'scenario'; readonly scenario: Scenario; readonly seed: number | undefined }
  | { readonly kind: 'resume' }
  /**
   * A cluster that runs elsewhere, for an engine that attaches. The address may be relative to that of the `page`; `token` is
   * empty where none is needed.
   */
  | {
      readonly kind: 'attach';
      readonly address: string;
      readonly token: string;
      readonly page: string;
    };

export type ClockCommand =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** Virtual seconds per wall second: 0.1 to 1000. */
  | { readonly kind: 'speed'; readonly factor: number }
  /** While paused: the next event, or a stretch of virtual time. */
  | { readonly kind: 'step'; readonly by: 'event' }
  | { readonly kind: 'step'; readonly by: 'micros'; readonly micros: number }
  /** To an instant that has been: time then stands still there. At the end of what is recorded, and beyond it, this is `present`. */
  | { readonly kind: 'seek'; readonly at: number }
  /** One event or act back. */
  | { readonly kind: 'step-back' }
  /** To the end of what is recorded. */
  | { readonly kind: 'present' }
  /** An act in the past has made another future: back to the former one, or the former one is given up. */
  | { readonly kind: 'former' }
  | { readonly kind: 'keep' }
  /** Another future, in which only so many of the recorded acts have been done. */
  | { readonly kind: 'undo'; readonly acts: number };

/** How far the clock can be set back, and where the world stands in what is recorded. */
export interface RecordingState {
  /** The earliest instant that can be shown, in microseconds since the world began. */
  readonly from: number;
  /** Where the recording ends; absent: the world stands there, and what happens is new. */
  readonly end?: number;
  /** The clock is being set: the instant that was asked for has not been reached. */
  readonly isOnTheWay?: true;
  /** Acts from outside that have been done so far. */
  readonly acts: number;
  /** Which future this is: an act in the past makes another one, with another number. */
  readonly line: number;
  /** The future that was left for this one. */
  readonly former?: { readonly line: number; readonly end: number };
}

/** A request as `fetch` would make it; `body` is parsed JSON (or the text of a YAML apply patch). */
export interface PageApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query, for example `/api/v1/namespaces/default/pods/web?gracePeriodSeconds=0`. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** To speak in both directions: exec, attach, port-forward. */
  readonly upgrade?: true;
  /** One sentence on what the person did; the first link of the chain of causes. */
  readonly act?: string;
  /** A service account's token, in the place of the person's own credentials. */
  readonly token?: string;
}

export interface PageApiResponse {
  readonly code: number;
  /** The object, list or Status; `code` 0 with a Status of our own when no server answered. */
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** What only a laboratory can do: break and mend. The faults are declared in the `ready` message. */
export type LabCommand =
  | {
      readonly kind: 'inject-fault';
      readonly fault: string;
      readonly params: Readonly<Record<string, string | number | boolean>>;
      /** It mends itself after this long; undefined: it stays. */
      readonly forMicros?: number;
      /** It comes back, counted from one beginning to the next; undefined: once. */
      readonly everyMicros?: number;
      /** How often it comes in all; undefined: until it is called off (`heal-fault` with the id of the repetition). */
      readonly times?: number;
    }
  | { readonly kind: 'heal-fault'; readonly id: string }
  | { readonly kind: 'heal-all' };

export type EngineMessage =
  /** The session is open. A full frame follows at once. */
  | {
      readonly type: 'ready';
      readonly seed: number;
      readonly origin: 'fresh' | 'resumed';
      /** A sentence when a stored snapshot could not be used. */
      readonly notice: string | undefined;
      readonly faultCatalogue: readonly FaultDeclaration[];
      /** The cluster runs elsewhere, and this is what can be done with it; absent: it runs in this page. */
      readonly attached?: AttachedCluster;
    }
  /** What can be broken, where `ready` could not say it yet. */
  | { readonly type: 'fault-catalogue'; readonly faults: readonly FaultDeclaration[] }
  /** A cluster that runs elsewhere cannot be reached, or no longer; undefined: it can again. */
  | { readonly type: 'attach-problem'; readonly problem: AttachProblem | undefined }
  /** Something was asked that is not possible with this cluster, and that has no answer of its own. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'frame'; readonly frame: Frame }
  | { readonly type: 'api-result'; readonly id: number; readonly response: PageApiResponse }
  | {
      readonly type: 'api-stream';
      readonly stream: number;
      /** Of a watch, in order. */
      readonly events: readonly { readonly type: string; readonly object: unknown }[];
    }
  | {
      /** Of a followed log, or of a command: channel 1 is its output, 2 its errors, 3 the Status with which it ended. */
      readonly type: 'api-stream-data';
      readonly stream: number;
      readonly channel: number;
      readonly data: string;
    }
  | {
      readonly type: 'api-stream-ended';
      readonly stream: number;
      readonly response: PageApiResponse;
    }
  /** `afterMicros` have passed since it was asked for, or the session is another one. */
  | { readonly type: 'woken'; readonly id: number }
  | { readonly type: 'lab-result'; readonly id: number; readonly error: string | undefined }
  /** What the kind of question is answered with (`MachineAnswers`). Never sent where nothing answers. */
  | { readonly type: 'machine-result'; readonly id: number; readonly answer: unknown }
  | ({ readonly type: 'why-result'; readonly id: number } & WhyAnswer)
  | {
      readonly type: 'scheduling-result';
      readonly id: number;
      /** Undefined: it could not be answered, for a fault of ours. */
      readonly answer: SchedulingAnswer | undefined;
    }
  /** Its hash must be the same in every engine: that is what determinism means here. */
  | {
      readonly type: 'self-test-result';
      readonly id: number;
      readonly hash: string;
      readonly steps: number;
    }
  /** The engine hit a bug of ours. The page shows it and opens the last snapshot. */
  | { readonly type: 'crashed'; readonly message: string; readonly stack: string };

/** Why an object is as it is, and why it exists at all. */
export interface WhyAnswer {
  /** To its last change. */
  readonly chain: readonly WhyLink[];
  /** To its creation; empty where that is the same. */
  readonly origin: readonly WhyLink[];
}

/** One link of the chain from a person's act (first) to the present state (last). */
export interface WhyLink {
  /** Microseconds since the world began. */
  readonly at: number;
  /** The process that acted, or `you`. */
  readonly by: string;
  readonly what: string;
}

/** A fault that can be injected: what it does, what to expect, how to find and mend it. */
export interface FaultDeclaration {
  readonly kind: string;
  readonly title: string;
  /** The button's words, for example `Power off`. */
  readonly verb: string;
  readonly heals: string | undefined;
  /** The heading under which a menu shows it. */
  readonly group: string;
  readonly params: readonly FaultParameter[];
  readonly symptoms: string;
  readonly remedy: string;
}

/** What a form asks for. A value is a text, a number or a switch; `machines` is a list of names with commas, or `*`. */
export interface FaultParameter {
  readonly name: string;
  readonly label: string;
  readonly type:
    | 'machine'
    | 'machines'
    | 'process'
    | 'pod'
    | 'container'
    | 'number'
    | 'choice'
    | 'switch';
  /** Of `choice`: what can be chosen. Of `process`: the programs whose processes can be. */
  readonly choices?: readonly string[];
  /** Which machines make sense; undefined: all. */
  readonly among?: 'nodes' | 'control plane';
  /** What is taken when nothing is said. */
  readonly default?: string | number | boolean;
  /** Of a number: what it counts, for example `ms`. */
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}

/**
 * What changed since the last acknowledged frame. With `full` the page forgets all it had. A frame
 * carries a bounded number of rows; the rest follows in the next ones.
 */
export interface Frame {
  readonly seq: number;
  readonly full: boolean;
  /** Microseconds since the world began. */
  readonly now: number;
  readonly epochMillis: number;
  readonly paused: boolean;
  readonly speed: number;
  /** Virtual seconds per wall second reached lately; below `speed` when the machine cannot keep up. */
  readonly achievedSpeed: number;
  /** etcd's revision, and the number of steps the world has taken. */
  readonly revision: number;
  readonly steps: number;
  readonly nodes: Diff<NodeCard>;
  readonly pods: Diff<PodCard>;
  readonly services: Diff<ServiceCard>;
  readonly workloads: Diff<WorkloadCard>;
  /** Every stored object of every kind but Events and Leases, as a row for lists and search. */
  readonly objects: Diff<ObjectRow>;
  /** New or counted-up Kubernetes Events, oldest first. */
  readonly events: readonly EventRow[];
  readonly health: ControlPlaneHealth;
  /** A sample of the API requests answered since the last frame. */
  readonly traffic: readonly TrafficMark[];
  /** How many there were. */
  readonly trafficCount: number;
  readonly faults: readonly FaultRow[];
  /** Faults that come back; absent: none. */
  readonly faultSchedules?: readonly FaultScheduleRow[];
  /** About once a second of the person's time, and never twice for one moment of the cluster's. */
  readonly sample?: HealthSample;
  /** The scenario that is being played, when something about it has changed; null: there is none any more. */
  readonly scenario?: ScenarioReport | null;
  /** Absent: nothing is recorded, and the clock cannot be set. */
  readonly recording?: RecordingState;
  /** Subscribed objects that changed; `object` undefined: it is gone. */
  readonly watched: readonly { readonly path: string; readonly object: unknown }[];
}

/** Added or changed rows (by `id`) and the ids of removed ones. */
export interface Diff<Row extends { readonly id: string }> {
  readonly upsert: readonly Row[];
  readonly remove: readonly string[];
}
