import { defaultSetUp } from '../../cluster/set-up.ts';
import { createCluster } from '../../cluster/world.ts';
import { SECOND } from '../../kernel/time.ts';
import { createDriver, type Driver, untilNodesReady } from '../headless/drive.ts';
import { createSession } from '../session.ts';

/** For tests: a whole cluster of some nodes (4 CPU, 16Gi), all Ready. */
export function readyCluster(nodes = 3, controlPlanes = 1): Driver {
  const setUp = defaultSetUp({ nodes, controlPlanes, addons: false });
  const driver = createDriver(createSession(createCluster(setUp)));
  if (!untilNodesReady(driver, nodes)) throw new Error('the nodes did not get Ready');
  return driver;
}

/** Creates an object; a refusal is thrown. */
export function create(driver: Driver, path: string, body: object): void {
  const { code, body: answer } = driver.request({ method: 'POST', path, body });
  if (code >= 300 || code === 0) throw new Error(JSON.stringify(answer));
}

export function createPod(driver: Driver, name: string, spec: object): void {
  create(driver, '/api/v1/namespaces/default/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { containers: [container(name)], ...spec },
  });
  driver.run(2 * SECOND);
}

export function container(name: string, requests: Readonly<Record<string, string>> = {}): object {
  return { name, image: 'nginx:1.27', resources: { requests } };
}

export function createDeployment(
  driver: Driver,
  name: string,
  replicas: number,
  podSpec: object,
): void {
  create(driver, '/apis/apps/v1/namespaces/default/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec },
    },
  });
  driver.run(4 * SECOND);
}
