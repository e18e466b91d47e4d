import type { Lease } from '../../api/generated/types.ts';
import { formatMicroTime, parseTime } from '../../api/time.ts';
import type { Env } from '../../kernel/process.ts';
import { below } from '../../kernel/random.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import {
  call,
  reasonOf,
  succeeded,
  type ApiClient,
  type ApiClientMessage,
  type ApiOutcome,
} from './api-client.ts';

/**
 * client-go's leader election on a Lease: candidates try every 2 s, a lease lasts 15 s after the last
 * renewal that the observer saw, and a holder that has not renewed for 10 s steps down.
 */
export interface LeaderElection {
  readonly leaseName: string;
  readonly identity: string;
  readonly epochMillis: number;
  leading: boolean;
  /** The Lease as last seen, and when this candidate saw it change by its own clock. */
  observed: Lease | undefined;
  observedAt: Micros;
  /** When this candidate last renewed. */
  renewedAt: Micros;
  /** The round under way; answers and timers of older rounds are stale. */
  round: number;
}

export type LeaderElectionTimer = { readonly type: 'client/elect'; readonly round: number };

/** What a candidate's requests wait for; part of its process's `Then`. */
export type LeaderElectionThen =
  | { readonly type: 'elect/read'; readonly round: number }
  | { readonly type: 'elect/written'; readonly round: number };

/** What a round ended with, for the process to act on. */
export type ElectionNews = 'became leader' | 'stopped leading' | undefined;

const LEASE_DURATION: Micros = 15 * SECOND;
const RENEW_DEADLINE: Micros = 10 * SECOND;
const RETRY_PERIOD: Micros = 2 * SECOND;
const COLLECTION = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';

type ElectionEnv = Env<ApiClientMessage | LeaderElectionTimer>;

export function createLeaderElection(options: {
  readonly leaseName: string;
  readonly identity: string;
  readonly epochMillis: number;
}): LeaderElection {
  return {
    ...options,
    leading: false,
    observed: undefined,
    observedAt: 0,
    renewedAt: 0,
    round: 0,
  };
}

/** Begins the candidacy: call once at the start of an incarnation. */
export function startElection<Then>(
  election: LeaderElection,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): void {
  tryOnce(election, client, env);
}

/** A timer of the candidacy rang. */
export function electionTimer<Then>(
  election: LeaderElection,
  timer: LeaderElectionTimer,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): ElectionNews {
  if (timer.round !== election.round) return undefined;
  if (election.leading && env.now - election.renewedAt >= RENEW_DEADLINE) {
    // A holder that cannot renew must stop before others may believe the lease has run out.
    election.leading = false;
    tryOnce(election, client, env);
    return 'stopped leading';
  }
  tryOnce(election, client, env);
  return undefined;
}

/** An answer to one of the candidacy's requests. */
export function electionOutcome<Then>(
  election: LeaderElection,
  then: LeaderElectionThen,
  outcome: ApiOutcome,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): ElectionNews {
  if (then.round !== election.round) return undefined;
  if (then.type === 'elect/read') {
    if (succeeded(outcome)) observe(election, outcome.body as Lease, env.now);
    else if (reasonOf(outcome) === 'NotFound') election.observed = undefined;
    else {
      again(election, env);
      return undefined;
    }
    write(election, client, env);
    return undefined;
  }
  if (!succeeded(outcome)) {
    // Somebody else wrote, or nobody answers: read before the next try.
    election.observed = undefined;
    again(election, env);
    return undefined;
  }
  observe(election, outcome.body as Lease, env.now);
  election.renewedAt = env.now;
  again(election, env);
  if (election.leading) return undefined;
  election.leading = true;
  return 'became leader';
}

function tryOnce<Then>(
  election: LeaderElection,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): void {
  env.resumeCause(undefined);
  election.round += 1;
  // A leader that still holds what it wrote renews without reading first.
  if (election.leading && election.observed !== undefined) {
    write(election, client, env);
    return;
  }
  call(client, env, {
    method: 'GET',
    path: `${COLLECTION}/${election.leaseName}`,
    then: { type: 'elect/read', round: election.round },
    timeoutMicros: RENEW_DEADLINE / 2,
  });
}

function observe(election: LeaderElection, lease: Lease, now: Micros): void {
  const known = election.observed;
  if (
    known === undefined ||
    known.spec.holderIdentity !== lease.spec.holderIdentity ||
    known.spec.renewTime !== lease.spec.renewTime
  ) {
    election.observedAt = now;
  }
  election.observed = lease;
}

function write<Then>(
  election: LeaderElection,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): void {
  const { observed, identity } = election;
  const now = formatMicroTime(election.epochMillis * 1000 + env.now);
  const then: LeaderElectionThen = { type: 'elect/written', round: election.round };
  if (observed === undefined) {
    call(client, env, {
      method: 'POST',
      path: COLLECTION,
      body: {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: election.leaseName, namespace: 'kube-system' },
        spec: {
          holderIdentity: identity,
          leaseDurationSeconds: LEASE_DURATION / SECOND,
          acquireTime: now,
          renewTime: now,
          leaseTransitions: 0,
        },
      } satisfies Lease,
      then,
      timeoutMicros: RENEW_DEADLINE / 2,
    });
    return;
  }
  const holder = observed.spec.holderIdentity ?? '';
  const mine = holder === identity;
  const expired = election.observedAt + LEASE_DURATION <= env.now || holder === '';
  if (!mine && !expired) {
    again(election, env);
    return;
  }
  call(client, env, {
    method: 'PUT',
    path: `${COLLECTION}/${election.leaseName}`,
    body: {
      ...observed,
      spec: {
        ...observed.spec,
        holderIdentity: identity,
        leaseDurationSeconds: LEASE_DURATION / SECOND,
        renewTime: now,
        ...(mine
          ? undefined
          : { acquireTime: now, leaseTransitions: (observed.spec.leaseTransitions ?? 0) + 1 }),
      },
    } satisfies Lease,
    then,
    timeoutMicros: RENEW_DEADLINE / 2,
  });
}

function again(election: LeaderElection, env: ElectionEnv): void {
  // Candidates that do not lead spread out by a jitter of 20 %.
  const jitter = election.leading ? 0 : below(env.random('elect'), RETRY_PERIOD / 5);
  env.after(RETRY_PERIOD + jitter, { type: 'client/elect', round: election.round });
}

/** When the observed holder last renewed, in milliseconds since 1970; for the health panel. */
export function lastRenewal(election: LeaderElection): number | undefined {
  const text = election.observed?.spec.renewTime;
  return text === undefined ? undefined : parseTime(text);
}
