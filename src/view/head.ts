import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AttachedCluster, AttachProblem } from '../bridge/attach.ts';
import type { ControlPlaneHealth, FaultRow, FaultScheduleRow } from '../bridge/cards.ts';
import type { FaultDeclaration, RecordingState } from '../bridge/protocol.ts';
import type { ScenarioReport } from '../bridge/scenario-report.ts';

/** The few things of which there is one: the clock, the lamps, the faults. Replaced with every frame. */
export interface Head {
  /** `starting` until the first frame; `restarting` after a crash of the engine until the next one. */
  readonly phase: 'starting' | 'live' | 'restarting';
  readonly seed: number;
  readonly faultCatalogue: readonly FaultDeclaration[];
  /** Microseconds since the world began. */
  readonly now: number;
  readonly epochMillis: number;
  /** How far the clock can be set; undefined: it cannot. */
  readonly recording: RecordingState | undefined;
  readonly paused: boolean;
  readonly speed: number;
  readonly achievedSpeed: number;
  readonly revision: number;
  readonly steps: number;
  readonly health: ControlPlaneHealth;
  readonly faults: readonly FaultRow[];
  /** Faults that come back by themselves. */
  readonly faultSchedules: readonly FaultScheduleRow[];
  /** API requests a virtual second over the last frames, smoothed. */
  readonly requestsPerSecond: number;
  /** The scenario that is being played, or has been played to its end. */
  readonly scenario: ScenarioReport | undefined;
  /** What the engine said when it crashed last; empty when it never did. */
  readonly crash: string;
  /** What it wanted to be known when the session opened, for example an unreadable snapshot. */
  readonly notice: string;
  /** The cluster runs elsewhere; undefined: in this page. */
  readonly attached: AttachedCluster | undefined;
  /** Why it cannot be seen, or not any more. */
  readonly attachProblem: AttachProblem | undefined;
}

/** The latest instant that is known: later than `now` while the clock is set back. */
export function presentOf({ now, recording }: Pick<Head, 'now' | 'recording'>): number {
  return recording?.end ?? now;
}

export type HeadStore = StoreApi<Head>;

const NO_HEALTH: ControlPlaneHealth = { components: [], nodesReady: 0, nodes: 0, machines: [] };

export function createHead(): HeadStore {
  return createStore<Head>(() => ({
    phase: 'starting',
    seed: 0,
    faultCatalogue: [],
    now: 0,
    epochMillis: 0,
    recording: undefined,
    paused: false,
    speed: 1,
    achievedSpeed: 1,
    revision: 0,
    steps: 0,
    health: NO_HEALTH,
    faults: [],
    faultSchedules: [],
    requestsPerSecond: 0,
    scenario: undefined,
    crash: '',
    notice: '',
    attached: undefined,
    attachProblem: undefined,
  }));
}
