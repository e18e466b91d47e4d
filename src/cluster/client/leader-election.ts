import { klog } from './component-log.ts';
import type { Lease } from '../../api/generated/types.ts';
import { formatMicroTime, parseTime } from '../../api/time.ts';
import type { Env } from '../../kernel/process.ts';
import { below, randomUid } from '../../kernel/random.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import {
  call,
  messageOf,
  reasonOf,
  succeeded,
  type ApiClient,
  type ApiClientMessage,
  type ApiOutcome,
} from './api-client.ts';
import {
  createEventRecorder,
  recordEvent,
  type EventRecorder,
  type EventThen,
} from './event-recorder.ts';

/**
 * client-go's leader election on a Lease: candidates try every 2 s and up to 2.4 s more, a lease lasts 15 s after the
 * last renewal that the observer saw by its own clock, and a holder that tries to renew for 10 s in vain steps down.
 * Calendar times in the Lease are for readers; nobody decides by another's clock.
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
  /** Until when the renewal under way may be tried; 0 between renewals. */
  renewUntil: Micros;
  readonly recorder: EventRecorder;
  /** The last write failed: the Lease is read before the next one. */
  readFirst: boolean;
  /** The round under way; answers and timers of older rounds are stale. */
  round: number;
}

export type LeaderElectionTimer = { readonly type: 'client/elect'; readonly round: number };

/** What a candidate's requests wait for; part of its process's `Then`. */
export type LeaderElectionThen =
  | { readonly type: 'elect/read'; readonly round: number }
  | { readonly type: 'elect/written'; readonly round: number }
  | EventThen;

/** What a round ended with, for the process to act on: upstream's components exit when they stop leading. */
export type ElectionNews = 'became leader' | 'stopped leading' | undefined;

const LEASE_DURATION: Micros = 15 * SECOND;
const RENEW_DEADLINE: Micros = 10 * SECOND;
const RETRY_PERIOD: Micros = 2 * SECOND;
/** client-go's JitterFactor: a candidate waits for up to 1.2 periods more. */
const JITTER_MAX: Micros = 1.2 * RETRY_PERIOD;
/** The client gives one request half of the time for a renewal. */
const REQUEST_TIMEOUT: Micros = RENEW_DEADLINE / 2;
const COLLECTION = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';

type ElectionEnv = Env<ApiClientMessage | LeaderElectionTimer>;

/** The name of a candidate: its host, and a new identifier at each start. */
export function candidateIdentity(env: Pick<Env, 'machine' | 'random'>): string {
  return `${env.machine}_${randomUid(env.random('identity'))}`;
}

/** `component` is what the Events of the election are from. */
export function createLeaderElection(options: {
  readonly leaseName: string;
  readonly identity: string;
  readonly epochMillis: number;
  readonly component: string;
}): LeaderElection {
  const { component, epochMillis } = options;
  return {
    leaseName: options.leaseName,
    identity: options.identity,
    epochMillis,
    recorder: createEventRecorder({ component, epochMillis }),
    leading: false,
    observed: undefined,
    observedAt: 0,
    renewedAt: 0,
    renewUntil: 0,
    readFirst: false,
    round: 0,
  };
}

/** Begins the candidacy: call once at the start of an incarnation. */
export function startElection<Then>(
  election: LeaderElection,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): void {
  const lock = lockText(election);
  klog(env, 'I', 'leaderelection.go:257', `"Attempting to acquire leader lease..." lock=${lock}`);
  tryOnce(election, client, env);
}

function lockText({ leaseName }: LeaderElection): string {
  return JSON.stringify(`kube-system/${leaseName}`);
}

/** A timer of the candidacy rang. */
export function electionTimer<Then>(
  election: LeaderElection,
  timer: LeaderElectionTimer,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): ElectionNews {
  if (timer.round !== election.round) return undefined;
  if (isLost(election, env)) return stepDown(election, env);
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
  if (then.type === 'event/written' || then.round !== election.round) return undefined;
  if (then.type === 'elect/read') {
    if (succeeded(outcome)) observe(election, outcome.body as Lease, env.now);
    else if (reasonOf(outcome) === 'NotFound') election.observed = undefined;
    else {
      const lock = lockText(election);
      const why = JSON.stringify(messageOf(outcome));
      klog(
        env,
        'E',
        'leaderelection.go:448',
        `"Error retrieving lease lock" err=${why} lock=${lock}`,
      );
      return failed(election, env);
    }
    write(election, client, env);
    return undefined;
  }
  if (!succeeded(outcome)) {
    // Somebody else wrote, or nobody answers: read before the next try.
    election.readFirst = true;
    return failed(election, env);
  }
  const lease = outcome.body as Lease; // The answer to a write of a Lease.
  observe(election, lease, env.now);
  election.readFirst = false;
  election.renewedAt = env.now;
  election.renewUntil = 0;
  again(election, env);
  if (election.leading) return undefined;
  election.leading = true;
  klog(
    env,
    'I',
    'leaderelection.go:271',
    `"Successfully acquired lease" lock=${lockText(election)}`,
  );
  tellOfLeader(election, lease, client, env);
  return 'became leader';
}

