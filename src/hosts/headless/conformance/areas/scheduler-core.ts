import type {
  Node,
  NodeSelector,
  Pod,
  PreferredSchedulingTerm,
} from '../../../../api/generated/types.ts';
import { podLimits, podRequests } from '../../../../api/pod-resources.ts';
import { parseQuantity } from '../../../../api/quantity/parse.ts';
import { formatQuantity } from '../../../../api/quantity/format.ts';
import {
  nodeSelectorMatches,
  podMatchesNode,
  preferredNodeScore,
} from '../../../../api/selectors/node-selector.ts';
import { feasibleNodesWanted } from '../../../../cluster/scheduler/algorithm/find-nodes.ts';
import { fitErrorMessage } from '../../../../cluster/scheduler/algorithm/fit-error.ts';
import { DEFAULT_PLUGINS } from '../../../../cluster/scheduler/configuration/configuration.ts';
import { defaultedArgs } from '../../../../cluster/scheduler/configuration/plugin-args.ts';
import { type Status, statusOf } from '../../../../cluster/scheduler/framework/status.ts';
import { normalizeScores } from '../../../../cluster/scheduler/plugins/normalize.ts';
import { portsConflict } from '../../../../cluster/scheduler/plugins/node-ports.ts';
import { isMoreImportant } from '../../../../cluster/scheduler/preemption/importance.ts';
import { promisingPositions } from '../../../../cluster/scheduler/preemption/preempt.ts';
import { podInfoOf } from '../../../../cluster/scheduler/snapshot/pod-info.ts';
import { podAmountsAsked } from '../../../../cluster/scheduler/snapshot/pod-requests.ts';
import { type CaseResult, expectEqual, skipped } from '../area.ts';
import type { SchedulerVector } from './scheduler-cluster.ts';

type Json = Readonly<Record<string, unknown>>;

/** Runs a vector about a rule that belongs to no single plugin. */
export function runCoreVector(vector: SchedulerVector): CaseResult {
  const { expected, kind } = vector;
  const input = ((vector as unknown as { input?: Json }).input ?? {}) as Json;
  const pod = vector.pod as Pod; // Kinds that need a Pod have one.
  const node = vector.nodes[0] as Node; // Likewise.
  switch (kind) {
    case 'pod-requests':
      return compareAmounts(expected['requests'] as Json, podRequests(pod));
    case 'pod-limits':
      return compareAmounts(expected['limits'] as Json, podLimits(pod));
    case 'nonzero-request':
      return expectEqual(expected, nonZero(input));
    case 'feasible-node-count': {
      const profile = input['profilePercentageOfNodesToScore'] as number | null;
      const percentage = profile ?? (input['percentageOfNodesToScore'] as number);
      const count = feasibleNodesWanted(input['numAllNodes'] as number, percentage);
      return expectEqual(expected, { count });
    }
    case 'fit-error-message':
      return expectEqual(messageOfToday(expected['message'] as string, input), fitMessage(input));
    case 'normalize-score': {
      const scores = Float64Array.from(input['scores'] as number[]);
      normalizeScores(scores, input['reverse'] as boolean);
      return expectEqual(expected, { scores: [...scores] });
    }
    case 'host-port-conflict': {
      const wanted = hostPort(input['wanted'] as RawPort);
      const used = (input['used'] as RawPort[]).map(hostPort);
      return expectEqual(expected, { conflict: used.some((each) => portsConflict(each, wanted)) });
    }
    case 'more-important-pod': {
      const { queued } = vector as unknown as { queued: readonly { pod: Pod }[] };
      const [first, second] = queued.map((each) => podInfoOf(each.pod));
      if (first === undefined || second === undefined) return skipped('two Pods are needed');
      return expectEqual(expected, { firstIsMoreImportant: isMoreImportant(first, second) });
    }
    case 'preemption-might-help':
      return expectEqual(expected, { nodes: promising(input) });
    case 'node-selector-match': {
      const selector = input['nodeSelector'] as NodeSelector;
      return expectEqual(expected, { match: nodeSelectorMatches(selector, selectable(node)) });
    }
    case 'preferred-terms-score': {
      const terms = input['preferredSchedulingTerms'] as PreferredSchedulingTerm[];
      return expectEqual(expected, { score: preferredNodeScore(terms, selectable(node)) });
    }
    case 'pod-matches-node':
      return expectEqual(expected, { match: podMatchesNode(pod.spec, selectable(node)) });
    case 'default-plugins':
      return compareDefaultPlugins(expected['enabled'] as { name: string; weight: number }[]);
    case 'args-defaults': {
      const name = String((vector.args as Json)['kind']).replace(/Args$/, '');
      return expectEqual(expected['args'], defaultedArgs(name, vector.args ?? {}));
    }
    default:
      return skipped(`no counterpart for kind ${kind}`);
  }
}

