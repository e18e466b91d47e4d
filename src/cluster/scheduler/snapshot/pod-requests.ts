import type { Container, ContainerStatus, Pod } from '../../../api/generated/types.ts';
import { podRequestAmounts, podRequestAmountsWith } from '../../../api/pod-resources.ts';
import { milliValue, value } from '../../../api/quantity/numbers.ts';

/**
 * What a Pod takes of a node, as whole numbers: thousandths of a core, bytes, counts. `nonZero…` are the
 * amounts for scoring, where a container that requests nothing counts as a small one, so that Pods
 * without requests do not all land on one node.
 */
export interface PodAmounts {
  readonly cpuMilli: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources, huge pages and their like: name and amount. */
  readonly scalars: readonly ScalarAmount[];
  readonly nonZeroCpuMilli: number;
  readonly nonZeroMemory: number;
}

export interface ScalarAmount {
  readonly name: string;
  readonly amount: number;
}

/** kube-scheduler's stand-ins for a container without requests. */
export const DEFAULT_CPU_MILLI = 100;
export const DEFAULT_MEMORY = 200 * 2 ** 20;

const NO_SCALARS: readonly ScalarAmount[] = Object.freeze([]);
const STAND_INS: Readonly<Record<string, string>> = { cpu: '100m', memory: '200Mi' };

/** What a Pod on a node takes from it: in-place resizes count with the greatest of wish and grant. */
export function podAmountsOnNode(pod: Pod): PodAmounts {
  const plain = plainAmounts(pod);
  if (plain !== undefined && !isResizing(pod)) return plain;
  const requests = podRequestAmountsWith(pod, { useStatusResources: true });
  const standIns = standInsFor(pod, requests);
  const nonZero =
    Object.keys(standIns).length === 0
      ? requests
      : podRequestAmountsWith(pod, {
          useStatusResources: true,
          nonMissingContainerRequests: standIns,
        });
  return amountsFrom(requests, nonZero);
}

/**
 * What a Pod that is to be placed asks for. Amounts given for the whole Pod do not count in `nonZero…`: the
 * scoring of NodeResourcesFit, alone of all, sees the containers only.
 */
export function podAmountsAsked(pod: Pod): PodAmounts {
  const plain = plainAmounts(pod);
  if (plain !== undefined) return plain;
  const nonZero = podRequestAmountsWith(pod, {
    nonMissingContainerRequests: STAND_INS,
    skipPodLevelResources: true,
  });
  return amountsFrom(podRequestAmounts(pod), nonZero);
}

/** Resources that the scheduler counts beside cpu, memory, ephemeral storage and the number of Pods. */
export function isScalarResource(name: string): boolean {
  return (
    isExtendedResource(name) ||
    name.startsWith('hugepages-') ||
    name.includes('kubernetes.io/') ||
    name.startsWith('attachable-volumes-')
  );
}

/** A resource that an administrator or device plugin made known: any qualified name outside kubernetes.io. */
export function isExtendedResource(name: string): boolean {
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  return !isNative && !name.startsWith('requests.');
}

export function isSameAmounts(a: PodAmounts, b: PodAmounts): boolean {
  return (
    a === b ||
    (a.cpuMilli === b.cpuMilli &&
      a.memory === b.memory &&
      a.ephemeralStorage === b.ephemeralStorage &&
      a.nonZeroCpuMilli === b.nonZeroCpuMilli &&
      a.nonZeroMemory === b.nonZeroMemory &&
      a.scalars.length === b.scalars.length &&
      a.scalars.every(
        ({ name, amount }, index) =>
          name === b.scalars[index]?.name && amount === b.scalars[index].amount,
      ))
  );
}

/** The ordinary Pod, nearly every one: containers only, each with its requests. Undefined: not that simple. */
export function plainAmounts(pod: Pod): PodAmounts | undefined {
  const { containers, initContainers, overhead, resources } = pod.spec;
  if (
    (initContainers !== undefined && initContainers.length > 0) ||
    overhead !== undefined ||
    resources?.requests !== undefined
  ) {
    return undefined;
  }
  // Nearly every Pod has one container, and its requests are those of its template: one object for all its Pods.
  const first = containers[0]?.resources?.requests;
  const key = containers.length === 1 && first !== undefined ? first : containers;
  const known = plainAmountsOf.get(key);
  if (known !== undefined) return known;
  const sum = {
    cpuMilli: 0,
    memory: 0,
    ephemeralStorage: 0,
    scalars: NO_SCALARS,
    nonZeroCpuMilli: 0,
    nonZeroMemory: 0,
  };
  for (const container of containers) if (!addPlain(sum, container)) return undefined;
  // Like amounts are best one object: they are compared by identity first.
  if (lastPlain === undefined || !isSameAmounts(lastPlain, sum)) lastPlain = sum;
  plainAmountsOf.set(key, lastPlain);
  return lastPlain;
}

