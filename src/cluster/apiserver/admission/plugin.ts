import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import { forbiddenError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { VerbCall } from '../verb.ts';

/** One admission plugin, under upstream's name. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Whether it has to do with such changes at all (upstream: Handles); absent: with all of them. */
  concerns?(place: ChangePlace): boolean;
  /** The object as it shall be stored, or why it shall not. */
  admit?(call: VerbCall, change: Change): Admitted;
  /** Why the target may not be deleted. */
  admitDeletion?(call: VerbCall): StatusError | undefined;
}

/** What is the same for all changes of a kind. */
export interface ChangePlace {
  readonly kind: KindDeclaration;
  readonly subresource: string;
  readonly isCreation: boolean;
}

/** An object that is to be created, or with `old` to be changed. */
export interface Change {
  readonly next: KubernetesObject;
  readonly old: KubernetesObject | undefined;
}

export type Admitted = Result<KubernetesObject, NotAdmitted>;

/** A refusal; `mayPass` when what is missing is likely to come within a second. */
export interface NotAdmitted {
  readonly status: StatusError;
  readonly mayPass?: boolean;
}

/** The object goes on. */
export const admitted: (object: KubernetesObject) => Admitted = success;

/** 403 with the plugin's reason, in upstream's words. An object without a name goes by its generateName. */
export function forbid(call: VerbCall, { next }: Change, why: string): NotAdmitted {
  const { kind } = call.target;
  const { name = '', generateName = '' } = next.metadata;
  const status = forbiddenError(
    { group: kind.group, resource: kind.plural },
    name || generateName || 'Unknown',
    why,
  );
  return { status };
}

export const notAdmitted = (why: NotAdmitted): Admitted => refusal(why);

/** Whether a call is about objects of a core kind themselves. */
export function isOf({ target }: VerbCall, kind: string): boolean {
  return concernsCore(target, kind);
}

/** The same of a place. */
export function concernsCore(
  { kind, subresource }: Pick<ChangePlace, 'kind' | 'subresource'>,
  name: string,
): boolean {
  return kind.kind === name && kind.group === '' && subresource === '';
}
