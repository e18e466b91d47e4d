/** What `expectations.json` says of one manifest; see the README beside it. */
export interface Expectation {
  readonly objectsInFile: Readonly<Record<string, number>>;
  readonly created: Readonly<Record<string, number>>;
  readonly rejected?: readonly {
    readonly object: string;
    readonly stage: string;
    readonly messageContains: string;
  }[];
  readonly podCounts: Readonly<Record<string, number | null>>;
  readonly workloads?: readonly ExpectedWorkload[];
  readonly pods?: readonly ExpectedPods[];
  readonly services?: readonly ExpectedService[];
  readonly claims?: readonly ExpectedClaim[];
  readonly confidence: 'high' | 'medium' | 'low';
}

export interface ExpectedWorkload {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly desired?: number;
  readonly pods?: number;
  readonly ready?: number;
  readonly fullyAvailable?: boolean;
  /** The table's cluster has three Nodes, all of them workers; this is what a fourth that runs the control plane makes of it. */
  readonly ifControlPlaneNodeRegistered?: { readonly desired: number };
  /** Of Jobs. */
  readonly succeeded?: number;
  readonly failed?: number;
  readonly active?: number;
  readonly status?: string;
  readonly reason?: string;
  readonly completedIndexes?: string;
  readonly failedIndexes?: string;
}

export interface ExpectedPods {
  readonly owner: string;
  readonly namespace: string;
  readonly count: number;
  readonly phase: string;
  readonly ready: boolean | 'flapping';
  readonly reason?: string;
  readonly messageContains?: string;
  readonly restarts?: string | number;
}

export interface ExpectedService {
  readonly name: string;
  readonly namespace: string;
  readonly type: string;
  readonly readyEndpoints?: number;
  readonly headless?: boolean;
  readonly nodePorts?: readonly number[];
}

export interface ExpectedClaim {
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
}

/** Several steps on one cluster, in order. */
export interface ScenarioExpectation {
  readonly id: string;
  readonly steps: readonly ScenarioStep[];
  readonly confidence: Expectation['confidence'];
  readonly settled?: Partial<Expectation>;
  readonly defaultStorageClass?: boolean;
}

export interface ScenarioStep {
  readonly apply?: string;
  readonly namespace?: string;
  readonly createNamespace?: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly labelNode?: { readonly node: string; readonly labels: Readonly<Record<string, string>> };
  readonly patchNodeStatus?: {
    readonly node: string;
    readonly capacity: Readonly<Record<string, string>>;
  };
  readonly patch?: {
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
    readonly merge: unknown;
  };
  readonly expect?: StepExpectation;
}

export interface StepExpectation {
  readonly accepted?: boolean;
  readonly status?: number;
  readonly messageContains?: string;
  readonly warningContains?: string;
  readonly podCounts?: Readonly<Record<string, number | null>>;
  readonly workload?: Omit<ExpectedWorkload, 'namespace'> & { readonly updated?: number };
  readonly reason?: string;
  readonly placedOn?: string;
}

export interface ExpectationFile {
  readonly files: Readonly<Record<string, Expectation>>;
  readonly scenarios: readonly ScenarioExpectation[];
}

/** Reads the file's shape as far as it is used; anything else is a bug of the file. */
export function readExpectations(text: string): ExpectationFile {
  return JSON.parse(text) as ExpectationFile;
}
