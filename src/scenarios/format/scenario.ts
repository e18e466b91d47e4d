import type { ManifestKubernetesObject } from '../../api/manifest/manifest.ts';

/**
 * A scenario: a cluster's shape, what is done to it and when, and what must be seen. Plain data, read from a file
 * (`parse.ts`, described in FORMAT.md), played by the page or run headless. Lessons, incidents and share links are such files.
 * Times are microseconds of the cluster's own clock.
 */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Some words for a reader, in paragraphs. */
  readonly description: string;
  readonly cluster: ScenarioCluster;
  readonly steps: readonly ScenarioStep[];
  /** What must hold all the time between two steps. */
  readonly always: readonly ScenarioInvariant[];
}

export interface ScenarioCluster {
  /** Control-plane machines: 1, 3 or 5. */
  readonly controlPlanes: number;
  readonly nodes: readonly ScenarioNode[];
  readonly seed: number | undefined;
  /** Flags of the components by upstream's names, as `nodeMonitorGracePeriodSeconds`. */
  readonly flags: Readonly<Record<string, number | string>>;
}

export interface ScenarioNode {
  readonly name: string;
  readonly cpu: string | undefined;
  readonly memory: string | undefined;
  readonly pods: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** Waits, acts, and then looks until every expectation is decided. Steps follow one another. */
export interface ScenarioStep {
  readonly name: string;
  /** What a reader is told when the step begins. */
  readonly say: string;
  readonly begins: StepBeginning;
  readonly actions: readonly Action[];
  readonly expectations: readonly Expectation[];
}

export type StepBeginning =
  /** As soon as the step before is done. */
  | { readonly kind: 'next' }
  /** So long after the step before is done. */
  | { readonly kind: 'after'; readonly micros: number }
  /** At an instant since the scenario began. */
  | { readonly kind: 'at'; readonly micros: number }
  /** When something has come true. */
  | { readonly kind: 'when'; readonly condition: Condition; readonly withinMicros: number };

export interface Expectation {
  readonly condition: Condition;
  /** How long it may take to come true, from the step's actions on. */
  readonly withinMicros: number;
  /** It must not be true before this much time has passed. */
  readonly notBeforeMicros: number;
  /** Once true it stays true for this long. */
  readonly forMicros: number;
}

/** A condition that is watched from the end of one step to the beginning of another (or to the end). */
export interface ScenarioInvariant {
  readonly name: string;
  readonly condition: Condition;
  /** The step after whose actions it is watched; undefined: from the beginning. */
  readonly from: string | undefined;
  /** The step with whose beginning the watch ends; undefined: the end. */
  readonly until: string | undefined;
}

/** Where an object is. An absent namespace is `default` for kinds that have one. */
export interface ObjectReference {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

export type PatchType = 'merge' | 'strategic' | 'json';

export type Action =
  /** Applies a manifest, object after object, each when the one before has been answered. */
  | {
      readonly kind: 'apply';
      readonly objects: readonly ManifestKubernetesObject[];
      readonly as: string | undefined;
    }
  | {
      readonly kind: 'delete';
      readonly object: ObjectReference;
      readonly gracePeriodSeconds: number | undefined;
      readonly as: string | undefined;
    }
  | {
      readonly kind: 'scale';
      readonly object: ObjectReference;
      readonly replicas: number;
      readonly as: string | undefined;
    }
  | {
      readonly kind: 'patch';
      readonly object: ObjectReference;
      readonly patchType: PatchType;
      readonly patch: unknown;
      readonly as: string | undefined;
    }
  | { readonly kind: 'request'; readonly request: RequestLine; readonly as: string | undefined }
  /** Breaks something; `as` names it for `heal`. */
  | {
      readonly kind: 'fault';
      readonly fault: string;
      readonly params: Readonly<Record<string, string | number | boolean>>;
      readonly as: string | undefined;
    }
  /** Mends a fault by the name it was given, or everything. */
  | { readonly kind: 'heal'; readonly fault: string | 'all' }
  /** What an operator does with etcdctl on a control-plane machine. */
  | {
      readonly kind: 'etcd';
      readonly operation: EtcdOperation;
      /** A member's process; `all` for each of them in turn. */
      readonly member: string;
      /** The snapshot's name, for `snapshot` and `restore`. */
      readonly snapshot: string;
      readonly as: string | undefined;
    }
  /** Keeps what a path finds in objects, to be compared with later. */
  | {
      readonly kind: 'remember';
      readonly as: string;
      readonly objects: ObjectSelection;
      readonly path: string;
    };

/** `compact` forgets the history up to now; `restore` begins a new cluster from a snapshot on every member. */
export type EtcdOperation = 'compact' | 'defragment' | 'disarm' | 'snapshot' | 'restore';

/** A request to the API, as text would write it: `GET /api/v1/nodes`. */
export interface RequestLine {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: unknown;
  readonly contentType: string | undefined;
  readonly user: string | undefined;
}

/** Objects of one kind; every given criterion must be met. */
export interface ObjectSelection {
  readonly kind: string;
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** By a path in the object: what must be found there. */
  readonly where: readonly FieldTest[];
}

export interface FieldTest {
  /** kubectl's JSONPath, relaxed: `{.status.phase}` or `status.phase`. */
  readonly path: string;
  readonly test: ValueTest;
}

/** A test of what a path finds: the values printed as `kubectl -o jsonpath` prints them, or counted. */
export type ValueTest =
  | { readonly kind: 'is'; readonly value: string }
  | { readonly kind: 'isNot'; readonly value: string }
  | { readonly kind: 'in'; readonly values: readonly string[] }
  | { readonly kind: 'matches'; readonly pattern: string }
  | { readonly kind: 'range'; readonly atLeast: number; readonly atMost: number }
  | { readonly kind: 'exists'; readonly wanted: boolean };

export interface CountTest {
  readonly atLeast: number;
  readonly atMost: number;
}

export type Condition =
  /** How many objects meet a selection. The truth on etcd's disk, whether or not the API answers. */
  | { readonly kind: 'objects'; readonly objects: ObjectSelection; readonly count: CountTest }
  /** The values a path finds are those that were remembered, in any order. */
  | {
      readonly kind: 'same';
      readonly objects: ObjectSelection;
      readonly path: string;
      readonly as: string;
    }
  | {
      readonly kind: 'event';
      readonly reason: string | undefined;
      readonly type: string | undefined;
      readonly namespace: string | undefined;
      readonly about: { readonly kind: string | undefined; readonly name: string | undefined };
      readonly message: string | undefined;
      readonly count: CountTest;
      /** Only those seen since the step's actions. */
      readonly fresh: boolean;
    }
  /** The fate of a request: asked anew until it is as wanted. */
  | { readonly kind: 'request'; readonly request: RequestLine; readonly fate: FateTest }
  /** The fate of what an action asked, by the action's name. */
  | { readonly kind: 'answer'; readonly as: string; readonly fate: FateTest }
  | {
      readonly kind: 'process';
      readonly process: string;
      readonly state: 'up' | 'stopped' | 'off';
    }
  /** Containers as a machine's runtime has them, whether or not its kubelet tells of them. */
  | {
      readonly kind: 'containers';
      readonly machine: string;
      /** A pattern for the Pod's name. */
      readonly pod: string;
      readonly state: 'running' | 'exited';
      readonly count: CountTest;
    }
  /** A figure of a component's health, as the health panel shows it. */
  | {
      readonly kind: 'figure';
      readonly component: string;
      readonly figure: string;
      readonly range: CountTest;
    }
  | { readonly kind: 'all'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'any'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition };

/** What came of a request. Code 0: no server answered. */
export interface FateTest {
  /** Undefined: any answer; empty: it is still waiting. */
  readonly codes: readonly number[] | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** How long the answer took, in microseconds. */
  readonly took: CountTest | undefined;
}
