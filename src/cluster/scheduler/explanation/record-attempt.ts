import type { Micros } from '../../../kernel/time.ts';
import type { Attempt } from '../algorithm/schedule-pod.ts';
import type { PreemptionOutcome } from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import { namesInOrder, positionOf } from '../snapshot/snapshot.ts';
import {
  type AttemptRecord,
  type Column,
  packColumn,
  type PreemptionRecord,
  type Refusal,
  type ScoreRecord,
} from './explanations.ts';

const NOTHING: Column = packColumn([]);

/** Writes an attempt down, compactly and for good. */
export function recordAttempt(
  attempt: Attempt,
  details: { readonly at: Micros; readonly attempt: number },
): AttemptRecord {
  const { found, scoring, failure, preFiltered, cycle } = attempt;
  const { snapshot, pod } = cycle;
  const nodes = namesInOrder(snapshot);
  const isNamed = preFiltered.nodeNames !== undefined;
  // With nodes named beforehand only those were looked at: they may stand anywhere in the order.
  const startedAt = isNamed ? 0 : (found?.startedAt ?? 0);
  const examined = isNamed ? nodes.length : (found?.examined ?? 0);
  const refusals: Refusal[] = (found?.book.statuses ?? []).map(refusalOf);
  const absent = found?.book.absent;
  if (absent !== undefined) refusals.push(refusalOf(absent));
  const verdicts = new Uint16Array(examined);
  for (let index = 0; index < examined; index++) {
    const position = (startedAt + index) % nodes.length;
    const verdict = found?.book.byPosition[position] ?? 0;
    // 0 in the book is a node not looked at: it shares the answer that was given for all of those.
    verdicts[index] = verdict === 0 ? refusals.length : verdict === 1 ? 0 : verdict - 1;
  }
  return Object.freeze({
    pod: pod.key,
    uid: pod.uid,
    at: details.at,
    attempt: details.attempt,
    nodes,
    startedAt,
    examined,
    refusals: Object.freeze(refusals),
    verdicts: packColumn(verdicts),
    scores: Object.freeze((scoring?.plugins ?? []).map(scoreRecordOf)),
    best: Object.freeze(attempt.best.map((slot) => positionOf(snapshot, slot))),
    chosen: attempt.nodeName,
    ruledOut: preFiltered.rejection === undefined ? undefined : refusalOf(preFiltered.rejection),
    message: failure?.message ?? '',
    preemption: preemptionOf(failure?.postFilter?.preemption),
  });
}

function refusalOf({ plugin, code, reasons }: Status): Refusal {
  return Object.freeze({ plugin, code, reasons });
}

function scoreRecordOf(scores: {
  readonly plugin: string;
  readonly weight: number;
  readonly skipped: boolean;
  readonly raw: Float64Array;
  readonly normalized: Float64Array;
}): ScoreRecord {
  const { plugin, weight, skipped } = scores;
  if (skipped) return Object.freeze({ plugin, weight, skipped, raw: NOTHING, normalized: NOTHING });
  const normalized = packColumn(scores.normalized);
  const raw = scores.raw === scores.normalized ? normalized : packColumn(scores.raw);
  return Object.freeze({ plugin, weight, skipped, raw, normalized });
}

function preemptionOf(outcome: PreemptionOutcome | undefined): PreemptionRecord | undefined {
  if (outcome === undefined) return undefined;
  return Object.freeze({
    candidates: Object.freeze(
      outcome.candidates.slice(0, CANDIDATES_MAX).map(({ nodeName, victims, numPDBViolations }) =>
        Object.freeze({
          node: nodeName,
          victims: Object.freeze(victims.map(({ key }) => key)),
          numPDBViolations,
        }),
      ),
    ),
    chosen: outcome.chosen?.nodeName,
  });
}

/** As many candidates as a person will look through. */
const CANDIDATES_MAX = 100;
