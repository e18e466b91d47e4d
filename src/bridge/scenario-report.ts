import type { Micros } from '../kernel/time.ts';

/** What came of a scenario, as plain data. */
export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  readonly outcome: 'running' | 'passed' | 'failed';
  /** The world's time at which it began; undefined while the cluster gets ready. */
  readonly began: Micros | undefined;
  /** Since the scenario began. */
  readonly elapsed: Micros;
  readonly steps: readonly StepReport[];
  readonly always: readonly InvariantReport[];
}

export interface StepReport {
  readonly name: string;
  readonly say: string;
  readonly state: 'waiting' | 'running' | 'passed' | 'failed' | 'skipped';
  /** Since the scenario began; undefined: not yet. */
  readonly beganAt: Micros | undefined;
  readonly endedAt: Micros | undefined;
  /** What is wrong with the step itself, as an action that was refused. */
  readonly problem: string | undefined;
  readonly expectations: readonly ExpectationReport[];
}

export interface ExpectationReport {
  /** The condition in words. */
  readonly what: string;
  readonly state: 'waiting' | 'holding' | 'passed' | 'failed';
  /** After the step's actions; undefined: not yet. */
  readonly metAfter: Micros | undefined;
  /** What was there instead, or when it was too early. */
  readonly detail: string | undefined;
}

export interface InvariantReport {
  readonly name: string;
  readonly state: 'waiting' | 'watching' | 'held' | 'broken';
  readonly detail: string | undefined;
}
