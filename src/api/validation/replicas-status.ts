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
  for (const field of counts) checkNonNegative(status[field], `status.${field}`, errors);
  for (const field of parts) {
    const count = status[field] ?? 0;
    if (count > (status.replicas ?? 0)) {
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
