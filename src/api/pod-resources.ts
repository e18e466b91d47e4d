import type { Container, ContainerStatus, PodSpec, PodStatus } from './generated/types.ts';
import { isContainerRestartable } from './pod-containers.ts';
import { addQuantities, compareQuantities } from './quantity/arithmetic.ts';
import { formatQuantity } from './quantity/format.ts';
import { milliValue, value } from './quantity/numbers.ts';
import { parseQuantity } from './quantity/parse.ts';
import type { Quantity } from './quantity/quantity.ts';

/**
 * What a Pod as a whole asks for and may use (upstream: component-helpers, resource.PodRequests and PodLimits).
 * Containers run side by side and are summed. Ordinary init containers run one after the other before them, so that
 * the greatest counts, together with the sidecars started by then. Overhead comes on top; amounts given for the
 * whole Pod replace the sums.
 */
export interface ResourcePod {
  readonly spec: Pick<PodSpec, 'containers' | 'initContainers' | 'overhead' | 'resources'>;
  readonly status?: Pick<PodStatus, 'conditions' | 'containerStatuses' | 'initContainerStatuses'>;
}

export interface PodResourcesOptions {
  /** Count what the status says is allocated too (in-place resizing). */
  readonly useStatusResources?: boolean;
  readonly excludeOverhead?: boolean;
  readonly skipPodLevelResources?: boolean;
  readonly skipContainerLevelResources?: boolean;
  /** Stand-ins for containers that do not request a resource at all. */
  readonly nonMissingContainerRequests?: ResourceList;
}

/** Amounts by resource name, as canonical texts. */
export type ResourceList = Readonly<Record<string, string>>;

/** Amounts by resource name as numbers: cpu in thousandths of a core, all else in whole units (bytes, counts). */
export type ResourceAmounts = ReadonlyMap<string, number>;

export function podRequests(pod: ResourcePod, options: PodResourcesOptions = {}): ResourceList {
  return toList(requestsIn(exact, pod, options));
}

export function podLimits(pod: ResourcePod, options: PodResourcesOptions = {}): ResourceList {
  return toList(limitsIn(exact, pod, options));
}

/**
 * The requests as numbers, for the scheduler's and the kubelet's loops. Memoised by the Pod's list of containers,
 * which writes of status or node name leave as it is; by the resources of a container that is alone, which the Pods of
 * one template share.
 */
export function podRequestAmounts(pod: ResourcePod): ResourceAmounts {
  const { containers, initContainers, overhead, resources } = pod.spec;
  const isAlone = containers.length === 1 && initContainers === undefined;
  const key: object = (isAlone ? containers[0]?.resources : undefined) ?? containers;
  const known = knownAmounts.get(key);
  if (
    known !== undefined &&
    known.initContainers === initContainers &&
    known.overhead === overhead &&
    known.resources === resources
  ) {
    return known.amounts;
  }
  const amounts = requestsIn(approximate, pod, {});
  knownAmounts.set(key, { initContainers, overhead, resources, amounts });
  return amounts;
}

/** As `podRequestAmounts`, with options; not memoised. */
export function podRequestAmountsWith(
  pod: ResourcePod,
  options: PodResourcesOptions,
): ResourceAmounts {
  return requestsIn(approximate, pod, options);
}

/** A list of texts as numbers: cpu in thousandths, all else in whole units. */
export function resourceAmounts(list: ResourceList | undefined): ResourceAmounts {
  return new Map(
    Object.entries(list ?? {}).map(([name, text]) => [name, approximate.read(name, text)]),
  );
}

interface MemoisedAmounts {
  readonly initContainers: unknown;
  readonly overhead: unknown;
  readonly resources: unknown;
  readonly amounts: ResourceAmounts;
}

const knownAmounts = new WeakMap<object, MemoisedAmounts>();

/** How amounts are read, added and compared: exactly, or as numbers. */
interface Amounts<T> {
  read(name: string, text: string): T;
  add(a: T, b: T): T;
  max(a: T, b: T): T;
}

const exact: Amounts<Quantity> = {
  read: (_name, text) => {
    const parsed = parseQuantity(text);
    return parsed.ok ? parsed.value : zero;
  },
  add: addQuantities,
  max: (a, b) => (compareQuantities(a, b) < 0 ? b : a),
};
const parsedZero = parseQuantity('0');
const zero = parsedZero.ok ? parsedZero.value : ({} as never);

const approximate: Amounts<number> = {
  read: (name, text) => (name === 'cpu' ? milliValue(text) : value(text)),
  add: (a, b) => a + b,
  max: Math.max,
};

function toList(amounts: ReadonlyMap<string, Quantity>): ResourceList {
  const list: Record<string, string> = Object.create(null);
  for (const [name, quantity] of amounts) list[name] = formatQuantity(quantity);
  return list;
}

function requestsIn<T>(
  words: Amounts<T>,
  pod: ResourcePod,
  options: PodResourcesOptions,
): Map<string, T> {
  const { overhead, resources } = pod.spec;
  const requests =
    options.skipContainerLevelResources === true
      ? new Map<string, T>()
      : sumOfContainers(words, pod, (container) => containerRequests(container, pod, options));
  if (options.skipPodLevelResources !== true) {
    replacePodLevel(words, requests, resources?.requests);
  }
  if (options.excludeOverhead !== true) addList(words, requests, overhead);
  return requests;
}

