import { SECOND, type Micros } from '../../../kernel/time.ts';
import type { Exchange } from '../exchange.ts';

/** How long etcd's answer is waited for, and for how long after the question it is told again. */
export const ETCD_PATIENCE: Micros = 2 * SECOND;

/** What the server knows of its own health, and who asks for it. */
export interface HealthState {
  /** Why etcd did not answer the last time it was asked; undefined when it did. */
  etcdProblem: string | undefined;
  /** When it was last asked. */
  askedAt: Micros;
  /** The number of the question under way; 0 for none. */
  asking: number;
  /** Those who wait for its answer. Frozen entries. */
  readonly asked: HealthQuestion[];
  isShuttingDown: boolean;
  /** etcd's last answer holds until etcd, or a disturbance, says otherwise: it need not be asked. */
  stands: boolean;
  /** Those who have been told that an answer of this server's stands. */
  readonly told: Set<string>;
}

/** A probe that has not been answered yet: a request of the API, or a bare check. */
export type HealthQuestion =
  | { readonly kind: 'request'; readonly exchange: Exchange }
  | {
      readonly kind: 'check';
      readonly client: string;
      readonly id: number;
      readonly path: string;
      readonly again: boolean;
    };

export function unknownHealth(): HealthState {
  return {
    etcdProblem: 'etcd client connection not yet established',
    askedAt: -1,
    asking: 0,
    asked: [],
    isShuttingDown: false,
    stands: false,
    told: new Set(),
  };
}
