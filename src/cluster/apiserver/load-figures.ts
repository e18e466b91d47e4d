import { MINUTE, type Micros } from '../../kernel/time.ts';
import type { ApiServerMemory } from './server.ts';

/** What the health panel shows of one API server. */
export interface LoadFigures {
  /** Latencies of the last minute by verb, of at most the newest 64 answers. */
  readonly latencies: readonly {
    readonly verb: string;
    readonly p50Micros: Micros;
    readonly p99Micros: Micros;
    readonly count: number;
  }[];
  readonly inflightReadOnly: number;
  readonly inflightMutating: number;
  /** Requests that wait for seats, and those that have seats and wait for a processor. */
  readonly queued: number;
  readonly runnable: number;
  /** How far the processors are behind. */
  readonly behindMicros: Micros;
  /** Requests refused with 429 since the start. */
  readonly refused: number;
  readonly watches: number;
  readonly levels: readonly {
    readonly name: string;
    readonly inUse: number;
    readonly limit: number;
    readonly waiting: number;
    readonly refused: number;
  }[];
}

/** The figures of a running server at an instant. */
export function loadFiguresOf(memory: ApiServerMemory, now: Micros): LoadFigures {
  const { flow, metrics, watches } = memory;
  let refused = 0;
  const levels = [...flow.levels.values()].map((level) => {
    let own = 0;
    for (const [reason, count] of level.rejected) if (reason !== 'cancelled') own += count;
    refused += own;
    const { name, inUse, limit, waiting } = level;
    return { name, inUse, limit, waiting, refused: own };
  });
  return {
    latencies: [...metrics.verbs].flatMap(([verb, { latencies, times }]) => {
      const recent = latencies
        .filter((_, at) => now - (times[at] ?? 0) <= MINUTE)
        .toSorted((a, b) => a - b);
      if (recent.length === 0) return [];
      return [
        {
          verb,
          p50Micros: at(recent, 0.5),
          p99Micros: at(recent, 0.99),
          count: recent.length,
        },
      ];
    }),
    inflightReadOnly: flow.inflight.readOnly,
    inflightMutating: flow.inflight.mutating,
    queued: flow.waiting,
    runnable: flow.running.length,
    behindMicros: Math.max(0, flow.busyUntil - now),
    refused,
    watches: watches.count,
    levels,
  };
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
