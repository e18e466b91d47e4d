import type {
  ContainerImage,
  Node,
  NodeCondition,
  NodeStatus,
  NodeSystemInfo,
  ObjectMeta,
  Taint,
} from '../../api/generated/types.ts';
import { formatTime } from '../../api/time.ts';
import { hexDigits } from '../programs/image-reference.ts';
import type { NodeSetUp } from '../set-up.ts';

export const KUBELET_VERSION = 'v1.35.0';

/** Memory that the kubelet keeps back: its hard eviction threshold, 100 MiB. */
const MEMORY_RESERVED = 100 * 2 ** 20;
/** Images reported in a node's status (`nodeStatusMaxImages`). */
const IMAGES_MAX = 50;

/** What of the node's state its object shows. */
export interface NodeFacts {
  readonly node: NodeSetUp;
  readonly nodeIp: string;
  readonly bootId: string;
  readonly nowMillis: number;
  /** Why it is not ready; undefined: it is. */
  readonly notReady: string | undefined;
  /** What the node is short of. */
  readonly pressures: ReadonlySet<string>;
  readonly images: Iterable<readonly [name: string, sizeBytes: number]>;
  /** The conditions last known to the API, for their transition times. */
  readonly conditions: readonly NodeCondition[] | undefined;
}

/** What Pods may take of each resource, as the scheduler counts it. */
export function allocatableOf(node: NodeSetUp): Readonly<Record<string, string>> {
  return {
    cpu: cpuText(node.cpuMilli),
    'ephemeral-storage': '94636958364',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: memoryText(node.memoryBytes - MEMORY_RESERVED),
    pods: String(node.podsMax),
  };
}

function capacityOf(node: NodeSetUp): Readonly<Record<string, string>> {
  return {
    cpu: cpuText(node.cpuMilli),
    'ephemeral-storage': '102687672Ki',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: memoryText(node.memoryBytes),
    pods: String(node.podsMax),
  };
}

function cpuText(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

function memoryText(bytes: number): string {
  return `${Math.floor(bytes / 1024)}Ki`;
}

/** The object a kubelet registers its node with. */
export function nodeObject(
  facts: NodeFacts,
  registerWith?: {
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly Taint[];
  },
): Node {
  const { node } = facts;
  const metadata: ObjectMeta = {
    name: node.name,
    labels: { ...nodeLabels(node), ...registerWith?.labels },
    annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
  };
  const spec = registerWith === undefined ? {} : { taints: registerWith.taints };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec, status: nodeStatus(facts) };
}

/** Labels that every kubelet sets, and the machine's own. */
export function nodeLabels(node: NodeSetUp): Readonly<Record<string, string>> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    ...node.labels,
  };
}

/** The whole status, as it is posted regularly. */
export function nodeStatus(facts: NodeFacts): NodeStatus {
  return {
    capacity: capacityOf(facts.node),
    allocatable: allocatableOf(facts.node),
    conditions: nodeConditions(facts),
    addresses: [
      { type: 'InternalIP', address: facts.nodeIp },
      { type: 'Hostname', address: facts.node.name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: nodeInfo(facts),
    images: nodeImages(facts.images),
  };
}

function nodeInfo({ node, bootId }: NodeFacts): NodeSystemInfo {
  const machineId = hexDigits(`machine ${node.name}`, 32);
  return {
    machineID: machineId,
    systemUUID: uuidOf(machineId),
    bootID: bootId,
    kernelVersion: '6.12.57+deb13-amd64',
    osImage: 'Debian GNU/Linux 13 (trixie)',
    containerRuntimeVersion: 'containerd://2.2.0',
    kubeletVersion: KUBELET_VERSION,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}

/** A boot's identifier: another one after each reboot. */
export function bootIdOf(node: string, boots: number): string {
  return uuidOf(hexDigits(`boot ${boots} of ${node}`, 32));
}

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The largest images first, as upstream lists them. */
function nodeImages(images: NodeFacts['images']): readonly ContainerImage[] {
  return [...images]
    .sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1))
    .slice(0, IMAGES_MAX)
    .map(([name, sizeBytes]) => ({ names: [name], sizeBytes }));
}

/** Reason and message of each pressure's absence and presence. */
const PRESSURES = [
  {
    type: 'MemoryPressure',
    good: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    bad: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
  },
  {
    type: 'DiskPressure',
    good: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    bad: ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
  },
  {
    type: 'PIDPressure',
    good: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    bad: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
  },
] as const;

/** The four conditions, with upstream's reasons and messages. */
export function nodeConditions(facts: NodeFacts): readonly NodeCondition[] {
  const now = formatTime(facts.nowMillis);
  const condition = (
    type: string,
    status: string,
    reason: string,
    message: string,
  ): NodeCondition => {
    const before = facts.conditions?.find((each) => each.type === type);
    const same = before?.status === status && before.lastTransitionTime !== undefined;
    return {
      type,
      status,
      lastHeartbeatTime: now,
      lastTransitionTime: same ? before.lastTransitionTime : now,
      reason,
      message,
    };
  };
  return [
    ...PRESSURES.map(({ type, good, bad }) =>
      facts.pressures.has(type)
        ? condition(type, 'True', bad[0], bad[1])
        : condition(type, 'False', good[0], good[1]),
    ),
    facts.notReady === undefined
      ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : condition('Ready', 'False', 'KubeletNotReady', facts.notReady),
  ];
}
