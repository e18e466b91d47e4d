import type { PageApiRequest } from './protocol.ts';

/**
 * What the page may ask about scheduling, and the answers: plain data. Questions that need trials are
 * answered from copies of the world; the cluster itself is only read.
 */
export type SchedulingQuestion =
  /** Why a Pod (`namespace/name`) is where it is, or nowhere: the last attempt with every number of it. */
  | { readonly kind: 'explain'; readonly pod: string }
  /** The smallest single changes with which a waiting Pod would get a node. */
  | { readonly kind: 'what-would-fit'; readonly pod: string }
  /** Where the Pods of a manifest would go if it were applied now. */
  | { readonly kind: 'where-would-it-go'; readonly text: string; readonly namespace: string }
  /** The scheduler's configuration as text. */
  | { readonly kind: 'configuration' }
  /** Gives the scheduler another configuration, with which it is started anew. */
  | { readonly kind: 'configure'; readonly text: string };

export interface SchedulingAnswers {
  readonly explain: Explanation;
  readonly 'what-would-fit': FitAnswer;
  readonly 'where-would-it-go': DryRunAnswer;
  readonly configuration: ConfigurationAnswer;
  readonly configure: ConfigurationAnswer;
}

export type SchedulingAnswer = SchedulingAnswers[SchedulingQuestion['kind']];

export interface Explanation {
  readonly pod: string;
  /** Where the Pod is now; empty: nowhere. */
  readonly node: string;
  readonly scheduler: 'up' | 'stopped' | 'off';
  /** The scheduler the Pod asks for, and whether there is one of that name. */
  readonly schedulerName: string;
  readonly isOurs: boolean;
  readonly queue: QueuePlace | undefined;
  readonly attempt: ExplainedAttempt | undefined;
}

/** Where a Pod waits in the scheduler. */
export interface QueuePlace {
  readonly lane: 'active' | 'backoff' | 'unschedulable' | 'gated';
  readonly attempts: number;
  /** Microseconds since the world began: when its backoff ends. */
  readonly backoffUntil: number | undefined;
  /** When it is tried again whatever happens. */
  readonly retryAt: number | undefined;
  readonly gatedBy: string;
  /** Which changes will wake it, by the plugin that said no. */
  readonly wakes: readonly { readonly plugin: string; readonly events: readonly string[] }[];
}

/** One attempt. Lists are parallel: per node, or per feasible node. */
export interface ExplainedAttempt {
  readonly at: number;
  /** Which try of the Pod it was, from 1. */
  readonly number: number;
  readonly nodes: readonly string[];
  /** Per node: 0 feasible, 1 + an index into `refusals`, or -1: not looked at. */
  readonly verdicts: readonly number[];
  readonly refusals: readonly ExplainedRefusal[];
  /** The filter plugins in the order in which they are asked; the first no ends the asking. */
  readonly filters: readonly string[];
  /** Indexes of the feasible nodes, in the order found. */
  readonly feasible: readonly number[];
  /** Per scoring plugin, parallel to `feasible`. Empty where fewer than two nodes were feasible. */
  readonly scores: readonly ExplainedScore[];
  /** Parallel to `feasible`; empty where nothing was scored. */
  readonly totals: readonly number[];
  /** Names of the nodes with the greatest total, of which one was drawn. */
  readonly best: readonly string[];
  readonly chosen: string;
  /** A reason that held for every node at once. */
  readonly ruledOut: ExplainedRefusal | undefined;
  /** The text of the FailedScheduling event; empty where a node was found. */
  readonly message: string;
  readonly preemption: ExplainedPreemption | undefined;
}

export interface ExplainedRefusal {
  /** Empty: several plugins together. */
  readonly plugin: string;
  readonly code: string;
  readonly reasons: readonly string[];
}

export interface ExplainedScore {
  readonly plugin: string;
  readonly weight: number;
  /** The plugin had nothing to say about this Pod. */
  readonly skipped: boolean;
  readonly raw: readonly number[];
  readonly normalized: readonly number[];
}

export interface ExplainedPreemption {
  readonly candidates: readonly {
    readonly node: string;
    readonly victims: readonly string[];
    readonly numPDBViolations: number;
  }[];
  readonly chosen: string;
}

/** Why a question that needs trials could not be answered; empty: it was. */
export type Obstacle =
  | ''
  | 'superseded'
  | 'gone'
  | 'placed'
  | 'scheduler-down'
  | 'api-server-down'
  | 'foreign-scheduler';

export interface FitAnswer {
  readonly pod: string;
  readonly obstacle: Obstacle;
  /** Smallest first. Each was tried on a copy of the cluster, where the Pod then got a node. */
  readonly changes: readonly FitChange[];
  /** How many copies of the cluster were tried. */
  readonly trials: number;
}

export interface FitChange {
  readonly kind: FitChangeKind;
  /** One sentence: what to change. */
  readonly what: string;
  /** The node the Pod got in the trial. */
  readonly node: string;
  /** What it costs, or what else happens. */
  readonly note: string;
  /** The same with kubectl; empty where no API can do it. */
  readonly command: string;
  /** The requests that do it, one after the other; empty where no API can do it. */
  readonly requests: readonly PageApiRequest[];
}

export type FitChangeKind =
  | 'request'
  | 'toleration'
  | 'selector'
  | 'affinity'
  | 'spread'
  | 'port'
  | 'gate'
  | 'uncordon'
  | 'taint'
  | 'label'
  | 'node'
  | 'delete'
  | 'scale';

export interface DryRunAnswer {
  readonly obstacle: Obstacle;
  /** Why documents were refused, as `Deployment web: …`. */
  readonly refusals: readonly string[];
  /** The Pods that came of it, in order of their names. */
  readonly pods: readonly DryRunPod[];
  /** More Pods than are listed. */
  readonly more: number;
  /** Pods that would be evicted to make room, as `namespace/name`. */
  readonly evicted: readonly string[];
  /** How much time passed in the copy. */
  readonly micros: number;
}

export interface DryRunPod {
  readonly namespace: string;
  readonly name: string;
  /** `Deployment web`; empty for a Pod without an owner. */
  readonly owner: string;
  /** Empty: it found none. */
  readonly node: string;
  /** Why it found none. */
  readonly reason: string;
}

export interface ConfigurationAnswer {
  readonly text: string;
  /** What is wrong with the text that was given: it was not taken. */
  readonly problems: readonly ConfigurationProblem[];
  readonly scheduler: 'up' | 'stopped' | 'off';
}

export interface ConfigurationProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}
