import { invalid } from '../field-errors.ts';
import { checkNonNegative, type Errors } from './fields.ts';

/** The counts in the status of a Deployment or ReplicaSet: not negative, and parts not greater than their whole. */
export interface ReplicaCounts {
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
  readonly collisionCount?: number;
}

const counts = [
  'replicas',
  'updatedReplicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'observedGeneration',
  'collisionCount',
] as const;
const parts = [
  'updatedReplicas',
  'fullyLabeledReplicas',
  'readyReplicas',
  'availableReplicas',
] as const;

export function checkReplicaCounts(
  status: ReplicaCounts | undefined,
  old: ReplicaCounts | undefined,
  errors: Errors,
): void {
  if (status === undefined) return;
  // Most are right, and what names a field is a text made for the errors alone.
  for (let i = 0; i < counts.length; i += 1) {
    const field = counts[i] as (typeof counts)[number]; // In range.
    const count = status[field];
    if (count !== undefined && count < 0) checkNonNegative(count, `status.${field}`, errors);
  }
  const { replicas: whole = 0 } = status;
  for (let i = 0; i < parts.length; i += 1) {
    const field = parts[i] as (typeof parts)[number];
    const count = status[field] ?? 0;
    if (count > whole) {
      errors.push(invalid(`status.${field}`, count, 'cannot be greater than status.replicas'));
    }
  }
  if ((status.availableReplicas ?? 0) > (status.readyReplicas ?? 0)) {
    errors.push(
      invalid(
        'status.availableReplicas',
        status.availableReplicas,
        'cannot be greater than readyReplicas',
      ),
    );
  }
  const collisions = status.collisionCount ?? 0;
  if (old?.collisionCount !== undefined && collisions < old.collisionCount) {
    errors.push(invalid('status.collisionCount', collisions, 'cannot be decremented'));
  }
}
