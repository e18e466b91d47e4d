import type { ComponentHealth, LampState } from '../../bridge/cards.ts';
import type { Figures } from './figures/figures.ts';

/** What a component's figures say: its lamp, what stands behind it, and what it is among its like. */
export interface Reading {
  readonly lamp: LampState;
  readonly figures: ComponentHealth['figures'];
  readonly spark: readonly number[];
  readonly sparkLabel: string;
  readonly role: string;
  readonly leads: boolean;
}

/** The thresholds behind lamps; charts draw them as lines (`view/health-charts.ts` has the same numbers). */
const FSYNC_SLOW_MILLIS = 10; // Where etcd's own alerts begin.
const FSYNC_BAD_MILLIS = 500; // A renewal of a lease no longer fits into its deadline.
const QUOTA_NEAR_PERCENT = 80;
const PENDING_MANY = 100;
const WRITE_SLOW_MILLIS = 1000; // Upstream's objective for one object: 99 % within a second.
const LOOP_SLOW_SECONDS = 5;

const RANK: Readonly<Record<LampState, number>> = { good: 0, off: 1, attention: 2, failed: 3 };

/** The worst of several lamps. */
export function worst(lamps: readonly (LampState | undefined)[]): LampState {
  let found: LampState = 'good';
  for (const lamp of lamps) if (lamp !== undefined && RANK[lamp] > RANK[found]) found = lamp;
  return found;
}

type Figure = ComponentHealth['figures'][number];

function shown(label: string, value: string, lamp?: LampState): Figure {
  return lamp === undefined ? { label, value } : { label, value, lamp };
}

function reading(
  figures: readonly (Figure | undefined)[],
  rest: Partial<Reading> & { readonly extra?: readonly LampState[] } = {},
): Reading {
  const known = figures.filter((each) => each !== undefined);
  const { extra = [], ...own } = rest;
  return {
    lamp: worst([...known.map(({ lamp }) => lamp), ...extra]),
    figures: known,
    spark: [],
    sparkLabel: '',
    role: '',
    leads: true,
    ...own,
  };
}

export function readEtcd(
  figures: Figures,
  given: { readonly members: number; readonly recentFlushes: readonly number[] },
): Reading {
  const get = (name: string): number => figures.get(name) ?? 0;
  const p99 = get('fsyncP99Millis');
  const fsync: LampState =
    p99 > FSYNC_BAD_MILLIS ? 'failed' : p99 > FSYNC_SLOW_MILLIS ? 'attention' : 'good';
  const leads = get('leading') === 1;
  const several = given.members > 1;
  const role =
    get('learner') === 1
      ? 'learner'
      : leads
        ? 'leader'
        : get('hasLeader') === 1
          ? 'follower'
          : 'no leader';
  const pending = get('proposalsPending');
  const quota = get('dbQuotaPercent');
  return reading(
    [
      get('noSpace') === 1 ? shown('alarm', 'NOSPACE', 'failed') : undefined,
      get('corrupt') === 1 ? shown('alarm', 'CORRUPT', 'failed') : undefined,
      get('hasLeader') === 1 ? undefined : shown('leader', 'none', 'failed'),
      shown('fsync p99', millisText(p99), fsync),
      shown('revision', countText(get('revision'))),
      pending > 0
        ? shown('pending', countText(pending), pending > PENDING_MANY ? 'attention' : 'good')
        : undefined,
      several ? shown('term', countText(get('term'))) : undefined,
      quota > QUOTA_NEAR_PERCENT
        ? shown('db', `${Math.round(quota)} % of quota`, 'attention')
        : undefined,
      get('defragmenting') === 1 ? shown('defragmenting', 'now', 'attention') : undefined,
    ],
    {
      spark: given.recentFlushes.slice(-32).map((micros) => micros / 1000),
      sparkLabel: 'fsync, ms',
      role: several || role === 'learner' ? role : '',
      leads,
    },
  );
}

