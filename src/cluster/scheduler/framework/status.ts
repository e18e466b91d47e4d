/**
 * What a plugin answers, with what the scheduler then does (kube-scheduler's framework codes):
 * `Error` retries with backoff; `Unschedulable` waits for a change and preemption may help;
 * `UnschedulableAndUnresolvable` waits, and evicting Pods would not help; `Wait` holds the binding;
 * `Skip` leaves the plugin out of this cycle; `Pending` waits for the plugin itself to finish something.
 */
export type Code =
  | 'Success'
  | 'Error'
  | 'Unschedulable'
  | 'UnschedulableAndUnresolvable'
  | 'Wait'
  | 'Skip'
  | 'Pending';

/** A plugin's answer that is not plain success. Immutable; equal rejections may share one object. */
export interface Status {
  readonly code: Exclude<Code, 'Success'>;
  /** The plugin that answered; empty where the scheduler itself did. */
  readonly plugin: string;
  /** Upstream's sentences, as `kubectl describe` prints them. */
  readonly reasons: readonly string[];
}

/** Success is the absence of a status: it needs no words and no memory. */
export type MaybeStatus = Status | undefined;

export function statusOf(code: Status['code'], plugin: string, ...reasons: string[]): Status {
  return Object.freeze({ code, plugin, reasons: Object.freeze(reasons) });
}

/** No node now, but one may fit once Pods are gone or the cluster changes. */
export function unschedulable(plugin: string, ...reasons: string[]): Status {
  return statusOf('Unschedulable', plugin, ...reasons);
}

/** No, and evicting Pods would not change it. */
export function unresolvable(plugin: string, ...reasons: string[]): Status {
  return statusOf('UnschedulableAndUnresolvable', plugin, ...reasons);
}

/** Something went wrong that is nobody's decision. */
export function failure(plugin: string, ...reasons: string[]): Status {
  return statusOf('Error', plugin, ...reasons);
}

/** Whether the plugin said no, as opposed to yes, wait or "I failed". */
export function isRejected(status: Status): boolean {
  return (
    status.code === 'Unschedulable' ||
    status.code === 'UnschedulableAndUnresolvable' ||
    status.code === 'Pending'
  );
}

/** The reasons as one text. */
export function messageOf(status: Status): string {
  return status.reasons.join(', ');
}