function failed(election: LeaderElection, env: ElectionEnv): ElectionNews {
  if (isLost(election, env)) return stepDown(election, env);
  again(election, env);
  return undefined;
}

/** A holder that cannot renew must stop before others may believe that the lease has run out. */
function isLost(election: LeaderElection, env: ElectionEnv): boolean {
  return election.leading && election.renewUntil > 0 && env.now >= election.renewUntil;
}

function stepDown(election: LeaderElection, env: ElectionEnv): ElectionNews {
  election.leading = false;
  // Whatever still comes is stale.
  election.round += 1;
  const lock = lockText(election);
  klog(
    env,
    'E',
    'leaderelection.go:312',
    `"Failed to renew lease" err="context deadline exceeded" lock=${lock}`,
  );
  klog(env, 'E', 'server.go:243', '"Leaderelection lost"');
  env.note(
    `${election.identity} could not renew its lease for ${RENEW_DEADLINE / SECOND} s: leaderelection lost`,
  );
  return 'stopped leading';
}

function tellOfLeader<Then>(
  election: LeaderElection,
  lease: Lease,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): void {
  const { uid, resourceVersion } = lease.metadata;
  recordEvent(election.recorder, client, env, {
    about: {
      kind: 'Lease',
      namespace: 'kube-system',
      name: election.leaseName,
      ...(uid === undefined ? undefined : { uid }),
      apiVersion: 'coordination.k8s.io/v1',
      ...(resourceVersion === undefined ? undefined : { resourceVersion }),
    },
    type: 'Normal',
    reason: 'LeaderElection',
    message: `${election.identity} became leader`,
  });
}

function tryOnce<Then>(
  election: LeaderElection,
  client: ApiClient<Then | LeaderElectionThen>,
  env: ElectionEnv,
): void {
  env.resumeCause(undefined);
  election.round += 1;
  // A leader that still holds what it wrote renews without reading first.
  if (election.leading && election.renewUntil === 0) {
    election.renewUntil = env.now + RENEW_DEADLINE;
  }
  if (election.leading && !election.readFirst && election.observed !== undefined) {
    write(election, client, env);
    return;
  }
  call(client, env, {
    method: 'GET',
    path: `${COLLECTION}/${election.leaseName}`,
    then: { type: 'elect/read', round: election.round },
    timeoutMicros: patience(election, env),
  });
}

/** How long one request may take: not longer than the renewal as a whole. */
function patience(election: LeaderElection, env: ElectionEnv): Micros {
  return election.leading
    ? Math.max(1, Math.min(REQUEST_TIMEOUT, election.renewUntil - env.now))
    : REQUEST_TIMEOUT;
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
  const now = formatMicroTime(election.epochMillis * 1000 + env.now + env.clockSkewMicros());
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
      timeoutMicros: patience(election, env),
    });
    return;
  }
  const holder = observed.spec.holderIdentity ?? '';
  const mine = holder === identity;
  const lasts = (observed.spec.leaseDurationSeconds ?? 0) * SECOND;
  const expired = election.observedAt + lasts <= env.now || holder === '';
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
    timeoutMicros: patience(election, env),
  });
}

function again(election: LeaderElection, env: ElectionEnv): void {
  // A holder renews steadily, and stops trying when its time is over; candidates spread out.
  const delay = election.leading
    ? election.renewUntil === 0
      ? RETRY_PERIOD
      : Math.max(0, Math.min(RETRY_PERIOD, election.renewUntil - env.now))
    : RETRY_PERIOD + below(env.random('elect'), JITTER_MAX);
  env.after(delay, { type: 'client/elect', round: election.round });
}

/** Whether this candidate waits behind another that holds the lease, as a replica should. */
export function standsBy(election: LeaderElection, now: Micros): boolean {
  const { observed, observedAt, identity, leading } = election;
  const holder = observed?.spec.holderIdentity ?? '';
  return !leading && holder !== '' && holder !== identity && now - observedAt < LEASE_DURATION;
}

/** When the observed holder last renewed, in milliseconds since 1970; for the health panel. */
export function lastRenewal(election: LeaderElection): number | undefined {
  const text = election.observed?.spec.renewTime;
  return text === undefined ? undefined : parseTime(text);
}