function limitsIn<T>(
  words: Amounts<T>,
  pod: ResourcePod,
  options: PodResourcesOptions,
): Map<string, T> {
  const { overhead, resources } = pod.spec;
  const limits =
    options.skipContainerLevelResources === true
      ? new Map<string, T>()
      : sumOfContainers(words, pod, (container) => containerLimits(container, pod, options));
  if (options.skipPodLevelResources !== true) replacePodLevel(words, limits, resources?.limits);
  if (options.excludeOverhead === true || overhead === undefined) return limits;
  // Overhead widens limits that are there; it sets none.
  for (const [name, text] of Object.entries(overhead)) {
    const limit = limits.get(name);
    if (limit !== undefined) limits.set(name, words.add(limit, words.read(name, text)));
  }
  return limits;
}

/** A container's lists: one where the spec alone counts, more where the greatest of spec and status does. */
type ListsOf = (container: Container) => readonly (ResourceList | undefined)[];

function sumOfContainers<T>(words: Amounts<T>, pod: ResourcePod, listsOf: ListsOf): Map<string, T> {
  const sums = new Map<string, T>();
  for (const container of pod.spec.containers) {
    for (const [name, amount] of greatest(words, listsOf(container))) {
      addAmount(words, sums, name, amount);
    }
  }
  const { initContainers } = pod.spec;
  if (initContainers === undefined || initContainers.length === 0) return sums;

  const sidecars = new Map<string, T>();
  const initPeak = new Map<string, T>();
  for (const container of initContainers) {
    const own = greatest(words, listsOf(container));
    if (isContainerRestartable(container)) {
      for (const [name, amount] of own) {
        addAmount(words, sums, name, amount);
        addAmount(words, sidecars, name, amount);
      }
      raise(words, initPeak, sidecars);
    } else {
      for (const [name, amount] of sidecars) addAmount(words, own, name, amount);
      raise(words, initPeak, own);
    }
  }
  raise(words, sums, initPeak);
  return sums;
}

function containerRequests(
  container: Container,
  pod: ResourcePod,
  options: PodResourcesOptions,
): readonly (ResourceList | undefined)[] {
  const requests = container.resources?.requests;
  const status = usedStatus(container, pod, options);
  const lists =
    status === undefined
      ? [requests]
      : [
          isResizeInfeasible(pod) ? undefined : requests,
          status.resources?.requests,
          status.allocatedResources,
        ];
  const standIns = options.nonMissingContainerRequests;
  if (standIns === undefined) return lists;
  const missing = Object.entries(standIns).filter(
    ([name]) => !lists.some((list) => list !== undefined && Object.hasOwn(list, name)),
  );
  return [...lists, Object.fromEntries(missing)];
}

function containerLimits(
  container: Container,
  pod: ResourcePod,
  options: PodResourcesOptions,
): readonly (ResourceList | undefined)[] {
  const limits = container.resources?.limits;
  const status = usedStatus(container, pod, options);
  if (status === undefined) return [limits];
  return [isResizeInfeasible(pod) ? undefined : limits, status.resources?.limits];
}

/** The status of a container that may be resized in place, if it is to count and says anything of resources. */
function usedStatus(
  container: Container,
  pod: ResourcePod,
  options: PodResourcesOptions,
): ContainerStatus | undefined {
  if (options.useStatusResources !== true) return undefined;
  const isInit = pod.spec.initContainers?.includes(container) === true;
  if (isInit && !isContainerRestartable(container)) return undefined;
  const statuses = isInit ? pod.status?.initContainerStatuses : pod.status?.containerStatuses;
  const status = statuses?.find((each) => each.name === container.name);
  return status?.resources === undefined ? undefined : status;
}

function isResizeInfeasible(pod: ResourcePod): boolean {
  const pending = pod.status?.conditions?.find((each) => each.type === 'PodResizePending');
  return pending?.reason === 'Infeasible';
}

/** Pods as a whole can only say how much cpu, memory and huge pages they take. */
function replacePodLevel<T>(
  words: Amounts<T>,
  amounts: Map<string, T>,
  list: ResourceList | undefined,
): void {
  if (list === undefined) return;
  for (const [name, text] of Object.entries(list)) {
    if (name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) {
      amounts.set(name, words.read(name, text));
    }
  }
}

function greatest<T>(
  words: Amounts<T>,
  lists: readonly (ResourceList | undefined)[],
): Map<string, T> {
  const amounts = new Map<string, T>();
  for (const list of lists) {
    if (list === undefined) continue;
    for (const name of Object.keys(list)) {
      const amount = words.read(name, list[name] ?? '0');
      const known = amounts.get(name);
      amounts.set(name, known === undefined ? amount : words.max(known, amount));
    }
  }
  return amounts;
}

function addList<T>(words: Amounts<T>, sums: Map<string, T>, list: ResourceList | undefined): void {
  if (list === undefined) return;
  for (const name of Object.keys(list)) {
    addAmount(words, sums, name, words.read(name, list[name] ?? '0'));
  }
}

function addAmount<T>(words: Amounts<T>, sums: Map<string, T>, name: string, amount: T): void {
  const sum = sums.get(name);
  sums.set(name, sum === undefined ? amount : words.add(sum, amount));
}

function raise<T>(words: Amounts<T>, to: Map<string, T>, by: ReadonlyMap<string, T>): void {
  for (const [name, amount] of by) {
    const known = to.get(name);
    to.set(name, known === undefined ? amount : words.max(known, amount));
  }
}
