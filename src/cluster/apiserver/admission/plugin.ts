import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { StatusError } from '../../../api/status-error.ts';
import type { Result } from '../../../base/result.ts';
import type { VerbCall } from '../verb.ts';

/** One admission plugin, under upstream's name. */
export interface AdmissionPlugin {
  readonly name: string;
  /** The object as it shall be stored, or why it shall not. */
  admit(call: VerbCall, change: Change): Result<KubernetesObject, StatusError>;
  /** Why the target may not be deleted. */
  admitDeletion?(call: VerbCall): StatusError | undefined;
}

/** An object that is to be created, or with `old` to be changed. */
export interface Change {
  readonly next: KubernetesObject;
  readonly old: KubernetesObject | undefined;
}
