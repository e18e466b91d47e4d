import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../api/generated/types.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { PodAmounts } from '../snapshot/pod-requests.ts';
import type { PodInfo } from '../snapshot/pod-info.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { EventResource } from './cluster-event.ts';
import type { MaybeStatus, Status } from './status.ts';

/**
 * A scheduler plugin: a name and any of kube-scheduler's extension points, pure over one snapshot. What a
 * plugin finds out once for a Pod it returns from `preFilter` and `preScore`, and gets it handed back for
 * each node. Nodes are slots of the snapshot's table. Success is `undefined`.
 */
export interface SchedulerPlugin<FilterState = unknown, ScoreState = unknown> {
  readonly name: string;
  /** The only changes that can turn this plugin's "no" into a "yes". */
  readonly wakesOn?: readonly WakeUp[];

  /** Whether the Pod may enter the queue at all. */
  preEnqueue?(pod: Pod): MaybeStatus;
  /** Whether `a` is tried before `b`. */
  less?(a: QueuedPod, b: QueuedPod): boolean;

  /**
   * `preFilter` and `preScore` give Pods that are alike (algorithm/precedent.ts) answers that hold for all of them, as long as
   * nothing but the Pods on nodes has changed: they are asked once. What is in the states must be kept up to date by others.
   */
  readonly repeats?: true;
  /** Looks at Pod and cluster once; may rule out every node, or all but some. */
  preFilter?(cycle: Cycle): PreFilterAnswer<FilterState>;
  /** Whether the node can take the Pod. */
  filter?(cycle: Cycle, node: number, state: FilterState): MaybeStatus;
  /**
   * What of the Pods on nodes the filter's answer depends on: `nothing`, so that preemption need not ask again,
   * or only what the node's own `columns` say. Absent: anything.
   */
  readonly seesOfPods?: 'nothing' | 'columns';

  /** When no node fits: may make room, or say what was tried. */
  postFilter?(attempt: FailedAttempt): PostFilterAnswer;

  preScore?(cycle: Cycle, nodes: Int32Array): PreScoreAnswer<ScoreState>;
  /** How well the node suits: a whole number, within 0..100 unless `normalize` brings it there. */
  score?(cycle: Cycle, node: number, state: ScoreState): number;
  /**
   * The same for all candidates, into `scores`, which is all zeros: where a call for each of them costs more than what
   * it works out. It must give what `score` gives (laws.test.ts).
   */
  scoreAll?(cycle: Cycle, nodes: Int32Array, scores: Float64Array, state: ScoreState): void;
  /**
   * A node's score depends on what `preScore` gave and on the node alone: while `preScore` gives the very same state again,
   * it holds until the node changes. What of the state is looked up live must be of that node. Absent: on anything.
   */
  readonly scoresHold?: true;
  /** Of scores that hold: no Pod that comes to the node or leaves it changes them, so they hold as long as answers repeat. */
  readonly scoresIgnorePods?: true;
  /** A number that grows when what is looked up live of the state changes for other nodes than the one; NaN: nothing holds. */
  scoresVersion?(state: ScoreState): number;
  /** Brings the scores of all candidates to 0..100, in place. */
  normalize?(cycle: Cycle, nodes: Int32Array, scores: Float64Array, state: ScoreState): void;
  /**
   * What `normalize` makes of one score, given the extremes of all, so that where these stand a score that has changed is
   * brought to the scale alone. Used of scores that hold; they must be whole.
   */
  scaled?(score: number, least: number, greatest: number): number;

  /** Takes what the Pod will use before others can: what to remember until the Pod is bound or given up. */
  reserve?(cycle: Cycle, node: number): Reservation | Status;
  /** May hold the Pod back, or turn it down after all. */
  permit?(cycle: Cycle, node: number): MaybeStatus;
  /** Writes that must be done before the Pod is bound; an empty list: none. */
  preBind?(cycle: Cycle, node: number): readonly ApiWrite[] | Status;
  /** After the writes: whether the Pod may be bound now, must wait, or cannot be bound after all. */
  awaits?(cycle: Cycle, node: number): Awaited;
  /** The request that binds the Pod. */
  bind?(pod: PodInfo, nodeName: string): ApiWrite;
  /** Hears that the Pod is bound. */
  postBind?(pod: PodInfo, nodeName: string): void;
}

/** One Pod's way through the extension points. */
export interface Cycle {
  readonly snapshot: Snapshot;
  readonly pod: PodInfo;
  /** What the Pod asks for. */
  readonly asked: PodAmounts;
}

