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
import { namesInOrder, type Snapshot, slotsInOrder } from '../snapshot/snapshot.ts';
import {
  type AttemptRecord,
  type Column,
  packCodes,
  packColumn,
  packScores,
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
    found === undefined ? NOBODY_ASKED : verdictsOf(found.book, startedAt, examined);
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
    scores: scoring === undefined ? NO_SCORES : Object.freeze(scoring.plugins.map(scoreRecordOf)),
    best: positionsOf(snapshot, attempt.best),
    chosen: attempt.nodeName,
    ruledOut: preFiltered.rejection === undefined ? undefined : refusalOf(preFiltered.rejection),
    message: failure?.message ?? '',
    preemption: preemptionOf(failure?.postFilter?.preemption),
  });
}

const NO_SCORES: readonly ScoreRecord[] = Object.freeze([]);

function positionsOf(snapshot: Snapshot, slots: readonly number[]): readonly number[] {
  slotsInOrder(snapshot);
  const { positions } = snapshot;
  const best = roomFor<number>(slots.length);
  for (let index = 0; index < slots.length; index++) best[index] = positions[slots[index]!]!; // Each of the nodes stands somewhere.
  return Object.freeze(best);
}

interface PackedVerdicts {
  readonly refusals: readonly Refusal[];
  readonly verdicts: Column;
}

const NOBODY_ASKED: PackedVerdicts = { refusals: Object.freeze([]), verdicts: NOTHING };

/** What was packed of a book, of which version and from where on. A memo only. */
interface KnownVerdicts {
  readonly version: number;
  readonly startedAt: number;
  readonly packed: PackedVerdicts;
}

const knownVerdicts = new WeakMap<VerdictBook, KnownVerdicts>();

/** The packed verdicts of a book: those of a kind of Pod that is known stay the same for many Pods. */
function verdictsOf(book: VerdictBook, startedAt: number, examined: number): PackedVerdicts {
  const { version } = book;
  let known = knownVerdicts.get(book);
  if (known?.version !== version || known.startedAt !== startedAt) {
    known = { version, startedAt, packed: packVerdicts(book, startedAt, examined) };
    knownVerdicts.set(book, known);
  }
  return known.packed;
}

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

/** How a plugin's scores were last told, and of which versions. A memo only. */
interface KnownScores {
  readonly rawVersion: number;
  readonly normalizedVersion: number;
  readonly record: ScoreRecord;
}

const knownScores = new WeakMap<PluginScores, KnownScores>();

/** A plugin's scores as a record; columns that have not changed since the last attempt are shared with its record. */
function scoreRecordOf(scores: PluginScores): ScoreRecord {
  const { plugin, weight, skipped, rawVersion, normalizedVersion } = scores;
  if (skipped) return skippedRecord(plugin, weight);
  const known = knownScores.get(scores);
  const isKnown = known?.normalizedVersion === normalizedVersion;
  if (isKnown && known.rawVersion === rawVersion) return known.record;
  const normalized = isKnown ? known.record.normalized : packScores(scores.normalized, 0, 100);
  const raw = scores.raw === scores.normalized ? normalized : packRaw(scores);
  const record = Object.freeze({ plugin, weight, skipped, raw, normalized });
  knownScores.set(scores, { rawVersion, normalizedVersion, record });
  return record;
}

function packRaw({ raw, hasExtremes, least, greatest }: PluginScores): Column {
  return hasExtremes ? packScores(raw, least, greatest) : packColumn(raw);
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
