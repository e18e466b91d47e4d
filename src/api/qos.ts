import type { PodSpec, ResourceRequirements } from './generated/types.ts';
import { addQuantities, compareQuantities } from './quantity/arithmetic.ts';
import { parseQuantity } from './quantity/parse.ts';
import type { Quantity } from './quantity/quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** The parts of a Pod's spec that its QoS class follows from. */
export type QosSpec = Pick<PodSpec, 'containers' | 'initContainers' | 'resources'>;

// The spec of a Pod does not change its class, but for in-place resizing, which makes new containers.
const classByContainers = new WeakMap<object, { readonly of: QosSpec; readonly is: QosClass }>();

/**
 * A Pod's quality of service (Kubernetes documentation: "Pod Quality of Service Classes"), from cpu and memory alone.
 * Where resources of the whole Pod are given they decide, else those of all containers, init containers included.
 */
export function qosClass(spec: QosSpec): QosClass {
  const known = classByContainers.get(spec.containers);
  if (
    known !== undefined &&
    known.of.initContainers === spec.initContainers &&
    known.of.resources === spec.resources
  ) {
    return known.is;
  }
  const is = computed(spec);
  const { containers, initContainers, resources } = spec;
  const of = {
    containers,
    ...(initContainers === undefined ? {} : { initContainers }),
    ...(resources === undefined ? {} : { resources }),
  };
  classByContainers.set(containers, { of, is });
  return is;
}

const computeResources = ['cpu', 'memory'] as const;

function computed(spec: QosSpec): QosClass {
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let isGuaranteed = true;
  const owners: readonly { readonly resources?: ResourceRequirements }[] =
    spec.resources === undefined
      ? [...spec.containers, ...(spec.initContainers ?? [])]
      : [{ resources: spec.resources }];
  for (const { resources } of owners) {
    addPositive(requests, resources?.requests);
    if (addPositive(limits, resources?.limits) < computeResources.length) isGuaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  if (!isGuaranteed || requests.size !== limits.size) return 'Burstable';
  for (const [name, request] of requests) {
    const limit = limits.get(name);
    if (limit === undefined || compareQuantities(limit, request) !== 0) return 'Burstable';
  }
  return 'Guaranteed';
}

/** Adds the amounts of cpu and memory that are more than nothing; answers how many there were. */
function addPositive(
  sums: Map<string, Quantity>,
  list: Readonly<Record<string, string>> | undefined,
): number {
  let count = 0;
  if (list === undefined) return count;
  for (const name of computeResources) {
    const text = list[name];
    if (text === undefined) continue;
    const parsed = parseQuantity(text);
    if (!parsed.ok || parsed.value.mantissa <= 0n) continue;
    count += 1;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? parsed.value : addQuantities(sum, parsed.value));
  }
  return count;
}