export type PreFilterAnswer<State> =
  | {
      readonly kind: 'proceed';
      readonly state: State;
      /** The only nodes that are still considered. */
      readonly nodeNames?: ReadonlySet<string>;
    }
  /** The plugin's filter has nothing to do with this Pod. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'reject'; readonly status: Status };

export type PreScoreAnswer<State> =
  | { readonly kind: 'proceed'; readonly state: State }
  /** The plugin gives no scores for this Pod: all count as 0. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'reject'; readonly status: Status };

/** An attempt that found no node, as `postFilter` gets it. */
export interface FailedAttempt {
  readonly cycle: Cycle;
  readonly filters: FilterRun;
  readonly verdicts: Verdicts;
  /** Draws from the scheduler's stream: where to begin, which of equals. */
  readonly drawBelow: (bound: number) => number;
}

/** The filters that take part in a cycle, with what their `preFilter` found out. */
export interface FilterRun {
  readonly plugins: readonly SchedulerPlugin[];
  /** By position in `plugins`. */
  readonly states: readonly unknown[];
  /** Plugins whose `preFilter` has run, whatever came of it. */
  readonly asked: ReadonlySet<string>;
}

/** What was said of each node of an attempt. */
export interface Verdicts {
  /** By position in the order of nodes: `UNSEEN`, `FEASIBLE` or 2 + an index into `statuses`. */
  readonly byPosition: Uint16Array;
  readonly statuses: readonly Status[];
  /** What holds for every node that was not looked at because it was ruled out beforehand. */
  readonly absent: MaybeStatus;
}

export const UNSEEN = 0;
export const FEASIBLE = 1;

/** What came of `postFilter`. Without a status it is success: a node was nominated. */
export interface PostFilterAnswer {
  readonly status: MaybeStatus;
  /** The node the Pod shall get; empty: a nomination it had is void. Undefined: leave it as it is. */
  readonly nominatedNode?: string;
  readonly preemption?: PreemptionOutcome;
}

/** What preemption found and decided. */
export interface PreemptionOutcome {
  readonly candidates: readonly PreemptionCandidate[];
  readonly chosen: PreemptionCandidate | undefined;
  /** Waiting Pods of lower priority that lose their nomination to the chosen node. */
  readonly clearedNominations: readonly PodInfo[];
}

/** A node where evicting Pods would make room. */
export interface PreemptionCandidate {
  readonly kind: 'candidate';
  readonly nodeName: string;
  /** Most important first. */
  readonly victims: readonly PodInfo[];
  readonly numPDBViolations: number;
  /** What candidates are compared by, worked out once. */
  readonly cost: PreemptionCost;
}

/** What evicting a candidate's victims would cost; less is better, one figure after the other. */
export interface PreemptionCost {
  readonly highestPriority: number;
  /** Priorities made positive before, so that more victims always sum up to more. */
  readonly prioritySum: number;
  /** When the longest-running of the most important victims began: the later the better. */
  readonly earliestStart: number;
}

export const SKIP: { readonly kind: 'skip' } = Object.freeze({ kind: 'skip' });

export function reject(status: Status): { readonly kind: 'reject'; readonly status: Status } {
  return { kind: 'reject', status };
}

/** A Pod in the scheduling queue, as plugins that order it see it. */
export interface QueuedPod {
  readonly pod: PodInfo;
  /** When it was added to the queue it is in. */
  readonly since: Micros;
}

/** A request to the API server, as data. */
export interface ApiWrite {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body: unknown;
  readonly contentType?: string;
}

/** Whether what a Pod's binding waits for is there. */
export type Awaited = 'done' | 'waiting' | Status;

/** Objects as they will be once the Pod is bound: other Pods see them so from now on. */
export interface Reservation {
  readonly persistentVolumes: ReadonlyMap<string, PersistentVolume>;
  readonly persistentVolumeClaims: ReadonlyMap<string, PersistentVolumeClaim>;
}

/** An event a plugin waits for, and whether a given one can help a given Pod. */
export interface WakeUp {
  readonly resource: EventResource;
  /** Bits of `ACTION`. */
  readonly action: number;
  /** Absent: every such event may help. */
  helps?(pod: PodInfo, change: ObjectChange, snapshot: Snapshot): boolean;
}

/** What an event was about: the object before and after. */
export interface ObjectChange {
  readonly old: unknown;
  readonly next: unknown;
}

/** Lets a list hold plugins whose own states it does not know: each gets only its own back. */
export function definePlugin<FilterState, ScoreState>(
  plugin: SchedulerPlugin<FilterState, ScoreState>,
): SchedulerPlugin {
  // The scheduler keeps a plugin and its states together, which the type system cannot see.
  return plugin as unknown as SchedulerPlugin;
}

/** The Pods of a change, where it is one of Pods. */
export function podsOf(change: ObjectChange): {
  readonly old: Pod | undefined;
  readonly next: Pod | undefined;
} {
  // Events of Pods carry Pods.
  return { old: change.old as Pod | undefined, next: change.next as Pod | undefined };
}