export function readApiServer(
  figures: Figures,
  given: {
    readonly recentUpdates: readonly number[];
    /** Undefined: there is no balancer. */
    readonly balanced: boolean | undefined;
    readonly certificateExpired: boolean;
  },
): Reading {
  const get = (name: string): number => figures.get(name) ?? 0;
  const p99 = get('writeP99Millis');
  const queued = get('queued');
  const refused = get('refused429');
  const errors = get('errors');
  return reading(
    [
      given.certificateExpired ? shown('certificate', 'expired', 'failed') : undefined,
      get('etcdUp') === 1 ? undefined : shown('etcd', 'not reached', 'failed'),
      shown('writes p99', millisText(p99), p99 > WRITE_SLOW_MILLIS ? 'attention' : 'good'),
      shown('requests', countText(get('requests'))),
      shown('watches', countText(get('watches'))),
      queued > 0 ? shown('queued', countText(queued), 'attention') : undefined,
      refused > 0 ? shown('429s', countText(refused)) : undefined,
      errors > 0 ? shown('5xx', countText(errors), 'attention') : undefined,
    ],
    {
      spark: given.recentUpdates.slice(-32).map((micros) => micros / 1000),
      sparkLabel: 'update latency, ms',
      role:
        given.balanced === undefined ? '' : given.balanced ? 'in the balancer' : 'out of balancer',
      leads: given.balanced !== false,
      extra: given.balanced === false ? ['attention'] : [],
    },
  );
}

export function readLoadBalancer(figures: Figures): Reading {
  const all = figures.get('backends') ?? 0;
  const up = figures.get('backendsUp') ?? 0;
  return reading([
    shown('API servers', `${up} of ${all}`, up === 0 ? 'failed' : up < all ? 'attention' : 'good'),
    shown('connections', countText(figures.get('connections') ?? 0)),
  ]);
}

/** The scheduler answers for its lease as well: one that does not lead decides nothing. */
export function readScheduler(
  figures: Figures,
  given: { readonly standsBy: boolean; readonly candidates: number },
): Reading {
  const get = (name: string): number => figures.get(name) ?? 0;
  const stuck = get('unschedulable');
  return reading(
    [
      shown('attempts', countText(get('attempts'))),
      shown('placed', countText(get('scheduled'))),
      stuck > 0 ? shown('unschedulable', countText(stuck), 'attention') : undefined,
      leaseFigure(figures, given.standsBy),
      get('errors') > 0 ? shown('errors', countText(get('errors')), 'attention') : undefined,
    ],
    leaseRole(figures, given),
  );
}

export function readControllerManager(
  figures: Figures,
  given: {
    readonly standsBy: boolean;
    readonly candidates: number;
    readonly depths: readonly number[];
  },
): Reading {
  const get = (name: string): number => figures.get(name) ?? 0;
  const leads = get('leading') === 1;
  const slow: LampState = get('oldestSeconds') > LOOP_SLOW_SECONDS ? 'attention' : 'good';
  return reading(
    leads
      ? [
          shown('queued', countText(get('depth')), slow),
          shown('reconciles', countText(get('reconciles'))),
          shown('retries', countText(get('retries'))),
        ]
      : [leaseFigure(figures, given.standsBy)],
    {
      ...leaseRole(figures, given),
      spark: leads ? given.depths : [],
      sparkLabel: leads ? 'queue depth by loop' : '',
    },
  );
}

function leaseFigure(figures: Figures, standsBy: boolean): Figure | undefined {
  if (figures.get('leading') === 1) return undefined;
  return standsBy ? shown('lease', 'stands by', 'good') : shown('lease', 'not held', 'attention');
}

function leaseRole(
  figures: Figures,
  { standsBy, candidates }: { readonly standsBy: boolean; readonly candidates: number },
): Pick<Reading, 'role' | 'leads'> {
  const leads = figures.get('leading') === 1;
  if (candidates < 2) return { role: '', leads };
  return { role: leads ? 'holds the lease' : standsBy ? 'stands by' : 'without a lease', leads };
}

export function readCoreDns(figures: Figures): Reading {
  const ready = figures.get('ready') === 1;
  const connected = figures.get('connected') === 1;
  return reading([
    shown('answers', ready ? 'yes' : 'not yet', ready ? 'good' : 'attention'),
    connected ? undefined : shown('API', 'not reached', 'attention'),
    shown('Services', countText(figures.get('services') ?? 0)),
  ]);
}

function millisText(value: number): string {
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ms`;
}

/** Thousands apart, without a locale. */
function countText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
