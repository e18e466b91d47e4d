import type { PodSpec } from '../../api/generated/types.ts';
import type { FitChangeKind } from '../../bridge/scheduling.ts';

/** A change of a Pod's spec that may make it fit. */
export interface SpecChange {
  readonly kind: FitChangeKind;
  readonly what: string;
  readonly note: string;
  /** Smaller changes weigh less, and are proposed first. */
  readonly weight: number;
  /** What is requested then, for `kubectl set resources`. */
  readonly requestsOf?: {
    readonly container: string;
    readonly amounts: Readonly<Record<string, string>>;
  };
  /** Makes the change in a spec: the Pod's own, or that of the template it was made from. */
  apply(spec: PodSpec): PodSpec;
}
