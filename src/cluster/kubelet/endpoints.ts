import { formatTime } from '../../api/time.ts';
import type { CriContainerUse } from '../messages.ts';
import { calendarMillis, type Kubelet, type KubeletEnv, type PodWorker } from './state.ts';

/** What the kubelet tells of itself and its node on its port 10250: `/healthz`, `/pods`, `/stats/summary`, `/metrics/resource` … */

interface Answer {
  readonly code: number;
  readonly body: string;
}

/** What the system itself takes of a node: kubelet, runtime, kernel. */
const SYSTEM_CPU_MILLI = 60;
const SYSTEM_MEMORY = 380 * 2 ** 20;

/** An endpoint's answer; undefined: the figures of the runtime are needed, and then it is asked again with them. */
export function nodeEndpoint(
  kubelet: Kubelet,
  path: string,
  uses: readonly CriContainerUse[] | undefined,
  env: KubeletEnv,
): Answer | undefined {
  const [bare = '/'] = path.split('?');
  switch (bare) {
    case '/healthz':
    case '/healthz/ping':
    case '/healthz/syncloop':
      return { code: 200, body: 'ok' };
    case '/configz':
      return json({ kubeletconfig: configuration(kubelet) });
    case '/pods':
    case '/runningpods/':
    case '/runningpods':
      return json({
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: {},
        items: [...kubelet.memory.workers.values()].map(({ pod, status }) =>
          status === undefined ? pod : { ...pod, status },
        ),
      });
    case '/stats/summary':
      return uses === undefined ? undefined : json(summary(kubelet, uses, env));
    case '/metrics/resource':
      return uses === undefined
        ? undefined
        : { code: 200, body: resourceMetrics(kubelet, uses, env) };
    case '/metrics':
      return { code: 200, body: ownMetrics(kubelet) };
    default:
      return { code: 404, body: '404 page not found\n' };
  }
}

function json(value: unknown): Answer {
  return { code: 200, body: JSON.stringify(value) };
}

function configuration({ config }: Kubelet): unknown {
  return {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    staticPodPath: '/etc/kubernetes/manifests',
    syncFrequency: '1m0s',
    address: '0.0.0.0',
    port: 10250,
    clusterDomain: 'cluster.local',
    maxPods: config.node.podsMax,
    nodeStatusUpdateFrequency: '10s',
    nodeStatusReportFrequency: '5m0s',
    nodeLeaseDurationSeconds: 40,
    serializeImagePulls: true,
    cgroupDriver: 'systemd',
    containerLogMaxSize: '10Mi',
    containerLogMaxFiles: 5,
  };
}

/** The use of each Pod's containers, by the Pod's UID. */
function byPod(uses: readonly CriContainerUse[]): ReadonlyMap<string, readonly CriContainerUse[]> {
  const pods = new Map<string, CriContainerUse[]>();
  for (const use of uses) {
    const known = pods.get(use.podUid);
    if (known === undefined) pods.set(use.podUid, [use]);
    else known.push(use);
  }
  return pods;
}

/** What a whole node uses: its containers and the system. */
export function nodeUse(uses: readonly CriContainerUse[]): {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
} {
  let cpuMilli = SYSTEM_CPU_MILLI;
  let memoryBytes = SYSTEM_MEMORY;
  for (const use of uses) {
    cpuMilli += use.cpuMilli;
    memoryBytes += use.memoryBytes;
  }
  return { cpuMilli: Math.round(cpuMilli), memoryBytes: Math.round(memoryBytes) };
}

