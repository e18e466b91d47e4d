import type { Container, Pod, PodSpec } from '../../api/generated/types.ts';
import { podRequestAmounts } from '../../api/pod-resources.ts';
import {
  bytesQuantityText,
  countQuantityText,
  milliQuantityText,
  milliValue,
  value,
} from '../../api/quantity/numbers.ts';
import type { SpecChange } from './spec-change.ts';

const MEBIBYTE = 2 ** 20;

/** A place in a Pod that requests a resource: a container, or the Pod as a whole. */
interface RequestSite {
  readonly list: 'containers' | 'initContainers' | 'pod';
  readonly index: number;
  readonly name: string;
  readonly amount: number;
}

/**
 * The least that must be taken from the Pod's requests so that `fits` says yes, found by halves: one resource
 * of one container; where no single resource is enough, all of them by the same share.
 */
export function lowerRequests(pod: Pod, fits: (spec: PodSpec) => boolean): readonly SpecChange[] {
  const resources = [...podRequestAmounts(pod)].filter(([, amount]) => amount > 0);
  const single = resources.flatMap(([resource]) => lowerOne(pod, resource, fits));
  if (single.length > 0 || resources.length < 2) return single;
  return lowerAll(
    pod,
    resources.map(([resource]) => resource),
    fits,
  );
}

function lowerOne(
  pod: Pod,
  resource: string,
  fits: (spec: PodSpec) => boolean,
): readonly SpecChange[] {
  const site = greatestSite(pod.spec, resource);
  if (site === undefined) return [];
  const step = stepOf(resource, site.amount);
  const withSteps = (steps: number): PodSpec => withRequest(pod.spec, site, resource, steps * step);
  const most = greatestThat((steps) => fits(withSteps(steps)), Math.ceil(site.amount / step) - 1);
  if (most === undefined) return [];
  const text = amountText(resource, most * step);
  const before = amountText(resource, site.amount);
  return [
    {
      kind: 'request',
      what: `Lower the ${resource} request of ${siteWords(site)} from ${before} to ${text}`,
      note: 'What it asks for is not what it may use: without a limit it can still use more.',
      weight: 10 + 10 * (1 - (most * step) / site.amount),
      requestsOf: {
        container: site.list === 'pod' ? '' : site.name,
        amounts: { [resource]: text },
      },
      apply: (spec) => withRequest(spec, siteIn(spec, site), resource, most * step),
    },
  ];
}

/** In thousandths of what is asked for now: enough to see how far off it is. */
const SHARES = 1000;

function lowerAll(
  pod: Pod,
  resources: readonly string[],
  fits: (spec: PodSpec) => boolean,
): readonly SpecChange[] {
  const sites = resources.flatMap((resource) => {
    const site = greatestSite(pod.spec, resource);
    return site === undefined ? [] : [{ resource, site }];
  });
  const amountsAt = (share: number) =>
    sites.map(({ resource, site }) => {
      const step = stepOf(resource, site.amount);
      return { resource, site, amount: Math.floor((site.amount * share) / SHARES / step) * step };
    });
  const withShare = (share: number): PodSpec =>
    amountsAt(share).reduce(
      (spec, { resource, site, amount }) => withRequest(spec, site, resource, amount),
      pod.spec,
    );
  const share = greatestThat((each) => fits(withShare(each)), SHARES - 1);
  if (share === undefined) return [];
  const amounts = amountsAt(share);
  const words = amounts.map(
    ({ resource, amount }) => `${resource} ${amountText(resource, amount)}`,
  );
  const name =
    new Set(amounts.map(({ site }) => siteWords(site))).size === 1 ? amounts[0]?.site : undefined;
  return [
    {
      kind: 'request',
      what: `Lower the requests${name === undefined ? '' : ` of ${siteWords(name)}`} to ${words.join(' and ')}`,
      note: 'One of them alone is not enough.',
      weight: 22 + 10 * (1 - share / SHARES),
      requestsOf: {
        container: name === undefined || name.list === 'pod' ? '' : name.name,
        amounts: Object.fromEntries(
          amounts.map(({ resource, amount }) => [resource, amountText(resource, amount)]),
        ),
      },
      apply: (spec) =>
        amounts.reduce(
          (changed, { resource, site, amount }) =>
            withRequest(changed, siteIn(changed, site), resource, amount),
          spec,
        ),
    },
  ];
}

/** The greatest whole number up to `most` for which `holds` is true, where it is true from 0 on up to some number. */
function greatestThat(holds: (value: number) => boolean, most: number): number | undefined {
  if (most < 0 || !holds(0)) return undefined;
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Steps a person would take: 10m of cpu, a mebibyte, a whole one of anything else. */
function stepOf(resource: string, amount: number): number {
  if (resource === 'cpu') return amount > 100 ? 10 : 1;
  return isBytes(resource) && amount > 8 * MEBIBYTE ? MEBIBYTE : 1;
}

function isBytes(resource: string): boolean {
  return (
    resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-')
  );
}

export function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return milliQuantityText(amount);
  return isBytes(resource) ? bytesQuantityText(amount) : countQuantityText(amount);
}

function siteWords(site: RequestSite): string {
  if (site.list === 'pod') return 'the Pod as a whole';
  return `${site.list === 'containers' ? 'container' : 'init container'} ${site.name}`;
}

/** Where most of a resource is asked for; an amount for the whole Pod goes before its containers'. */
function greatestSite(spec: PodSpec, resource: string): RequestSite | undefined {
  const whole = amountOf(spec.resources?.requests, resource);
  if (whole > 0) return { list: 'pod', index: 0, name: '', amount: whole };
  let greatest: RequestSite | undefined;
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      const amount = amountOf(container.resources?.requests, resource);
      if (amount > (greatest?.amount ?? 0)) {
        greatest = { list, index, name: container.name, amount };
      }
    }
  }
  return greatest;
}

function amountOf(
  requests: Readonly<Record<string, string>> | undefined,
  resource: string,
): number {
  if (requests === undefined || !Object.hasOwn(requests, resource)) return 0;
  return resource === 'cpu' ? milliValue(requests[resource]) : value(requests[resource]);
}

/** The same place in another version of the spec: the template a Pod was made from. */
function siteIn(spec: PodSpec, site: RequestSite): RequestSite {
  if (site.list === 'pod') return site;
  const index = (spec[site.list] ?? []).findIndex(({ name }) => name === site.name);
  return { ...site, index };
}

function withRequest(
  spec: PodSpec,
  { list, index }: RequestSite,
  resource: string,
  amount: number,
): PodSpec {
  const text = amountText(resource, amount);
  if (list === 'pod') return { ...spec, resources: lowered(spec.resources, resource, text) };
  const containers = (spec[list] ?? []).map((container: Container, at) =>
    at === index
      ? { ...container, resources: lowered(container.resources, resource, text) }
      : container,
  );
  return { ...spec, [list]: containers };
}

interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** Extended resources must ask for exactly what they are limited to. */
function lowered<T extends Resources>(
  resources: T | undefined,
  resource: string,
  text: string,
): T & Resources {
  const requests = { ...resources?.requests, [resource]: text };
  const isExact = resource.includes('/') || resource.startsWith('hugepages-');
  const limits =
    isExact && resources?.limits !== undefined
      ? { limits: { ...resources.limits, [resource]: text } }
      : undefined;
  // A copy of the resources with other texts in it.
  return { ...resources, requests, ...limits } as T & Resources;
}
