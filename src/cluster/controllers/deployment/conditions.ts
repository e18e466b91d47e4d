import type { DeploymentCondition } from '../../../api/generated/types.ts';
import { findCondition, withoutCondition } from '../../../api/conditions.ts';

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
  return [...withoutCondition(conditions, next.type), stamped(next, present, timestamp)];
}

/** The same, but the time of the update is renewed even when nothing else is new: progress was made. */
export function withRenewedStatement(
  conditions: Conditions,
  next: Statement,
  timestamp: string,
): Conditions {
  const present = findCondition(conditions, next.type);
  return [...withoutCondition(conditions, next.type), stamped(next, present, timestamp)];
}

function stamped(
  next: Statement,
  present: DeploymentCondition | undefined,
  timestamp: string,
): DeploymentCondition {
  const since = present !== undefined && present.status === next.status;
  return {
    ...next,
    lastUpdateTime: timestamp,
    lastTransitionTime: since ? (present.lastTransitionTime ?? timestamp) : timestamp,
  };
}
