import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { storedAt } from '../../../cluster/observe.ts';
import type { Deployment } from '../../../api/generated/types.ts';
import { MINUTE, SECOND } from '../../../kernel/time.ts';
import { createSession } from '../../session.ts';
import { createDriver, untilNodesReady } from '../drive.ts';

/** Replicas and the nodes they are spread over. */
export const DEPLOY_SIZES: readonly { readonly replicas: number; readonly nodes: number }[] = [
  { replicas: 10, nodes: 3 },
  { replicas: 100, nodes: 10 },
  { replicas: 1000, nodes: 100 },
  { replicas: 10000, nodes: 1000 },
];

/** What is not run again: it would take minutes. */
const REPLICAS_AGAIN_MAX = 1000;

/**
 * A Deployment from apply to all replicas Ready, the whole cluster running. Figures: CPU and wall
 * seconds of this process for that stretch alone, its peak memory, and the virtual time it took; all
 * of a process that has just begun, in which nearly half of the CPU goes to V8's compiler. Beside them
 * `warmCpuSeconds`: the CPU of the same stretch in a third cluster of the same process.
 */
export function benchDeploy(replicas: number, nodes: number): Record<string, number> {
  const figures = deployOnce(replicas, nodes);
  if (replicas > REPLICAS_AGAIN_MAX) return figures;
  deployOnce(replicas, nodes);
  const { cpuSeconds: warmCpuSeconds = 0 } = deployOnce(replicas, nodes);
  return { ...figures, warmCpuSeconds };
}

function deployOnce(replicas: number, nodes: number): Record<string, number> {
  const world = createCluster(defaultSetUp({ nodes, addons: nodes <= 100 }));
  const driver = createDriver(createSession(world));
  if (!untilNodesReady(driver, nodes)) throw new Error(`${nodes} nodes did not become Ready`);
  driver.run(30 * SECOND);
  const idleRss = process.memoryUsage().rss;
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const begun = world.now;
  const answer = driver.request({
    method: 'POST',
    path: '/apis/apps/v1/namespaces/default/deployments',
    body: deployment(replicas),
  });
  if (answer.code !== 201)
    throw new Error(`the Deployment was refused: ${JSON.stringify(answer.body)}`);
  while (readyReplicas(world) < replicas) {
    driver.run(SECOND);
    if (world.now - begun > 60 * MINUTE)
      throw new Error(`only ${readyReplicas(world)} of ${replicas} became Ready`);
  }
  const used = process.cpuUsage(cpu);
  return {
    cpuSeconds: (used.user + used.system) / 1e6,
    wallSeconds: Number(process.hrtime.bigint() - wall) / 1e9,
    peakRssMB: process.resourceUsage().maxRSS / 1024,
    aboveIdleMB: process.resourceUsage().maxRSS / 1024 - idleRss / 2 ** 20,
    virtualSeconds: (world.now - begun) / SECOND,
  };
}

function readyReplicas(world: Parameters<typeof storedAt>[0]): number {
  const stored = storedAt(world, '/registry/deployments/default/web')?.value as
    | Deployment
    | undefined;
  return stored?.status?.readyReplicas ?? 0;
}

function deployment(replicas: number): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'nginx:1.27',
              ports: [{ containerPort: 80 }],
              resources: { requests: { cpu: '100m', memory: '128Mi' } },
              readinessProbe: { httpGet: { path: '/', port: 80 } },
            },
          ],
        },
      },
    },
  };
}
