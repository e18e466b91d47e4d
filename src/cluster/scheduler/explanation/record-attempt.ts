import type { Micros } from '../../../kernel/time.ts';
import type { Attempt } from '../algorithm/schedule-pod.ts';
import type { PreemptionCandidate, PreemptionOutcome } from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import { namesInOrder, positionOf } from '../snapshot/snapshot.ts';
import {
  type AttemptRecord,
  type Column,
  packBytes,
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
  const book = found?.book;
  return Object.freeze({
    pod: pod.key,
    uid: pod.uid,
    at: details.at,
    attempt: details.attempt,
    nodes,
    startedAt,
    examined,
    refusals: Object.freeze(refusals),
    verdicts:
      book === undefined
        ? NOTHING
        : packVerdicts(book.byPosition, startedAt, examined, refusals.length),
    scores: Object.freeze((scoring?.plugins ?? []).map(scoreRecordOf)),
    best: Object.freeze(attempt.best.map((slot) => positionOf(snapshot, slot))),
    chosen: attempt.nodeName,
    ruledOut: preFiltered.rejection === undefined ? undefined : refusalOf(preFiltered.rejection),
    message: failure?.message ?? '',
    preemption: preemptionOf(failure?.postFilter?.preemption),
  });
}

/**
 * The verdicts from `startedAt` on, round the order: 0 feasible, else 1 + the index of the refusal. A node that
 * was not looked at (0 in the book) shares the last refusal, which was given for all of those.
 */
function packVerdicts(
  byPosition: Uint16Array,
  startedAt: number,
  examined: number,
  refusalCount: number,
): Column {
  if (refusalCount > 200) {
    const verdicts = new Uint16Array(examined);
    for (let index = 0; index < examined; index++) {
      const verdict = byPosition[(startedAt + index) % byPosition.length] as number;
      verdicts[index] = verdict === 0 ? refusalCount : verdict - 1;
    }
    return packColumn(verdicts);
  }
  if (bytes.length < examined) bytes = new Uint8Array(examined);
  let position = startedAt;
  let isSame = true;
  const first = byPosition[position] as number;
  for (let index = 0; index < examined; index++) {
    const verdict = byPosition[position] as number;
    if (verdict !== first) isSame = false;
    bytes[index] = verdict === 0 ? refusalCount : verdict - 1;
    position = position + 1 === byPosition.length ? 0 : position + 1;
  }
  if (examined === 0) return NOTHING;
  return isSame
    ? Object.freeze({ kind: 'same', value: bytes[0] as number, length: examined })
    : packBytes(bytes, examined);
}

/** Room to work in. */
let bytes = new Uint8Array(0);

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
    candidates: Object.freeze(outcome.candidates.slice(0, CANDIDATES_MAX).map(candidateRecordOf)),
    chosen: outcome.chosen?.nodeName,
  });
}

/** As many candidates as a person will look through. */
const CANDIDATES_MAX = 100;

type CandidateRecord = PreemptionRecord['candidates'][number];

/** Trials are remembered from Pod to Pod, and so is how they are told. */
const candidateRecords = new WeakMap<PreemptionCandidate, CandidateRecord>();

function candidateRecordOf(candidate: PreemptionCandidate): CandidateRecord {
  let record = candidateRecords.get(candidate);
  if (record === undefined) {
    const { nodeName, victims, numPDBViolations } = candidate;
    record = Object.freeze({
      node: nodeName,
      victims: Object.freeze(victims.map(({ key }) => key)),
      numPDBViolations,
    });
    candidateRecords.set(candidate, record);
  }
  return record;
}
