import type { KubernetesObject, Pod, ResourceQuota } from '../../../api/generated/types.ts';
import {
  compareQuantities,
  isZeroQuantity,
  subtractQuantities,
} from '../../../api/quantity/arithmetic.ts';
import { formatQuantity } from '../../../api/quantity/format.ts';
import { parseQuantity } from '../../../api/quantity/parse.ts';
import { zeroQuantity, type Quantity } from '../../../api/quantity/quantity.ts';
import { isInScope } from '../../../api/quota/scopes.ts';
import { addedText, missingAmounts, usageOf, type Usage } from '../../../api/quota/usage.ts';
import { kindOf } from '../../../api/kinds/index.ts';
import { compareStrings, sortedStrings } from '../../../base/compare.ts';
import { LATER, refuse, type Answer } from '../exchange.ts';
import { keyOf } from '../request-target.ts';
import type { VerbCall } from '../verb.ts';
import { commitObject } from '../writes/commit.ts';
import { isDryRun } from '../writes/dry-run.ts';
import { askedCaches, cachedInNamespace } from './cached.ts';
import { forbid } from './plugin.ts';

/** How often a request waits for the controller to have counted a new quota. */
const PATIENCE = 10;

/**
 * Charges a new object to its namespace's quotas, before it is written: the answer that comes first, or
 * undefined when the object may be stored now (upstream's plugin ResourceQuota). Each quota's status is
 * written in a step of its own, so that two requests at once cannot both take what is left. Of an object that is
 * changed (a Pod that is resized) the difference counts.
 */
export function chargeQuotas(
  call: VerbCall,
  object: KubernetesObject,
  old?: KubernetesObject,
): Answer | undefined {
  const { server, target, at, exchange } = call;
  if (target.namespace === '' || askedCaches(server).quotas.objects.size === 0) return undefined;
  const all = cachedInNamespace<ResourceQuota>(server, 'resourcequotas', target.namespace);
  if (all.length === 0) return undefined;
  const whole = usageOf(object, target.kind);
  const usage = old === undefined ? whole : difference(whole, usageOf(old, target.kind));
  if (usage.size === 0) return undefined;
  const quotas = all
    .filter((quota) => limitedBy(quota, usage, object).length > 0 && isInScope(quota, object))
    .sort((a, b) => compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''));
  for (const quota of quotas.slice(at.step)) {
    const why = problem(quota, usage, object);
    if (why === undefined) continue;
    const isUncounted = why.startsWith('status unknown');
    if (isUncounted && at.attempt < PATIENCE) return LATER;
    return refuse(forbid(call, { next: object, old }, why).status);
  }
  const quota = quotas[at.step];
  const kind = quota === undefined ? undefined : kindOf(quota);
  if (quota === undefined || kind === undefined || isDryRun(exchange.request)) return undefined;
  return commitObject(server, {
    kind,
    key: keyOf(kind, target.namespace, quota.metadata.name ?? ''),
    next: charged(quota, usage),
    old: quota,
    then: Object.freeze({ kind: 'step', step: at.step + 1 }),
  });
}

/** What one usage has more than another; less than nothing where it has less. */
function difference(usage: Usage, before: Usage): Usage {
  const more = new Map<string, Quantity>();
  for (const [name, amount] of usage) {
    const rest = subtractQuantities(amount, before.get(name) ?? zeroQuantity);
    if (!isZeroQuantity(rest)) more.set(name, rest);
  }
  return more;
}

/** The names under which a quota bounds what the object uses; for Pods also what they fail to say. */
function limitedBy(
  { spec }: ResourceQuota,
  usage: Usage,
  object: KubernetesObject,
): readonly string[] {
  const names = Object.keys(spec?.hard ?? {});
  if (object.kind !== 'Pod') return names.filter((name) => usage.has(name));
  return names.filter((name) => usage.has(name) || COMPUTE.test(name));
}

const COMPUTE = /^((requests|limits)\.)?(cpu|memory)$/;

function problem(quota: ResourceQuota, usage: Usage, object: KubernetesObject): string | undefined {
  const { name } = quota.metadata;
  const { hard = {}, used = {} } = quota.status ?? {};
  const limited = sortedStrings(limitedBy(quota, usage, object));
  if (object.kind === 'Pod') {
    const missing = missingAmounts(object as Pod, limited);
    if (missing !== undefined) return `failed quota: ${name}: ${missing}`;
  }
  const unknown = limited.filter((each) => !Object.hasOwn(used, each));
  if (unknown.length > 0) {
    return `status unknown for quota: ${name}, resources: ${unknown.join(',')}`;
  }
  const exceeded = limited.filter((each) => {
    const wanted = usage.get(each);
    if (wanted === undefined || compareQuantities(wanted, zeroQuantity) <= 0) return false;
    return compareQuantities(read(addedText(used[each], wanted)), read(hard[each])) > 0;
  });
  if (exceeded.length === 0) return undefined;
  const list = (amounts: (name: string) => string) =>
    exceeded.map((each) => `${each}=${amounts(each)}`).join(',');
  const requested = list((each) => formatQuantity(usage.get(each) ?? zeroQuantity));
  return `exceeded quota: ${name}, requested: ${requested}, used: ${list((each) => used[each] ?? '0')}, limited: ${list((each) => hard[each] ?? '0')}`;
}

function read(text: string | undefined): Quantity {
  const parsed = parseQuantity(text ?? '0');
  return parsed.ok ? parsed.value : zeroQuantity;
}

function charged(quota: ResourceQuota, usage: Usage): ResourceQuota {
  const used: Record<string, string> = { ...quota.status?.used };
  for (const [name, amount] of usage) {
    if (Object.hasOwn(used, name)) used[name] = addedText(used[name], amount);
  }
  return { ...quota, status: { ...quota.status, used } };
}
