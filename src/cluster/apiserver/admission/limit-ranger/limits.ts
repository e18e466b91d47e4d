import type { LimitRange, LimitRangeItem } from '../../../../api/generated/types.ts';
import { podLimits, podRequests, type ResourcePod } from '../../../../api/pod-resources.ts';
import { approximateFloat, compareQuantities } from '../../../../api/quantity/arithmetic.ts';
import { parseQuantity } from '../../../../api/quantity/parse.ts';
import { zeroQuantity, type Quantity } from '../../../../api/quantity/quantity.ts';
import { sortedStrings } from '../../../../base/compare.ts';

type Amounts = Readonly<Record<string, string>>;

/** What of a Pod a LimitRange does not allow, in upstream's words. */
export function podViolations(pod: ResourcePod, range: LimitRange): readonly string[] {
  const found: string[] = [];
  for (const item of range.spec.limits) {
    if (item.type === 'Container') {
      const { containers, initContainers = [] } = pod.spec;
      for (const { resources = {} } of [...containers, ...initContainers]) {
        check(item, resources.requests ?? {}, resources.limits ?? {}, found);
      }
    } else if (item.type === 'Pod') check(item, podRequests(pod), podLimits(pod), found);
  }
  return found;
}

/** The same for a claim: its request must lie between the bounds. */
export function claimViolations(requests: Amounts, range: LimitRange): readonly string[] {
  const found: string[] = [];
  for (const item of range.spec.limits) {
    if (item.type !== 'PersistentVolumeClaim') continue;
    for (const name of sortedStrings(Object.keys(item.min ?? {}))) {
      bound('minimum', item, name, requests[name], undefined, found);
    }
    for (const name of sortedStrings(Object.keys(item.max ?? {}))) {
      const most = item.max?.[name] ?? '0';
      const request = requests[name];
      const rule = `maximum ${name} usage per ${item.type} is ${most}`;
      if (request === undefined) found.push(`${rule}.  No request is specified`);
      else if (compare(request, most) > 0) found.push(`${rule}, but request is ${request}`);
    }
  }
  return found;
}

function check(item: LimitRangeItem, requests: Amounts, limits: Amounts, found: string[]): void {
  for (const name of sortedStrings(Object.keys(item.min ?? {}))) {
    bound('minimum', item, name, requests[name], limits[name], found);
  }
  for (const name of sortedStrings(Object.keys(item.max ?? {}))) {
    bound('maximum', item, name, requests[name], limits[name], found);
  }
  for (const name of sortedStrings(Object.keys(item.maxLimitRequestRatio ?? {}))) {
    ratio(item, name, requests[name], limits[name], found);
  }
}

/** A minimum is kept by the request, and a maximum by the limit; the other counts where it is given. */
function bound(
  which: 'minimum' | 'maximum',
  item: LimitRangeItem,
  name: string,
  request: string | undefined,
  limit: string | undefined,
  found: string[],
): void {
  const enforced = (which === 'minimum' ? item.min : item.max)?.[name] ?? '0';
  const rule = `${which} ${name} usage per ${item.type} is ${enforced}`;
  const isBeyond = (amount: string) =>
    which === 'minimum' ? compare(amount, enforced) < 0 : compare(amount, enforced) > 0;
  const [first, second, firstWord, secondWord] =
    which === 'minimum'
      ? ([request, limit, 'request', 'limit'] as const)
      : ([limit, request, 'limit', 'request'] as const);
  if (first === undefined) {
    found.push(`${rule}.  No ${firstWord} is specified`);
  } else if (isBeyond(first)) found.push(`${rule}, but ${firstWord} is ${first}`);
  else if (second !== undefined && isBeyond(second)) {
    found.push(`${rule}, but ${secondWord} is ${second}`);
  }
}

function ratio(
  item: LimitRangeItem,
  name: string,
  request: string | undefined,
  limit: string | undefined,
  found: string[],
): void {
  const enforced = item.maxLimitRequestRatio?.[name] ?? '0';
  const rule = `${name} max limit to request ratio per ${item.type} is ${enforced}`;
  const requested = approximateFloat(quantity(request));
  const limited = approximateFloat(quantity(limit));
  if (requested === 0) found.push(`${rule}, but no request is specified or request is 0`);
  else if (limited === 0) found.push(`${rule}, but no limit is specified or limit is 0`);
  else if (limited / requested > approximateFloat(quantity(enforced))) {
    found.push(`${rule}, but provided ratio is ${(limited / requested).toFixed(6)}`);
  }
}

function compare(a: string, b: string): number {
  return compareQuantities(quantity(a), quantity(b));
}

function quantity(text: string | undefined): Quantity {
  const parsed = parseQuantity(text ?? '0');
  return parsed.ok ? parsed.value : zeroQuantity;
}
