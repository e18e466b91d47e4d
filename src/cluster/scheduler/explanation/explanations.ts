import { roomFor } from '../../../base/room.ts';
import type { Micros } from '../../../kernel/time.ts';

/**
 * The last attempt to place each Pod, for whoever asks why. Bounded: a Pod's record goes with the Pod, those
 * of placed Pods go first when space runs out.
 */
export interface Explanations {
  /** By `namespace/name`, oldest first. Records are immutable. */
  readonly byPod: Map<string, AttemptRecord>;
  /** Numbers kept in all records, a measure of their size. */
  size: number;
}

/** One attempt, told so that every number in it can be shown. Immutable. */
export interface AttemptRecord {
  readonly pod: string;
  readonly uid: string;
  readonly at: Micros;
  /** Which try of the Pod it was, from 1. */
  readonly attempt: number;
  /** The nodes in the order in which they were looked at. Shared by many records. */
  readonly nodes: readonly string[];
  /** Where the search began, and how many nodes it looked at. */
  readonly startedAt: number;
  readonly examined: number;
  /** What was said of the nodes that were turned down; equal answers are one entry. */
  readonly refusals: readonly Refusal[];
  /** For each node examined, in order: 0 feasible, or 1 + an index into `refusals`. */
  readonly verdicts: Column;
  /** Empty when fewer than two nodes were feasible: a single one is taken without scoring. */
  readonly scores: readonly ScoreRecord[];
  readonly chosen: string | undefined;
  /** A reason that held for every node at once; undefined: the nodes were asked. */
  readonly ruledOut: Refusal | undefined;
  readonly message: string;
  readonly preemption: PreemptionRecord | undefined;
  /** Numbers kept in it, a measure of its size. */
  readonly size: number;
}

export interface Refusal {
  readonly plugin: string;
  readonly code: string;
  readonly reasons: readonly string[];
}

/** What was said of the nodes of an attempt. */
export type VerdictRecord = Pick<AttemptRecord, 'startedAt' | 'refusals' | 'verdicts'>;

/** A plugin's scores, parallel to the feasible nodes (`feasiblePositions`). */
export interface ScoreRecord {
  readonly plugin: string;
  readonly weight: number;
  /** The plugin had nothing to say about this Pod: 0 everywhere. */
  readonly skipped: boolean;
  readonly raw: Column;
  readonly normalized: Column;
  /** Numbers kept in its columns. */
  readonly size: number;
}

export interface PreemptionRecord {
  readonly candidates: readonly {
    readonly node: string;
    readonly victims: readonly string[];
    readonly numPDBViolations: number;
  }[];
  readonly chosen: string | undefined;
}

/**
 * Numbers, as compactly as they allow: one number where all are equal, else a text with a character for each
 * (plus `base`), else a list. Text costs a byte or two a number, needs no copying and no walking.
 */
export type Column =
  | { readonly kind: 'same'; readonly value: number; readonly length: number }
  | { readonly kind: 'text'; readonly text: string; readonly base: number }
  | { readonly kind: 'list'; readonly values: readonly number[] };

const SIZE_MAX = 8_000_000;
/** Beyond so many waiting Pods only every so many-th attempt is recorded. */
const PENDING_MAX = 10_000;
const SAMPLE_EVERY = 16;

export function createExplanations(): Explanations {
  return { byPod: new Map(), size: 0 };
}

/** Whether the next attempt is to be recorded, with so many Pods waiting. */
export function isRecorded(pending: number, attempts: number): boolean {
  return pending <= PENDING_MAX || attempts % SAMPLE_EVERY === 0;
}

/** Keeps a record in place of the Pod's last one. */
export function keepRecord(explanations: Explanations, record: AttemptRecord): void {
  dropRecord(explanations, record.pod);
  explanations.byPod.set(record.pod, record);
  explanations.size += record.size;
  if (explanations.size > SIZE_MAX) makeRoom(explanations);
}

/** Forgets a Pod's record. */
export function dropRecord(explanations: Explanations, pod: string): void {
  const record = explanations.byPod.get(pod);
  if (record === undefined) return;
  explanations.byPod.delete(pod);
  explanations.size -= record.size;
}

/** The number at a position of a column. */
export function numberAt(column: Column, index: number): number {
  switch (column.kind) {
    case 'same':
      return column.value;
    case 'text':
      return column.text.charCodeAt(index) + column.base;
    default:
      return column.values[index] ?? 0;
  }
}

