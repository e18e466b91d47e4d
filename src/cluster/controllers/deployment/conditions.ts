import type { DeploymentCondition } from '../../../api/generated/types.ts';
import { findCondition } from '../../../api/conditions.ts';

export type Conditions = readonly DeploymentCondition[];

/** What a condition says, without its times. */
export type Statement = Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * The conditions with one set, upstream's way: a condition that says the same with the same reason is
 * left as it is, message and times included; a changed one moves to the end.
 */
export function withStatement(
  conditions: Conditions,
  next: Statement,
  timestamp: string,
): Conditions {
  const present = findCondition(conditions, next.type);
  if (present !== undefined && present.status === next.status && present.reason === next.reason) {
    return conditions;
  }
  return withAtEnd(conditions, stamped(next, present, timestamp));
}

/** The same, but the time of the update is renewed even when nothing else is new: progress was made. */
export function withRenewedStatement(
  conditions: Conditions,
  next: Statement,
  timestamp: string,
): Conditions {
  const present = findCondition(conditions, next.type);
  return withAtEnd(conditions, stamped(next, present, timestamp));
}

function withAtEnd(conditions: Conditions, next: DeploymentCondition): Conditions {
  const all: DeploymentCondition[] = [];
  for (let index = 0; index < conditions.length; index += 1) {
    const each = conditions[index] as DeploymentCondition; // In range by the loop's condition.
    if (each.type !== next.type) all.push(each);
  }
  all.push(next);
  return all;
}

function stamped(
  next: Statement,
  present: DeploymentCondition | undefined,
  timestamp: string,
): DeploymentCondition {
  const { type, status, reason, message } = next;
  const stays = present !== undefined && present.status === status;
  const lastTransitionTime = stays ? (present.lastTransitionTime ?? timestamp) : timestamp;
  const lastUpdateTime = timestamp;
  return reason !== undefined && message !== undefined
    ? { type, status, reason, message, lastUpdateTime, lastTransitionTime }
    : { ...next, lastUpdateTime, lastTransitionTime };
}
