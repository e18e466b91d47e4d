import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { checkpoint, restore } from '../../../kernel/checkpoint.ts';
import { encodeWorld } from '../../../kernel/archive.ts';
import { MINUTE, SECOND } from '../../../kernel/time.ts';
import { createSession } from '../../session.ts';
import { createDriver, untilNodesReady } from '../drive.ts';

/** What a checkpoint of a world of 100 nodes and 3,000 Pods costs, and its archive. */
export function benchCheckpoint(): Record<string, number> {
  const nodes = 100;
  const world = createCluster(defaultSetUp({ nodes, addons: nodes <= 100 }));
  const driver = createDriver(createSession(world));
  if (!untilNodesReady(driver, nodes)) throw new Error('the nodes did not become Ready');
  driver.request({
    method: 'POST',
    path: '/apis/apps/v1/namespaces/default/deployments',
    body: DEPLOYMENT,
  });
  driver.run(5 * MINUTE);
  driver.run(10 * SECOND);
  const firstMillis = millisOf(() => checkpoint(world));
  // A checkpoint a second: what most of them find is what the one before has found.
  const times: number[] = [];
  for (let round = 0; round < 31; round++) {
    driver.run(SECOND);
    times.push(millisOf(() => checkpoint(world)));
  }
  times.sort((a, b) => a - b);
  const kept = checkpoint(world);
  const restoreMillis = millisOf(() => restore(kept));
  const began = process.hrtime.bigint();
  const text = JSON.stringify(encodeWorld(world));
  return {
    firstMillis,
    medianMillis: times[15] ?? 0,
    restoreMillis,
    archiveMillis: Number(process.hrtime.bigint() - began) / 1e6,
    archiveMB: text.length / 2 ** 20,
  };
}

function millisOf(work: () => unknown): number {
  const began = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - began) / 1e6;
}

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 3000,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] },
    },
  },
};
