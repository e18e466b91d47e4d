import type { Micros } from '../../kernel/time.ts';
import type { InformerChange } from '../client/informer.ts';
import type { ClusterView } from './cluster-view.ts';
import type { News } from './news.ts';
import type { Failure, Memo, Plan } from './plan.ts';

/**
 * A control loop. It compares what is wanted with what is there and says what should differ; it never
 * learns which change woke it. Everything else (queue, workers, pauses after refusals, waiting for its
 * own writes) is the runtime's.
 */
export interface Controller {
  /** Upstream's name, for example `replicaset-controller`. */
  readonly name: string;
  /** The service account it acts as, where that has another name. */
  readonly account?: string;
  /** `source.component` of its Events where that differs from the name. */
  readonly component?: string;
  /** How many keys are worked on at once (upstream's concurrent syncs). */
  readonly workers: number;
  /** True when a second key may be looked at only once the cache has seen what the first one wrote. */
  readonly waitsForCache?: true;
  /** Multiplies the client's rate, where upstream does so. */
  readonly qpsFactor?: number;
  readonly wokenBy: readonly Waking[];
  /** The plan for a key. Pure: the same cluster, instant and memo give the same plan. */
  reconcile(key: string, cluster: ClusterView, now: Micros, memo: Memo | undefined): Plan;
  /** What to write once the plan's writes were answered (its pace ran out or met a refusal). */
  conclude?(
    key: string,
    cluster: ClusterView,
    now: Micros,
    failure: Failure | undefined,
    /** What the plan's reading has brought: an object, a Status, or nothing. */
    read?: unknown,
    memo?: Memo,
  ): Plan;
}

/** Which keys a changed object concerns. Asked for many changes, so it answers quickly. */
export interface Waking {
  /** A resource's name, or `*` for all. */
  readonly resource: string;
  /** The news that it heeds: about changes without any of these it is not asked. Absent: it is asked about all. */
  readonly about?: readonly News[];
  /**
   * Of Pods: the keys are those of their controllers of this kind. A Pod that has such a controller and keeps it
   * concerns its controller alone, and nobody is asked.
   */
  readonly ownedBy?: string;
  keys(change: InformerChange, cluster: ClusterView): readonly string[];
  /** How long to gather changes before the keys are looked at, so that many are met at one look. */
  readonly batch?: Micros;
}

/** Nobody is concerned. */
export const NO_KEYS: readonly string[] = Object.freeze([]);

/** Every change of an object concerns the object itself. */
export function itself(resource: string): Waking {
  return { resource, keys: (change) => [change.key] };
}
