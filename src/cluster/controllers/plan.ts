import type { ObjectReference } from '../../api/generated/types.ts';
import type { Micros } from '../../kernel/time.ts';
import type { KubeObject } from '../client/kube-object.ts';
import type { EventType } from '../client/event-recorder.ts';

/**
 * What a controller answers after comparing the wanted with the actual: why, and what to write. Plans
 * are data; the runtime carries them out.
 */
export interface Plan {
  /** One sentence without a full stop, with the numbers that decided. */
  readonly why: string;
  readonly writes: readonly Write[];
  /** How many requests may be under way at once; a plan stops at its first refusal in each case. */
  readonly pace: Pace;
  /** Ask the controller's `conclude` for a second plan once these writes were answered. */
  readonly concludes?: true;
  /** Look at the key again after this long, even if nothing changes. */
  readonly after?: Micros;
  /** Try again with growing pauses, as after a refused write: an error without a write. */
  readonly retry?: true;
  /** Kept for the key's next reconcile in this process; `null` forgets. Absent: as before. */
  readonly remember?: Memo | null;
}

/** What a controller keeps about a key between two looks. Lost with the process, as in upstream. */
export type Memo = Readonly<Record<string, string | number | boolean>>;

/**
 * `in order`: one after the other. `slow start`: 1, then 2, 4, 8 … at once, so that a refusal met by all
 * of a large batch is met by few of them. `at once`: all.
 */
export type Pace = 'in order' | 'slow start' | 'at once';

export type Write = ObjectWrite | Removal | Purge | Look | Reading | Announcement;

/** A request that carries an object or a patch. */
export type ObjectWrite =
  | {
      readonly verb: 'create';
      readonly resource: string;
      readonly object: KubeObject;
      readonly report?: Report;
    }
  | {
      /** Replaces the object (or a subresource of it) if it is still at its resourceVersion. */
      readonly verb: 'update';
      readonly resource: string;
      readonly subresource?: 'status' | 'finalize' | 'scale';
      readonly object: KubeObject;
      readonly report?: Report;
    }
  | {
      readonly verb: 'patch';
      readonly resource: string;
      readonly subresource?: 'status';
      /** Cache key of the object. */
      readonly key: string;
      readonly patch: 'strategic' | 'merge';
      readonly body: unknown;
      readonly report?: Report;
    }
  | {
      /** Server-side apply by force, of what this manager says. */
      readonly verb: 'apply';
      readonly resource: string;
      readonly subresource?: 'status';
      readonly key: string;
      readonly manager: string;
      readonly body: unknown;
      readonly report?: Report;
    };

/** Deletes one object, if it is still the one with this uid. */
export interface Removal {
  readonly verb: 'delete';
  readonly resource: string;
  readonly key: string;
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly graceSeconds?: number;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  readonly report?: Report;
}

/** Deletes a namespace's collection. */
export interface Purge {
  readonly verb: 'delete collection';
  readonly resource: string;
  readonly namespace: string;
}

/** Asks the server itself whether an object is there, where the cache may be behind. */
export interface Look {
  readonly verb: 'get';
  readonly resource: string;
  readonly key: string;
  /** Whose existence is in doubt; remembered as absent when the answer is another object or none. */
  readonly uid: string;
}

/** Reads what is in no cache; whatever is answered is handed to the controller's `conclude`. */
export interface Reading {
  readonly verb: 'read';
  /** With the query. */
  readonly path: string;
}

/** An Event; nobody waits for it. */
export interface Announcement {
  readonly verb: 'event';
  readonly about: ObjectReference;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

/** Events that tell of a write’s outcome: `{name}` stands for what it was done to, `{error}` for what was refused. */
export interface Report {
  readonly about: ObjectReference;
  readonly done?: { readonly reason: string; readonly message: string };
  readonly failed?: { readonly reason: string; readonly message: string };
}

/** Why a plan was broken off: the first refusal. */
export interface Failure {
  readonly verb: Write['verb'];
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

const NO_WRITES: readonly Write[] = Object.freeze([]);

/** Nothing to do. */
export function rest(why: string, more?: Pick<Plan, 'after' | 'remember' | 'retry'>): Plan {
  return { why, writes: NO_WRITES, pace: 'in order', ...more };
}

/** Writes, one after the other. */
export function inOrder(
  why: string,
  writes: readonly Write[],
  more?: Pick<Plan, 'after' | 'remember' | 'retry'>,
): Plan {
  return { why, writes, pace: 'in order', ...more };
}
