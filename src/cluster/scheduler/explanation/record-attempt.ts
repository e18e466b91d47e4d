import type { Micros } from '../../../kernel/time.ts';
import type { Attempt } from '../algorithm/schedule-pod.ts';
import type { VerdictBook } from '../algorithm/verdict-book.ts';
import {
  FEASIBLE,
  type PreemptionCandidate,
  type PreemptionOutcome,
  UNSEEN,
} from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import { namesInOrder, positionOf } from '../snapshot/snapshot.ts';
import {
  type AttemptRecord,
  type Column,
  packCodes,
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
  const { refusals, verdicts } =
    found === undefined ? NOBODY_ASKED : packVerdicts(found.book, startedAt, examined);
  return Object.freeze({
    pod: pod.key,
    uid: pod.uid,
    at: details.at,
    attempt: details.attempt,
    nodes,
    startedAt,
    examined,
    refusals,
    verdicts,
    scores: Object.freeze((scoring?.plugins ?? []).map(scoreRecordOf)),
    best: Object.freeze(attempt.best.map((slot) => positionOf(snapshot, slot))),
    chosen: attempt.nodeName,
    ruledOut: preFiltered.rejection === undefined ? undefined : refusalOf(preFiltered.rejection),
    message: failure?.message ?? '',
    preemption: preemptionOf(failure?.postFilter?.preemption),
  });
}

interface PackedVerdicts {
  readonly refusals: readonly Refusal[];
  readonly verdicts: Column;
}

const NOBODY_ASKED: PackedVerdicts = { refusals: Object.freeze([]), verdicts: NOTHING };

/**
 * The verdicts from `startedAt` on, round the order: 0 feasible, else 1 + the index of the refusal. Refusals stand
 * in the order in which they were first given, those of nodes that were not looked at among them.
 */
function packVerdicts(book: VerdictBook, startedAt: number, examined: number): PackedVerdicts {
  if (examined === 0) return NOBODY_ASKED;
  const { byPosition, statuses, absent, counts } = book;
  const unanimous = counts.indexOf(examined);
  if (unanimous >= 0 && absent === undefined) {
    // All of them said the same, which is how it mostly is.
    const refusal = refusalOf(statuses[unanimous] as Status);
    return {
      refusals: Object.freeze([refusal]),
      verdicts: Object.freeze({ kind: 'same', value: 1, length: examined }),
    };
  }
  const refusals: Refusal[] = [];
  const numbers = new Int32Array(statuses.length + 2).fill(-1);
  numbers[FEASIBLE] = 0;
  const numberFor = (verdict: number): number => {
    const status = verdict === UNSEEN ? absent : statuses[verdict - 2];
    if (status === undefined) return 0;
    refusals.push(refusalOf(status));
    numbers[verdict] = refusals.length;
    return refusals.length;
  };
  if (numbered.length < examined) numbered = new Uint16Array(examined);
  let position = startedAt;
  for (let index = 0; index < examined; index++) {
    const verdict = byPosition[position] as number;
    const known = numbers[verdict] as number;
    numbered[index] = known < 0 ? numberFor(verdict) : known;
    position = position + 1 === byPosition.length ? 0 : position + 1;
  }
  Object.freeze(refusals);
  const verdicts: Column = isMixed(numbered, examined)
    ? packCodes(numbered, examined)
    : Object.freeze({ kind: 'same', value: numbered[0] as number, length: examined });
  return { refusals, verdicts };
}

function isMixed(values: Uint16Array, length: number): boolean {
  for (let index = 1; index < length; index++) if (values[index] !== values[0]) return true;
  return false;
}

/** Room to work in. */
let numbered = new Uint16Array(0);

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
  if (skipped) return skippedRecord(plugin, weight);
  const normalized = packColumn(scores.normalized);
  const raw = scores.raw === scores.normalized ? normalized : packColumn(scores.raw);
  return Object.freeze({ plugin, weight, skipped, raw, normalized });
}

/** The same for nearly every Pod: one object for all of them. A memo only. */
const skippedRecords = new Map<string, ScoreRecord>();
const SKIPPED_MAX = 256;

function skippedRecord(plugin: string, weight: number): ScoreRecord {
  let record = skippedRecords.get(plugin);
  if (record?.weight !== weight) {
    if (skippedRecords.size >= SKIPPED_MAX) skippedRecords.clear();
    record = Object.freeze({ plugin, weight, skipped: true, raw: NOTHING, normalized: NOTHING });
    skippedRecords.set(plugin, record);
  }
  return record;
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
