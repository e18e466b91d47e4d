import { leaderMetrics, requestMetrics } from '../client/client-metrics.ts';
import { family, sample, type MetricsPage } from '../client/metrics-page.ts';
import { LOOP_NAMES } from './loop-names.ts';
import type { ControllerManagerConfig, ControllerManagerMemory, Running } from './state.ts';

/** `/metrics` of the controller manager: its queues, its requests and whether it leads, under upstream's names. */
export function metricsText(
  { election, electionClient, running }: ControllerManagerMemory,
  config: ControllerManagerConfig,
): string {
  const page: MetricsPage = [];
  leaderMetrics(page, election);
  const loops = running?.loops.map(({ client }) => client) ?? [];
  const clients = running === undefined ? [] : [running.informerClient, ...loops];
  requestMetrics(page, [electionClient, ...clients], config.apiServerHost ?? config.apiServer);
  if (running !== undefined) queues(page, running);
  return `${page.join('\n')}\n`;
}

/** What upstream calls the queues of loops, where it is not the loop's name without its last word. */
const QUEUE_NAMES: Readonly<Record<string, string>> = {
  'replication-controller': 'replicationmanager',
  'ttl-after-finished-controller': 'ttl_jobs_to_delete',
  'endpointslice-controller': 'endpoint_slice',
  'endpoints-controller': 'endpoint',
  'endpointslice-mirroring-controller': 'endpoint_slice_mirroring',
  'root-ca-certificate-publisher-controller': 'root_ca_cert_publisher',
  'node-lifecycle-controller': 'node_lifecycle_controller',
  'taint-eviction-controller': 'noexec_taint_pod',
  'garbage-collector-controller': 'garbage_collector_attempt_to_delete',
  'persistentvolume-controller': 'claims',
  'persistentvolumeclaim-protection-controller': 'pvcprotection',
  'persistentvolume-protection-controller': 'pvprotection',
  'ephemeral-volume-controller': 'ephemeral_volume',
  'resourcequota-controller': 'resourcequota_primary',
  'clusterrole-aggregation-controller': 'ClusterRoleAggregator',
  'horizontal-pod-autoscaler': 'horizontalpodautoscaler',
};

function queues(page: MetricsPage, { loops }: Running): void {
  const figures = loops.map(({ queue, reconciles, retries }, index) => {
    const loop = LOOP_NAMES[index] ?? '';
    return {
      name: QUEUE_NAMES[loop] ?? loop.replace(/-controller$/, ''),
      depth: queue.waiting.size,
      // Each key that was taken had been added, and so have been those that wait.
      adds: reconciles + queue.waiting.size + queue.again.size,
      retries,
    };
  });
  figures.sort((a, b) => (a.name < b.name ? -1 : 1));
  const tell = (
    metric: string,
    type: 'counter' | 'gauge',
    help: string,
    value: (each: (typeof figures)[number]) => number,
  ): void => {
    family(page, metric, type, `[ALPHA] ${help}`);
    for (const each of figures) sample(page, metric, { name: each.name }, value(each));
  };
  tell(
    'workqueue_adds_total',
    'counter',
    'Total number of adds handled by workqueue',
    (each) => each.adds,
  );
  tell('workqueue_depth', 'gauge', 'Current depth of workqueue', (each) => each.depth);
  tell(
    'workqueue_retries_total',
    'counter',
    'Total number of retries handled by workqueue',
    (each) => each.retries,
  );
}
