import type {
  EventRow,
  NodeCard,
  ObjectRow,
  PodCard,
  ServiceCard,
  WorkloadCard,
} from '../../bridge/cards.ts';
import type { Frame } from '../../bridge/protocol.ts';

/** Builders of rows and frames for tests: each states only what the case is about. */

export function aPod(over: Partial<PodCard> & { readonly id: string }): PodCard {
  return {
    namespace: 'default',
    name: over.id,
    node: '',
    status: 'Pending',
    statusClass: 'attention',
    phase: 'Pending',
    ready: false,
    containersReady: 0,
    containers: 1,
    restarts: 0,
    ip: '',
    ownerKind: 'ReplicaSet',
    ownerName: 'web-1',
    ownerId: 'rs-web',
    workload: 'web',
    cpuRequestMilli: 100,
    memoryRequestBytes: 64 * 2 ** 20,
    createdAt: 0,
    deleting: false,
    queue: 'active',
    message: '',
    containerNames: ['app'],
    resourceVersion: '1',
    ...over,
  };
}

export function aNode(over: Partial<NodeCard> & { readonly id: string }): NodeCard {
  return {
    name: over.id,
    machine: over.id,
    ready: 'True',
    status: 'Ready',
    statusClass: 'good',
    unschedulable: false,
    taints: [],
    power: 'on',
    cut: false,
    kubelet: 'up',
    containerd: 'up',
    kubeProxy: 'up',
    cniAgent: 'up',
    controlPlane: false,
    heartbeatAt: 0,
    zone: '',
    cpuAllocatableMilli: 4000,
    memoryAllocatableBytes: 16 * 2 ** 30,
    podsMax: 110,
    cpuRequestedMilli: 0,
    memoryRequestedBytes: 0,
    cpuUsedMilli: 0,
    memoryUsedBytes: 0,
    pods: 0,
    pressures: [],
    ...over,
  };
}

export function aService(over: Partial<ServiceCard> & { readonly id: string }): ServiceCard {
  return {
    namespace: 'default',
    name: over.id,
    type: 'ClusterIP',
    clusterIP: '10.96.0.10',
    ports: ['80/TCP'],
    selector: {},
    ready: [],
    notReady: [],
    ...over,
  };
}

export function aWorkload(over: Partial<WorkloadCard> & { readonly id: string }): WorkloadCard {
  return {
    kind: 'Deployment',
    namespace: 'default',
    name: over.id,
    desired: 1,
    current: 1,
    readyCount: 1,
    updated: 1,
    available: 1,
    ownerId: '',
    statusClass: 'good',
    message: '',
    paused: false,
    revision: '1',
    ...over,
  };
}

export function anObject(over: Partial<ObjectRow> & { readonly id: string }): ObjectRow {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    resource: 'pods',
    namespace: 'default',
    name: over.id,
    path: `/api/v1/namespaces/default/pods/${over.id}`,
    createdAt: 0,
    ...over,
  };
}

export function anEvent(over: Partial<EventRow> & { readonly id: string }): EventRow {
  return {
    namespace: 'default',
    type: 'Normal',
    reason: 'Created',
    message: '',
    kind: 'Pod',
    name: 'web',
    about: 'pod-1',
    component: 'kubelet',
    count: 1,
    firstAt: 0,
    lastAt: 0,
    ...over,
  };
}

const NOTHING = { upsert: [], remove: [] };

export function aFrame(over: Partial<Frame> = {}): Frame {
  return {
    seq: 1,
    full: false,
    now: 0,
    epochMillis: 0,
    paused: false,
    speed: 1,
    achievedSpeed: 1,
    revision: 1,
    steps: 1,
    nodes: NOTHING,
    pods: NOTHING,
    services: NOTHING,
    workloads: NOTHING,
    objects: NOTHING,
    events: [],
    health: { components: [], nodesReady: 0, nodes: 0, machines: [] },
    traffic: [],
    trafficCount: 0,
    faults: [],
    watched: [],
    ...over,
  };
}
