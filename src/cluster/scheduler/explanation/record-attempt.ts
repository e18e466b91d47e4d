import { roomFor } from '../../../base/room.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { Attempt } from '../algorithm/schedule-pod.ts';
import type { PluginScores } from '../algorithm/score-table.ts';
import type { VerdictBook } from '../algorithm/verdict-book.ts';
import {
  FEASIBLE,
  type PreemptionCandidate,
  type PreemptionOutcome,
  UNSEEN,
} from '../framework/plugin.ts';
import type { Status } from '../framework/status.ts';
import { namesInOrder } from '../snapshot/snapshot.ts';
import {
  type AttemptRecord,
  type Column,
  packColumn,
  packScores,
  type PreemptionRecord,
  type Refusal,
  type ScoreRecord,
  type VerdictRecord,
  weightOf,
} from './explanations.ts';

const NOTHING: Column = packColumn([]);

/** Writes an attempt down, compactly and for good: `number` is which try of the Pod it was. */
export function recordAttempt(attempt: Attempt, at: Micros, number: number): AttemptRecord {
  const { found, scoring, failure, preFiltered, cycle, pod } = attempt;
  const nodes = namesInOrder(cycle.snapshot);
  const isNamed = preFiltered.nodeNames !== undefined;
  // With nodes named beforehand only those were looked at: they may stand anywhere in the order.
  const startedAt = isNamed ? 0 : (found?.startedAt ?? 0);
  const examined = isNamed ? nodes.length : (found?.examined ?? 0);
  const { refusals, verdicts } =
    found === undefined ? NOBODY_ASKED : verdictsOf(found.book, startedAt, examined);
  const scores = scoring === undefined ? NO_SCORES : scoreRecordsOf(scoring.plugins);
  let size = 16 + weightOf(verdicts);
  for (let index = 0; index < scores.length; index++) size += scores[index]!.size; // In range.
  const { rejection } = preFiltered;
  return Object.freeze({
    pod: pod.key,
    uid: pod.uid,
    at,
    attempt: number,
    nodes,
    startedAt,
    examined,
    refusals,
    verdicts,
    scores,
    chosen: attempt.nodeName,
    ruledOut: rejection === undefined ? undefined : refusalOf(rejection),
    message: failure?.message ?? '',
    preemption: preemptionOf(failure?.postFilter?.preemption),
    size,
  });
}

const NO_SCORES: readonly ScoreRecord[] = Object.freeze([]);

const NOBODY_ASKED: VerdictRecord = Object.freeze({
  startedAt: 0,
  refusals: Object.freeze([]),
  verdicts: NOTHING,
});

/** The verdicts of a book: those of a kind of Pod that is known stay the same for many Pods. */
function verdictsOf(book: VerdictBook, startedAt: number, examined: number): VerdictRecord {
  const { told } = book;
  if (told?.startedAt === startedAt) return told;
  book.told = tellVerdicts(book, startedAt, examined);
  return book.told;
}

/**
 * The verdicts from `startedAt` on, round the order: 0 feasible, else 1 + the index of the refusal. Refusals stand
 * in the order in which they were first given, those of nodes that were not looked at among them.
 */
function tellVerdicts(book: VerdictBook, startedAt: number, examined: number): VerdictRecord {
  if (examined === 0) return NOBODY_ASKED;
  const { byPosition, statuses, absent, counts } = book;
  const unanimous = counts.indexOf(examined);
  if (unanimous >= 0 && absent === undefined) {
    // All of them said the same, which is how it mostly is.
    const refusal = refusalOf(statuses[unanimous] as Status);
    return {
      startedAt,
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
  const numbered = roomFor<number>(examined);
  let position = startedAt;
  for (let index = 0; index < examined; index++) {
    const verdict = byPosition[position] as number;
    const known = numbers[verdict] as number;
    numbered[index] = known < 0 ? numberFor(verdict) : known;
    position = position + 1 === byPosition.length ? 0 : position + 1;
  }
  Object.freeze(refusals);
  const verdicts = Object.freeze(packColumn(numbered));
  return { startedAt, refusals, verdicts };
}

function refusalOf({ plugin, code, reasons }: Status): Refusal {
  return Object.freeze({ plugin, code, reasons });
}

/** The scores of all plugins; the records of those that have not changed are shared with the last attempt. */
function scoreRecordsOf(plugins: readonly PluginScores[]): readonly ScoreRecord[] {
  const records = roomFor<ScoreRecord>(plugins.length);
  for (let index = 0; index < plugins.length; index++) {
    const scores = plugins[index]!; // In range by the loop's bound.
    records[index] = scores.told.record ?? tell(scores);
  }
  return records;
}

/** A plugin's scores as a record; a column that has not changed is shared, too. */
function tell(scores: PluginScores): ScoreRecord {
  const { plugin, weight, skipped, told } = scores;
  const isOne = scores.raw === scores.normalized;
  const normalized = skipped ? NOTHING : (told.normalized ?? packScores(scores.normalized, 0, 100));
  const raw = isOne || skipped ? normalized : (told.raw ?? packRaw(scores));
  const size = weightOf(normalized) + weightOf(raw);
  const record = Object.freeze({ plugin, weight, skipped, raw, normalized, size });
  told.raw = raw;
  told.normalized = normalized;
  told.record = record;
  return record;
}

function packRaw({ raw, hasExtremes, least, greatest }: PluginScores): Column {
  return hasExtremes ? packScores(raw, least, greatest) : packColumn(raw);
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
