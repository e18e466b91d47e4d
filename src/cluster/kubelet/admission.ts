import type { ContainerPort, Node, NodeSelectorTerm, Pod } from '../../api/generated/types.ts';
import {
  podRequestAmounts,
  resourceAmounts,
  type ResourceAmounts,
} from '../../api/pod-resources.ts';
import type { AdmittedTotals, KubeletMemory, PodFailure } from './state.ts';

/** What a node's kubelet decides about a Pod that is bound to it. */
export interface AdmissionFacts {
  readonly node: Node | undefined;
  /** The node's allocatable amounts, as `resourceAmounts` of its status. */
  readonly allocatable: Readonly<Record<string, string>>;
  readonly totals: AdmittedTotals;
  /** Those that it runs, or has refused. */
  readonly workers: KubeletMemory['workers'];
}

const allocatableAmounts = new WeakMap<object, ResourceAmounts>();

function amountsOf(allocatable: Readonly<Record<string, string>>): ResourceAmounts {
  let amounts = allocatableAmounts.get(allocatable);
  if (amounts === undefined) {
    amounts = resourceAmounts(allocatable);
    allocatableAmounts.set(allocatable, amounts);
  }
  return amounts;
}

/**
 * Why a Pod may not run here; undefined: it may. The scheduler asks the same before it binds, so that a refusal
 * means that somebody else has bound the Pod (`spec.nodeName`), or that the node has changed since.
 */
export function admissionProblem(pod: Pod, facts: AdmissionFacts): PodFailure | undefined {
  const problem =
    resourceProblem(pod, facts) ?? affinityProblem(pod, facts.node) ?? portProblem(pod, facts);
  return problem === undefined
    ? undefined
    : { reason: problem.reason, message: `Pod was rejected: ${problem.message}` };
}

function resourceProblem(pod: Pod, facts: AdmissionFacts): PodFailure | undefined {
  const allocatable = amountsOf(facts.allocatable);
  const podsMax = allocatable.get('pods') ?? 110;
  if (facts.totals.pods + 1 > podsMax) return outOf('pods', 1, facts.totals.pods, podsMax);
  const { amounts } = facts.totals;
  let problem: PodFailure | undefined;
  // Here and below without an iterator, whose pairs would be garbage at once.
  podRequestAmounts(pod).forEach((requested, name) => {
    const capacity = allocatable.get(name);
    // A resource the node does not know is left to the scheduler.
    if (problem !== undefined || requested === 0 || capacity === undefined) return;
    const used = amounts.get(name) ?? 0;
    if (used + requested > capacity) problem = outOf(name, requested, used, capacity);
  });
  return problem;
}

function outOf(name: string, requested: number, used: number, capacity: number): PodFailure {
  return {
    reason: `OutOf${name}`,
    message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

function affinityProblem(pod: Pod, node: Node | undefined): PodFailure | undefined {
  const { nodeSelector, affinity } = pod.spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if ((nodeSelector === undefined && required === undefined) || node === undefined)
    return undefined;
  const labels = node.metadata.labels ?? {};
  const hasLabels = Object.entries(nodeSelector ?? {}).every(
    ([key, text]) => Object.hasOwn(labels, key) && labels[key] === text,
  );
  const fits =
    required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
  if (hasLabels && fits) return undefined;
  return {
    reason: 'NodeAffinity',
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  };
}

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length + matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every(({ key, operator, values = [] }) =>
      matchesRequirement(Object.hasOwn(labels, key) ? labels[key] : undefined, operator, values),
    ) &&
    matchFields.every(({ key, operator, values = [] }) =>
      matchesRequirement(
        key === 'metadata.name' ? node.metadata.name : undefined,
        operator,
        values,
      ),
    )
  );
}

function matchesRequirement(
  text: string | undefined,
  operator: string,
  values: readonly string[],
): boolean {
  switch (operator) {
    case 'In':
      return text !== undefined && values.includes(text);
    case 'NotIn':
      return text === undefined || !values.includes(text);
    case 'Exists':
      return text !== undefined;
    case 'DoesNotExist':
      return text === undefined;
    case 'Gt':
      return text !== undefined && Number(text) > Number(values[0]);
    case 'Lt':
      return text !== undefined && Number(text) < Number(values[0]);
    default:
      return false;
  }
}

function portProblem(pod: Pod, facts: AdmissionFacts): PodFailure | undefined {
  const wanted = hostPortsOf(pod);
  if (wanted.length === 0) return undefined;
  const held = heldPorts(facts.workers);
  if (!wanted.some((port) => held.has(port))) return undefined;
  return {
    reason: 'NodePorts',
    message:
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  };
}

/** The host ports that admitted Pods hold. */
function heldPorts(workers: AdmissionFacts['workers']): ReadonlySet<string> {
  const held = new Set<string>();
  for (const worker of workers.values()) {
    if (worker.admitted && worker.stage !== 'terminated')
      for (const port of hostPortsOf(worker.pod)) held.add(port);
  }
  return held;
}

/** The host ports a Pod asks for, as `TCP/80`. */
function hostPortsOf({ spec: { containers } }: Pod): readonly string[] {
  let found = NO_PORTS;
  for (let i = 0; i < containers.length; i += 1) {
    const ports = containers[i]?.ports ?? NO_DECLARED;
    for (let j = 0; j < ports.length; j += 1) {
      const { hostPort = 0, protocol = 'TCP' } = ports[j] as ContainerPort; // In range.
      if (hostPort > 0) found = [...found, `${protocol}/${hostPort}`];
    }
  }
  return found;
}

const NO_PORTS: readonly string[] = Object.freeze([]);
const NO_DECLARED: readonly ContainerPort[] = Object.freeze([]);

/** Counts an admitted Pod in (1) or out (−1). */
export function countAdmitted(totals: AdmittedTotals, pod: Pod, sign: 1 | -1): void {
  totals.pods += sign;
  const { amounts } = totals;
  podRequestAmounts(pod).forEach((amount, name) => {
    const sum = (amounts.get(name) ?? 0) + sign * amount;
    if (sum === 0) amounts.delete(name);
    else amounts.set(name, sum);
  });
}