/** Where the feasible nodes of an attempt stand in its `nodes`, in the order in which they were found. */
export function feasiblePositions(record: AttemptRecord): readonly number[] {
  const positions: number[] = [];
  for (let index = 0; index < record.examined; index++) {
    if (numberAt(record.verdicts, index) === 0) {
      positions.push((record.startedAt + index) % record.nodes.length);
    }
  }
  return positions;
}

/** The sums of the weighted scores, parallel to `feasiblePositions`; none where nothing was scored. */
export function totalScores(record: AttemptRecord): readonly number[] {
  const scored = record.scores.filter(({ skipped }) => !skipped);
  const length = Math.max(0, ...scored.map(({ normalized }) => lengthOf(normalized)));
  return Array.from({ length }, (_, index) =>
    scored.reduce((sum, { normalized, weight }) => sum + weight * numberAt(normalized, index), 0),
  );
}

/** Positions of the nodes with the highest total, of which one was drawn. */
export function bestPositions(record: AttemptRecord): readonly number[] {
  if (record.chosen === undefined) return [];
  // It was taken without looking at others: preemption has made room there.
  if (lengthOf(record.verdicts) === 0) return [record.nodes.indexOf(record.chosen)];
  const totals = totalScores(record);
  const greatest = Math.max(...totals);
  // Where no plugin has scored them all are equally good.
  return feasiblePositions(record).filter(
    (_, index) => totals.length === 0 || totals[index] === greatest,
  );
}

/** How many numbers a column holds. */
export function lengthOf(column: Column): number {
  if (column.kind === 'same') return column.length;
  return column.kind === 'text' ? column.text.length : column.values.length;
}

/** Packs numbers. They are whole but for raw scores of a user's plugin. */
export function packColumn(values: ArrayLike<number>): Column {
  const { length } = values;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let isWhole = true;
  for (let index = 0; index < length; index++) {
    const value = values[index] as number;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
    if (value !== Math.trunc(value)) isWhole = false;
  }
  if (length === 0 || least === greatest) {
    return { kind: 'same', value: length === 0 ? 0 : least, length };
  }
  if (!isWhole || greatest - least > 0xffff) return { kind: 'list', values: Array.from(values) };
  // Small numbers stay as they are, so that the text has one byte for each.
  const base = least >= 0 && greatest <= 0xff ? 0 : least;
  const codes = roomOf(length);
  for (let index = 0; index < length; index++) codes[index] = (values[index] as number) - base;
  return { kind: 'text', text: textOf(codes), base };
}

/** The same for whole numbers that are known to lie within bounds. */
export function packScores(values: Float64Array, least: number, greatest: number): Column {
  if (least < 0 || greatest > 0xff) return packColumn(values);
  const { length } = values;
  const codes = roomOf(length);
  codes.set(values);
  const first = codes[0] ?? 0;
  let at = 1;
  while (at < length && codes[at] === first) at += 1;
  return at < length
    ? { kind: 'text', text: textOf(codes), base: 0 }
    : { kind: 'same', value: first, length };
}

/** Room to work in: columns are mostly as long as the last one. */
function roomOf(length: number): Uint16Array {
  if (room.length !== length) room = new Uint16Array(length);
  return room;
}

let room = new Uint16Array(0);

/** A function cannot be handed any number of arguments at once. */
const CHUNK = 8192;

function textOf(codes: Uint16Array): string {
  const { length } = codes;
  if (length > CHUNK) return textOf(codes.subarray(0, CHUNK)) + textOf(codes.subarray(CHUNK));
  // Of a typed array handed over as arguments the engine would make a list each time.
  if (letters.length !== length) letters = roomFor(length);
  for (let at = 0; at < length; at++) letters[at] = codes[at]!; // In range by the loop's bound.
  return String.fromCharCode.apply(null, letters);
}

let letters: number[] = [];

/** How many numbers are kept for a column. */
export function weightOf(column: Column): number {
  if (column.kind === 'text') return column.text.length;
  return column.kind === 'same' ? 1 : column.values.length;
}

/** Drops the oldest records of placed Pods, then the oldest of all, until a tenth of the space is free. */
function makeRoom(explanations: Explanations): void {
  const target = SIZE_MAX * 0.9;
  for (const isSpared of [(record: AttemptRecord) => record.chosen === undefined, () => false]) {
    for (const [pod, record] of explanations.byPod) {
      if (explanations.size <= target) return;
      if (!isSpared(record)) dropRecord(explanations, pod);
    }
  }
}
