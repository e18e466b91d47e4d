import type { StatusError } from '../../api/status-error.ts';
import type { Cause } from '../../kernel/cause.ts';
import type { Micros } from '../../kernel/time.ts';
import type { ApiRequest } from '../messages.ts';
import type { Seat } from './flow-control/state.ts';

/** A request on its way through the server. Plain, because it waits in memory while etcd is asked. Frozen. */
export interface Exchange {
  readonly request: ApiRequest;
  /** Who gets the answer; undefined for what the server asks of itself. */
  readonly client: string | undefined;
  readonly receivedAt: Micros;
  /** Why it was sent. */
  readonly cause: Cause | undefined;
  /** The deletecollection that it is a part of; 0 for none. */
  readonly group: number;
  /** What it holds of the server's seats until it is answered; absent for what is not counted. */
  readonly seat?: Seat;
}

/** What a stage or verb makes of an exchange. */
export type Answer = Reply | Commit | Read | FanOut | Later | Consult | Open | Pending;

/** The answer is known. */
export interface Reply {
  readonly kind: 'reply';
  readonly code: number;
  readonly body: unknown;
  readonly warnings?: readonly string[];
  readonly retryAfterSeconds?: number;
  readonly contentType?: string;
}

/** Something is to be written, and then the answer is known or the verb goes on. */
export interface Commit {
  readonly kind: 'commit';
  readonly storage: string;
  readonly key: string;
  /** The revision that the decision was based on; 0 for a key that must not exist. */
  readonly expectedModRevision: number;
  /** The object to store, without its resourceVersion; undefined deletes the key. */
  readonly value: object | undefined;
  readonly ttlSeconds?: number;
  readonly warnings?: readonly string[];
  readonly then: Then;
}

/** What follows a write that succeeded. Frozen, as it waits in memory. */
export type Then =
  /** The answer is the object as it was written. */
  | { readonly kind: 'object'; readonly code: number }
  /** The answer is the Scale that stands for the object written. */
  | { readonly kind: 'scale' }
  | { readonly kind: 'body'; readonly code: number; readonly body: unknown }
  /** The same verb goes on with its next step. */
  | { readonly kind: 'step'; readonly step: number };

/** A list as of an earlier revision, which only etcd can tell. */
export interface Read {
  readonly kind: 'read';
  readonly key: string;
  readonly end: string;
  readonly revision: number;
}

/** The answer is made of those to several requests, which belong to one group. */
export interface FanOut {
  readonly kind: 'fan-out';
  readonly parts: readonly Exchange[];
}

/** What is missing is likely to be there in a moment; the verb is then run again. */
export interface Later {
  readonly kind: 'later';
}

export const LATER: Later = Object.freeze({ kind: 'later' });

/** A watch is open, or the answer follows by another way. */
export interface Open {
  readonly kind: 'open';
}

export const OPEN: Open = Object.freeze({ kind: 'open' });

/** The copies must first be as new as etcd is now; the verb then goes on with this step. */
export interface Consult {
  readonly kind: 'consult';
  readonly step: number;
}

/** Somebody else answers, later. */
export interface Pending {
  readonly kind: 'pending';
}

export const PENDING: Pending = Object.freeze({ kind: 'pending' });

/** 200, or another code, with a body. */
export function reply(body: unknown, code = 200): Reply {
  return { kind: 'reply', code, body };
}

/** The answer to what is refused. */
export function refuse(status: StatusError): Reply {
  const retryAfterSeconds = status.details?.retryAfterSeconds;
  return {
    kind: 'reply',
    code: status.code,
    body: status,
    ...(retryAfterSeconds === undefined ? undefined : { retryAfterSeconds }),
  };
}