function summary(kubelet: Kubelet, uses: readonly CriContainerUse[], env: KubeletEnv): unknown {
  const { node } = kubelet.config;
  const time = formatTime(calendarMillis(kubelet, env));
  const figures = (cpuMilli: number, memoryBytes: number) => ({
    cpu: { time, usageNanoCores: Math.round(cpuMilli * 1e6) },
    memory: { time, usageBytes: Math.round(memoryBytes), workingSetBytes: Math.round(memoryBytes) },
  });
  const whole = nodeUse(uses);
  const pods = byPod(uses);
  return {
    node: {
      nodeName: node.name,
      startTime: formatTime(kubelet.config.epochMillis),
      ...figures(whole.cpuMilli, whole.memoryBytes),
    },
    pods: [...kubelet.memory.workers.values()].flatMap((worker) => {
      const containers = pods.get(worker.uid);
      if (containers === undefined) return [];
      return [
        {
          podRef: reference(worker),
          startTime: worker.status?.startTime ?? time,
          containers: containers.map(({ container, cpuMilli, memoryBytes }) => ({
            name: container,
            startTime: worker.status?.startTime ?? time,
            ...figures(cpuMilli, memoryBytes),
          })),
          ...figures(
            containers.reduce((sum, each) => sum + each.cpuMilli, 0),
            containers.reduce((sum, each) => sum + each.memoryBytes, 0),
          ),
        },
      ];
    }),
  };
}

function reference({ pod, uid }: PodWorker): object {
  return { name: pod.metadata.name, namespace: pod.metadata.namespace, uid };
}

/** The text that metrics-server reads. CPU time is the present use over the container's whole life. */
function resourceMetrics(
  kubelet: Kubelet,
  uses: readonly CriContainerUse[],
  env: KubeletEnv,
): string {
  const seconds = env.now / 1_000_000;
  const millis = Math.floor(calendarMillis(kubelet, env));
  const whole = nodeUse(uses);
  let cpu = '';
  let memory = '';
  for (const use of uses) {
    const { pod } = kubelet.memory.workers.get(use.podUid) ?? {};
    if (pod === undefined) continue;
    const labels = `{container="${use.container}",namespace="${pod.metadata.namespace}",pod="${pod.metadata.name}"}`;
    cpu += `container_cpu_usage_seconds_total${labels} ${(use.cpuMilli / 1000) * seconds} ${millis}\n`;
    memory += `container_memory_working_set_bytes${labels} ${Math.round(use.memoryBytes)} ${millis}\n`;
  }
  return [
    '# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds\n# TYPE container_cpu_usage_seconds_total counter\n',
    cpu,
    '# HELP container_memory_working_set_bytes [STABLE] Current working set of the container in bytes\n# TYPE container_memory_working_set_bytes gauge\n',
    memory,
    '# HELP node_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the node in core-seconds\n# TYPE node_cpu_usage_seconds_total counter\n',
    `node_cpu_usage_seconds_total ${(whole.cpuMilli / 1000) * seconds} ${millis}\n`,
    '# HELP node_memory_working_set_bytes [STABLE] Current working set of the node in bytes\n# TYPE node_memory_working_set_bytes gauge\n',
    `node_memory_working_set_bytes ${whole.memoryBytes} ${millis}\n`,
    '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise\n# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n',
  ].join('');
}

function ownMetrics({ memory, config }: Kubelet): string {
  let running = 0;
  let containers = 0;
  for (const worker of memory.workers.values()) {
    if (worker.sandbox?.state === 'ready') running += 1;
    for (const { current } of worker.containers.values())
      if (current?.state === 'running') containers += 1;
  }
  return [
    "# HELP kubelet_node_name [ALPHA] The node's name. The count is always 1.\n# TYPE kubelet_node_name gauge\n",
    `kubelet_node_name{node="${config.node.name}"} 1\n`,
    '# HELP kubelet_running_pods [BETA] Number of pods that have a running pod sandbox\n# TYPE kubelet_running_pods gauge\n',
    `kubelet_running_pods ${running}\n`,
    '# HELP kubelet_running_containers [BETA] Number of containers currently running\n# TYPE kubelet_running_containers gauge\n',
    `kubelet_running_containers{container_state="running"} ${containers}\n`,
  ].join('');
}
