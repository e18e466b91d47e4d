import type { Pod } from '../../../api/generated/types.ts';
import { INVARIANTS } from '../../../cluster/invariants/index.ts';
import type { Invariant } from '../../../cluster/invariants/invariant.ts';
import { objectsOf } from '../../../cluster/invariants/objects.ts';
import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { below, forkStream, pick, type RandomStream } from '../../../kernel/random.ts';
import { MINUTE, SECOND } from '../../../kernel/time.ts';
import type { World } from '../../../kernel/world.ts';
import { createSession } from '../../session.ts';
import { createDriver, type Driver } from '../drive.ts';
import { someFault, type Shape } from './some-fault.ts';

/**
 * Goal: whatever the weather, safety always holds, and liveness returns once it clears.
 * Method: the seed picks the cluster's size, its workload and the faults; the invariants look every ten
 * simulated seconds. The same seed gives the same run.
 */
export interface SoakResult {
  readonly seed: number;
  /** Sentences about what was broken; empty when all held. */
  readonly broken: readonly string[];
  /** What was done, for a reader of a failure. */
  readonly acts: readonly string[];
}

const STORM_SECONDS = 600;
const CALM = 12 * MINUTE;
const LOOK_EVERY_SECONDS = 10;

export function soak(seed: number): SoakResult {
  const stream = forkStream(seed, 'soak');
  const nodes = 2 + below(stream, 4);
  const shape: Shape = { nodes, controlPlanes: below(stream, 3) === 0 ? 3 : 1 };
  const world = createCluster(defaultSetUp({ ...shape, seed }));
  const driver = createDriver(createSession(world));
  // With a stream of their own, these acts leave those of the storm as they are.
  const hands = forkStream(seed, 'soak-pods');
  const acts: string[] = [];
  const broken: string[] = [];
  const memory = new Map<string, string>();
  const look = (kind: Invariant['kind'], quickOnly = false): void => {
    for (const invariant of INVARIANTS) {
      if (invariant.kind !== kind || (quickOnly && invariant.isQuick !== true)) continue;
      const complaint = invariant.check(world, memory);
      if (complaint !== undefined) broken.push(`${clock(world)} ${invariant.name}: ${complaint}`);
    }
  };
  driver.run(30 * SECOND);
  deploy(driver, stream, acts);
  for (
    let second = 0;
    second < STORM_SECONDS && broken.length === 0;
    second += LOOK_EVERY_SECONDS
  ) {
    if (below(stream, 3) === 0) disturb(driver, stream, shape, acts);
    if (below(hands, 4) === 0) meddle(driver, hands, acts);
    for (let at = 0; at < 2 * LOOK_EVERY_SECONDS; at++) {
      driver.run(SECOND / 2);
      look('safety', true);
    }
    look('safety');
  }
  if (broken.length > 0) return { seed, broken, acts };
  acts.push(`${clock(world)} heal all`);
  driver.session.lab({ kind: 'heal-all' });
  driver.run(CALM);
  look('safety');
  look('liveness');
  return { seed, broken, acts };
}

const WORKLOADS = ['web', 'shop', 'mail', 'jobs'] as const;

function deploy(driver: Driver, stream: RandomStream, acts: string[]): void {
  const count = 1 + below(stream, WORKLOADS.length);
  for (const name of WORKLOADS.slice(0, count)) {
    const replicas = 1 + below(stream, 4);
    acts.push(`${clock(driver.session.world)} deploy ${name} ×${replicas}`);
    driver.request({
      method: 'POST',
      path: '/apis/apps/v1/namespaces/default/deployments',
      body: deployment(name, replicas),
    });
  }
}

/** One random act: a fault, a cure, or a change of what is wanted. */
function disturb(driver: Driver, stream: RandomStream, shape: Shape, acts: string[]): void {
  const { session } = driver;
  const { world } = session;
  const act = (what: string): void => {
    acts.push(`${clock(world)} ${what}`);
  };
  const quiet = { onResponse: (): void => {} };
  switch (below(stream, 6)) {
    case 0: {
      const fault = world.faults[below(stream, Math.max(1, world.faults.length))];
      if (fault === undefined) return;
      act(`heal ${fault.kind}`);
      session.lab({ kind: 'heal-fault', id: fault.id });
      return;
    }
    case 1: {
      const name = pick(stream, WORKLOADS);
      const replicas = below(stream, 5);
      act(`scale ${name} to ${replicas}`);
      session.request(mergePatch(name, { spec: { replicas } }), quiet);
      return;
    }
    case 2: {
      const name = pick(stream, WORKLOADS);
      act(`new template for ${name}`);
      const annotations = { round: String(world.now) };
      session.request(
        mergePatch(name, { spec: { template: { metadata: { annotations } } } }),
        quiet,
      );
      return;
    }
    default: {
      const { fault, params } = someFault(stream, shape);
      const refusal = session.lab({ kind: 'inject-fault', fault, params });
      act(
        `${fault} ${Object.values(params).join(' ')}${refusal === undefined ? '' : ` (${refusal})`}`,
      );
    }
  }
}

/** Somebody sees to one Pod: other amounts, which the node may or may not have, or a container for debugging. */
function meddle({ session }: Driver, stream: RandomStream, acts: string[]): void {
  const pods = [...objectsOf<Pod>(session.world, 'Pod')].filter(
    ({ metadata }) => metadata.namespace === 'default',
  );
  const pod = pods[below(stream, Math.max(1, pods.length))];
  const cpu = pick(stream, ['100m', '300m', '700m', '2', '900']);
  const isDebug = below(stream, 4) === 0;
  if (pod === undefined) return;
  // On a node it runs on with what it has; without one it would ask for what no node has, and wait for ever.
  if (!isDebug && cpu === '900' && pod.spec.nodeName === undefined) return;
  const { name = '' } = pod.metadata;
  const container = isDebug
    ? { name: `debug-${session.world.now}`, image: 'busybox:1.36', command: ['sleep', '20'] }
    : { name: 'main', resources: { requests: { cpu } } };
  acts.push(`${clock(session.world)} ${isDebug ? 'debug' : `resize to ${cpu}`} ${name}`);
  session.request(
    {
      method: 'PATCH',
      path: `/api/v1/namespaces/default/pods/${name}/${isDebug ? 'ephemeralcontainers' : 'resize'}`,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { [isDebug ? 'ephemeralContainers' : 'containers']: [container] } },
    },
    { onResponse: () => {} },
  );
}

function mergePatch(name: string, body: unknown): Parameters<Driver['session']['request']>[0] {
  return {
    method: 'PATCH',
    path: `/apis/apps/v1/namespaces/default/deployments/${name}`,
    contentType: 'application/merge-patch+json',
    body,
  };
}

function deployment(name: string, replicas: number): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'nginx:1.27',
              resources: { requests: { cpu: '300m', memory: '256Mi' } },
            },
          ],
        },
      },
    },
  };
}

function clock(world: World): string {
  return `${Math.floor(world.now / SECOND)}s`;
}
