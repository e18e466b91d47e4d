import type { Lease, Node } from '../../api/generated/types.ts';
import { milliValue, value } from '../../api/quantity/numbers.ts';
import { parseTime } from '../../api/time.ts';
import type { NodeCard, StatusClass } from '../../bridge/cards.ts';

/** What Pods on a node ask for and use, kept up to date by the observer. */
export interface NodeLoad {
  pods: number;
  cpuRequestedMilli: number;
  memoryRequestedBytes: number;
}

/** The machine behind a node, seen from outside. */
export interface MachineView {
  readonly power: 'on' | 'off';
  readonly cut: boolean;
  readonly kubelet: 'up' | 'down';
  readonly containerd: 'up' | 'down';
  readonly kubeProxy: 'up' | 'down' | 'none';
  readonly cniAgent: 'up' | 'down' | 'none';
  readonly controlPlane: boolean;
  readonly cpuUsedMilli: number;
  readonly memoryUsedBytes: number;
}

/** The row that the canvas and the lists draw for a node. */
export function nodeCard(
  node: Node,
  context: {
    readonly lease: Lease | undefined;
    readonly load: NodeLoad;
    readonly machine: MachineView;
    readonly epochMillis: number;
  },
): NodeCard {
  const { metadata, spec, status } = node;
  const conditions = status?.conditions ?? [];
  const ready = conditions.find((each) => each.type === 'Ready')?.status ?? 'Unknown';
  const unschedulable = spec?.unschedulable === true;
  const renewed = parseTime(context.lease?.spec.renewTime ?? '');
  const allocatable = status?.allocatable ?? {};
  return {
    id: metadata.uid ?? '',
    name: metadata.name ?? '',
    machine: metadata.name ?? '',
    ready: ready === 'True' || ready === 'False' ? ready : 'Unknown',
    status: `${ready === 'True' ? 'Ready' : 'NotReady'}${unschedulable ? ',SchedulingDisabled' : ''}`,
    statusClass: statusClassOf(ready, unschedulable),
    unschedulable,
    taints: (spec?.taints ?? []).map(
      ({ key, value: text, effect }) =>
        `${key}${text === undefined || text === '' ? '' : `=${text}`}:${effect}`,
    ),
    power: context.machine.power,
    cut: context.machine.cut,
    kubelet: context.machine.kubelet,
    containerd: context.machine.containerd,
    kubeProxy: context.machine.kubeProxy,
    cniAgent: context.machine.cniAgent,
    controlPlane: context.machine.controlPlane,
    heartbeatAt: renewed === undefined ? 0 : (renewed - context.epochMillis) * 1000,
    zone: metadata.labels?.['topology.kubernetes.io/zone'] ?? '',
    cpuAllocatableMilli: milliValue(allocatable['cpu']),
    memoryAllocatableBytes: value(allocatable['memory']),
    podsMax: value(allocatable['pods']),
    cpuRequestedMilli: context.load.cpuRequestedMilli,
    memoryRequestedBytes: context.load.memoryRequestedBytes,
    cpuUsedMilli: context.machine.cpuUsedMilli,
    memoryUsedBytes: context.machine.memoryUsedBytes,
    pods: context.load.pods,
    pressures: conditions
      .filter((each) => each.type.endsWith('Pressure') && each.status === 'True')
      .map((each) => each.type),
  };
}

function statusClassOf(ready: string, unschedulable: boolean): StatusClass {
  if (ready === 'False') return 'attention';
  if (ready !== 'True') return 'failed';
  return unschedulable ? 'attention' : 'good';
}