/** By the requests of the only container, or the list of containers: updates of a Pod's status leave both as they are. */
const plainAmountsOf = new WeakMap<object, PodAmounts>();
let lastPlain: PodAmounts | undefined;

function addPlain(
  sum: { -readonly [Key in keyof PodAmounts]: PodAmounts[Key] },
  container: Container,
): boolean {
  let cpu = -1;
  let memory = -1;
  const requests = container.resources?.requests;
  if (requests !== undefined) {
    for (const name of Object.keys(requests)) {
      if (name === 'cpu') cpu = milliValue(requests['cpu']);
      else if (name === 'memory') memory = value(requests['memory']);
      else if (name === 'ephemeral-storage') sum.ephemeralStorage += value(requests[name]);
      else return false;
    }
  }
  sum.cpuMilli += Math.max(cpu, 0);
  sum.memory += Math.max(memory, 0);
  sum.nonZeroCpuMilli += cpu < 0 ? DEFAULT_CPU_MILLI : cpu;
  sum.nonZeroMemory += memory < 0 ? DEFAULT_MEMORY : memory;
  return true;
}

/** With requests for the whole Pod, only what nobody asks for at all is stood in for. */
function standInsFor(
  pod: Pod,
  requests: ReadonlyMap<string, number>,
): Readonly<Record<string, string>> {
  if (!hasPodLevelRequests(pod)) return STAND_INS;
  return Object.fromEntries(Object.entries(STAND_INS).filter(([name]) => !requests.has(name)));
}

function hasPodLevelRequests(pod: Pod): boolean {
  return Object.keys(pod.spec.resources?.requests ?? {}).some(
    (name) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-'),
  );
}

/** Kubelets report resources always; only where they differ from the spec is a resize under way. */
export function isResizing({ spec, status }: Pod): boolean {
  if (status === undefined) return false;
  const { containerStatuses: statuses, initContainerStatuses: initStatuses } = status;
  const { containers, initContainers } = spec;
  return (
    (statuses !== undefined && differs(containers, statuses)) ||
    (initStatuses !== undefined &&
      initContainers !== undefined &&
      differs(initContainers, initStatuses))
  );
}

function differs(containers: readonly Container[], statuses: readonly ContainerStatus[]): boolean {
  for (let index = 0; index < statuses.length; index++) {
    const { name, resources, allocatedResources } = statuses[index]!; // In range by the loop's bound.
    if (resources === undefined) continue;
    // Kubelets report containers in their order.
    const likely = containers[index];
    const container = likely?.name === name ? likely : containerNamed(containers, name);
    const wanted = container?.resources?.requests;
    const { requests } = resources;
    // Kubelets report the very lists they were given.
    if (requests !== wanted && !isSameList(wanted, requests)) return true;
    if (
      allocatedResources !== undefined &&
      allocatedResources !== wanted &&
      !isSameList(wanted, allocatedResources)
    ) {
      return true;
    }
  }
  return false;
}

function containerNamed(containers: readonly Container[], name: string): Container | undefined {
  return containers.find((each) => each.name === name);
}

type Amounts = Readonly<Record<string, string>>;

function isSameList(a: Amounts = NO_AMOUNTS, b: Amounts = NO_AMOUNTS): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!; // In range by the loop's bound.
    if (!Object.hasOwn(b, key) || a[key] !== b[key]) return false;
  }
  return true;
}

const NO_AMOUNTS: Amounts = Object.freeze({});

function amountsFrom(
  requests: ReadonlyMap<string, number>,
  nonZero: ReadonlyMap<string, number>,
): PodAmounts {
  const scalars: ScalarAmount[] = [];
  for (const [name, amount] of requests) {
    if (isScalarResource(name)) scalars.push({ name, amount });
  }
  return {
    cpuMilli: requests.get('cpu') ?? 0,
    memory: requests.get('memory') ?? 0,
    ephemeralStorage: requests.get('ephemeral-storage') ?? 0,
    scalars: scalars.length === 0 ? NO_SCALARS : scalars,
    nonZeroCpuMilli: nonZero.get('cpu') ?? 0,
    nonZeroMemory: nonZero.get('memory') ?? 0,
  };
}
