import type { FlowSchema, PriorityLevelConfiguration } from '../../../api/generated/types.ts';
import type { ApiRequest } from '../../messages.ts';
import type { Passage } from '../passage.ts';
import type { Server } from '../server.ts';
import { bootstrapLevels, bootstrapSchemas } from './bootstrap.ts';
import { classify, type Classification } from './classify.ts';
import { flowConfiguration, type FlowConfiguration, type LevelSettings } from './configuration.ts';
import { newLevel, type LevelState, type Seat } from './state.ts';

/** What is in force on a server: its configuration, and where requests of a passage come to. */

/** What flow control makes of all requests of a passage. A memo, as the passage is. */
export interface Gate {
  readonly verdict: Classification;
  readonly isExempt: boolean;
  readonly level: LevelState;
  /** What a request holds that fills one seat, and was never queued. */
  readonly seat: Seat;
}

/** The gate of a passage. */
export function gateOf(server: Server, passage: Passage, request: ApiRequest): Gate {
  if (passage.gate !== undefined) return passage.gate;
  const verdict = classify(currentConfiguration(server), request);
  const level = levelOf(server, verdict.level);
  const seat = sharedSeat(level.name, 1, request.method !== 'GET');
  return (passage.gate = { verdict, isExempt: verdict.level.isExempt, level, seat });
}

/** The configuration of the stored objects; before they are here, that of a new cluster. */
export function currentConfiguration(server: Server): FlowConfiguration {
  const { configuration, configurationStamp } = server.memory.flow;
  return configuration !== undefined && configurationStamp >= 0
    ? configuration
    : renewedConfiguration(server);
}

function renewedConfiguration({ memory, config }: Server): FlowConfiguration {
  const { flow } = memory;
  const schemas = memory.caches.get('flowschemas');
  const levels = memory.caches.get('prioritylevelconfigurations');
  const isHere = schemas?.ready === true && levels?.ready === true && levels.objects.size > 0;
  const made = flowConfiguration(
    isHere
      ? {
          // Their folders hold nothing else.
          schemas: [...schemas.objects.values()].map((each) => each as FlowSchema),
          levels: [...levels.objects.values()].map((each) => each as PriorityLevelConfiguration),
        }
      : { schemas: bootstrapSchemas, levels: bootstrapLevels },
    config.maxRequestsInflight + config.maxMutatingRequestsInflight,
  );
  flow.configuration = made;
  flow.configurationStamp = 0;
  // Upstream divides the seats anew; what is lent is settled when somebody next waits.
  for (const { name, nominal } of made.levels.values()) {
    const level = flow.levels.get(name);
    if (level !== undefined) level.limit = nominal;
  }
  flow.lentAt = 0;
  return made;
}

/** A priority level at work. */
function levelOf({ memory }: Server, { name, nominal }: LevelSettings): LevelState {
  const { levels } = memory.flow;
  let level = levels.get(name);
  if (level === undefined) {
    level = newLevel(name, nominal);
    levels.set(name, level);
  }
  return level;
}

const seats = new Map<string, readonly Seat[]>();
const SHARED_WIDTH_MAX = 10;

/** The seat of a request that was never queued: the same object for all of a level, width and kind. */
export function sharedSeat(level: string, width: number, mutating: boolean): Seat {
  let made = seats.get(level);
  if (made === undefined) {
    made = Array.from({ length: 2 * (SHARED_WIDTH_MAX + 1) }, (_, index) =>
      Object.freeze({ level, width: index >> 1, mutating: index % 2 === 1, queue: -1, since: 0 }),
    );
    seats.set(level, made);
  }
  return made[2 * width + (mutating ? 1 : 0)] as Seat; // Widths are at most ten.
}
