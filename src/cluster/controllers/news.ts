import type { Pod } from '../../api/generated/types.ts';
import { isPodFinished } from '../../api/pod-readiness.ts';
import type { InformerChange } from '../client/informer.ts';
import type { ClusterView } from './cluster-view.ts';

/**
 * What a change may mean to somebody. Worked out once for each change, so that a loop which heeds a few of these need
 * not be asked about all others: most changes of a Pod are of its status and mean nothing to nearly everyone.
 */
export type News =
  /** It is gone. */
  | 'loss'
  /** It is there and being deleted. */
  | 'leaving'
  /** Its owners are others than before; those of a new object are. */
  | 'owners'
  /** Of a Pod: its specification is another than before, or it has come or gone. */
  | 'spec'
  /** Of a Pod that is there: no node has been chosen. */
  | 'unbound'
  /** Of a Pod that is there: all of its containers have ended for good. */
  | 'ended'
  /** Of a Pod that is there: it has finalizers. */
  | 'held'
  /** Of a Pod: it has another controller than before, or none, so that whoever may want it is concerned. */
  | 'unclaimed'
  /** Services should now be told something else of it. */
  | 'endpoints'
  /** Budgets count it. */
  | 'budgets'
  /** Of a Pod: there are quotas, which may count it. */
  | 'quotas';

const LOSS = 1;
const LEAVING = 2;
const OWNERS = 4;
const SPEC = 8;
const UNBOUND = 16;
const ENDED = 32;
const HELD = 64;
const UNCLAIMED = 128;
const ENDPOINTS = 256;
const BUDGETS = 512;
const QUOTAS = 1024;

const BITS: Readonly<Record<News, number>> = {
  loss: LOSS,
  leaving: LEAVING,
  owners: OWNERS,
  spec: SPEC,
  unbound: UNBOUND,
  ended: ENDED,
  held: HELD,
  unclaimed: UNCLAIMED,
  endpoints: ENDPOINTS,
  budgets: BUDGETS,
  quotas: QUOTAS,
};

/** A set of news as the bits of a number. */
export type NewsBits = number;

/** The bits of some news. */
export function newsBits(news: readonly News[]): NewsBits {
  return news.reduce((bits, each) => bits | BITS[each], 0);
}

/**
 * What a change means, everything derived having taken it in. `isUnclaimed`: of a Pod, that it has another controller
 * than before, or none.
 */
export function newsOf(
  { informer, old, next }: InformerChange,
  cluster: ClusterView,
  isUnclaimed: boolean,
): NewsBits {
  const { stirred, stirredBudgets } = cluster.derived;
  let news = isUnclaimed ? UNCLAIMED : 0;
  if (stirred.size > 0) news |= ENDPOINTS;
  if (stirredBudgets.size > 0) news |= BUDGETS;
  if (old?.metadata.ownerReferences !== next?.metadata.ownerReferences) news |= OWNERS;
  if (next === undefined) news |= LOSS;
  else if (next.metadata.deletionTimestamp !== undefined) news |= LEAVING;
  if (informer !== 'pods') return news;
  // The informer holds nothing else.
  const pod = next as Pod | undefined;
  const spec = pod?.spec;
  if ((old as Pod | undefined)?.spec !== spec) news |= SPEC;
  if (cluster.all('resourcequotas').size > 0) news |= QUOTAS;
  if (pod === undefined || spec === undefined) return news;
  const { nodeName } = spec;
  if (nodeName === undefined || nodeName === '') news |= UNBOUND;
  if (isPodFinished(pod)) news |= ENDED;
  if (pod.metadata.finalizers !== undefined) news |= HELD;
  return news;
}