function selectable(node: Node) {
  return { name: node.metadata.name ?? '', labels: node.metadata.labels };
}

function compareAmounts(expected: Json, got: Json): CaseResult {
  const canonical = (list: Json) =>
    Object.fromEntries(
      Object.entries(list)
        .map(([name, text]) => [name, canonicalText(String(text))] as const)
        .filter(([, text]) => text !== '0'),
    );
  return expectEqual(canonical(expected), canonical(got));
}

function canonicalText(text: string): string {
  const parsed = parseQuantity(text);
  return parsed.ok ? formatQuantity(parsed.value) : text;
}

function nonZero(input: Json): Json {
  const requests = input['requests'] as Record<string, string>;
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', resources: { requests } }] },
  };
  const amounts = podAmountsAsked(pod);
  return { milliCPU: amounts.nonZeroCpuMilli, memoryBytes: amounts.nonZeroMemory };
}

/** 1.28 put a full stop behind what postFilter said; 1.34 (see the random vectors) puts none. */
function messageOfToday(message: string, input: Json): string {
  return input['postFilterMessage'] === '' ? message : message.replace(/\.$/, '');
}

function fitMessage(input: Json): string {
  const reasons = new Map<string, number>();
  for (const status of input['nodeStatuses'] as { reasons: string[] }[]) {
    for (const reason of status.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return fitErrorMessage({
    nodeCount: input['numAllNodes'] as number,
    preFilterMessage: input['preFilterMessage'] as string,
    postFilterMessage: input['postFilterMessage'] as string,
    reasons,
  });
}

interface RawPort {
  readonly protocol: string;
  readonly hostIP: string;
  readonly hostPort: number;
}

function hostPort({ protocol, hostIP, hostPort: port }: RawPort) {
  return {
    protocol: protocol === '' ? 'TCP' : protocol,
    hostIP: hostIP === '' ? '0.0.0.0' : hostIP,
    port,
  };
}

/** Nodes without a status count as ones where preemption may help. */
function promising(input: Json): string[] {
  const names = input['allNodes'] as string[];
  const statuses: Status[] = [];
  const byPosition = new Uint16Array(names.length);
  for (const each of input['nodeStatuses'] as { node: string; code: Status['code'] }[]) {
    statuses.push(statusOf(each.code, ''));
    byPosition[names.indexOf(each.node)] = 1 + statuses.length;
  }
  const positions = promisingPositions({ byPosition, statuses, absent: undefined }, names.length);
  return [...positions].map((position) => names[position] as string);
}

/**
 * The default profile. v1.35 has lost three plugins of 1.28 for volumes built into Kubernetes, has gained
 * DynamicResources, and names SchedulingGates first.
 */
function compareDefaultPlugins(expected: readonly { name: string; weight: number }[]): CaseResult {
  const gone = new Set(['EBSLimits', 'GCEPDLimits', 'AzureDiskLimits', 'SchedulingGates']);
  const isNew = new Set(['DynamicResources', 'SchedulingGates']);
  return expectEqual(
    expected.filter(({ name }) => !gone.has(name)),
    DEFAULT_PLUGINS.filter(({ name }) => !isNew.has(name)).map(({ name, weight }) => ({
      name,
      weight: weight ?? 0,
    })),
  );
}
