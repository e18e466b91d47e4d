import type { ExplainedAttempt, ExplainedRefusal, Explanation } from '../../bridge/scheduling.ts';
import {
  type AttemptRecord,
  bestPositions,
  type Column,
  feasiblePositions,
  lengthOf,
  numberAt,
  totalScores,
} from '../../cluster/scheduler/explanation/explanations.ts';
import type { Profile } from '../../cluster/scheduler/framework/profile.ts';
import { profilesOf } from '../../cluster/scheduler/profiles.ts';
import type { World } from '../../kernel/world.ts';
import { queuePlaceOf } from './queue-place.ts';
import { schedulerConfig, schedulerMemory, schedulerState, storedPod } from './scheduler-of.ts';

/**
 * Why a Pod (`namespace/name`) is where it is: the record of its last attempt, and where it waits. Read
 * from the scheduler's own memory; a scheduler that was restarted has forgotten the attempts before.
 */
export function explain(world: World, key: string): Explanation {
  const pod = storedPod(world, key);
  const memory = schedulerMemory(world);
  const config = schedulerConfig(world);
  const schedulerName = pod?.spec.schedulerName ?? 'default-scheduler';
  const profile = config === undefined ? undefined : profilesOf(config).get(schedulerName);
  const record = memory?.explanations.byPod.get(key);
  // A Pod of the same name may have come in place of the one that was tried.
  const isCurrent = record !== undefined && record.uid === pod?.metadata.uid;
  const entry = memory?.queue.entries.get(key);
  return {
    pod: key,
    node: pod?.spec.nodeName ?? '',
    scheduler: schedulerState(world),
    schedulerName,
    isOurs: profile !== undefined,
    queue:
      memory === undefined || entry === undefined || profile === undefined
        ? undefined
        : queuePlaceOf(memory.queue, entry, profile),
    attempt: isCurrent ? explainAttempt(record, profile) : undefined,
  };
}

function explainAttempt(record: AttemptRecord, profile: Profile | undefined): ExplainedAttempt {
  const { nodes } = record;
  const verdicts: number[] = nodes.map(() => -1);
  for (let index = 0; index < record.examined; index++) {
    verdicts[(record.startedAt + index) % nodes.length] = numberAt(record.verdicts, index);
  }
  return {
    at: record.at,
    number: record.attempt,
    nodes,
    verdicts,
    refusals: record.refusals.map(refusalOf),
    filters: (profile?.points.filter ?? []).map(({ name }) => name),
    feasible: feasiblePositions(record),
    scores: record.scores.map(({ plugin, weight, skipped, raw, normalized }) => ({
      plugin,
      weight,
      skipped,
      raw: numbersOf(raw),
      normalized: numbersOf(normalized),
    })),
    totals: totalScores(record),
    best: bestPositions(record).map((position) => nodes[position] ?? ''),
    chosen: record.chosen ?? '',
    ruledOut: record.ruledOut === undefined ? undefined : refusalOf(record.ruledOut),
    message: record.message,
    preemption:
      record.preemption === undefined
        ? undefined
        : { candidates: record.preemption.candidates, chosen: record.preemption.chosen ?? '' },
  };
}

function refusalOf({ plugin, code, reasons }: ExplainedRefusal): ExplainedRefusal {
  return { plugin, code, reasons };
}

function numbersOf(column: Column): readonly number[] {
  return Array.from({ length: lengthOf(column) }, (_, index) => numberAt(column, index));
}
