import { INVARIANTS } from '../../../cluster/invariants/index.ts';
import type { Invariant } from '../../../cluster/invariants/invariant.ts';
import { defaultSetUp } from '../../../cluster/set-up.ts';
import { createCluster } from '../../../cluster/world.ts';
import { below, forkStream, pick, type RandomStream } from '../../../kernel/random.ts';
import { MINUTE, SECOND } from '../../../kernel/time.ts';
import type { World } from '../../../kernel/world.ts';
import { createSession } from '../../session.ts';
import { createDriver, type Driver } from '../drive.ts';

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
  const world = createCluster(defaultSetUp({ nodes, seed }));
  const driver = createDriver(createSession(world));
  const acts: string[] = [];
  const broken: string[] = [];
  const memory = new Map<string, string>();
  const look = (kind: Invariant['kind']): void => {
    for (const invariant of INVARIANTS) {
      if (invariant.kind !== kind) continue;
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
    if (below(stream, 3) === 0) disturb(driver, stream, nodes, acts);
    driver.run(LOOK_EVERY_SECONDS * SECOND);
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

const COMPONENTS = [
  'etcd-cp-1',
  'kube-apiserver-cp-1',
  'kube-scheduler-cp-1',
  'kube-controller-manager-cp-1',
];

/** One random act: a fault, a cure, or a change of what is wanted. */
function disturb(driver: Driver, stream: RandomStream, nodes: number, acts: string[]): void {
  const { session } = driver;
  const { world } = session;
  const machine = `node-${1 + below(stream, nodes)}`;
  const act = (what: string): void => {
    acts.push(`${clock(world)} ${what}`);
  };
  const break_ = (fault: string, params: Record<string, string>): void => {
    act(`${fault} ${Object.values(params).join(' ')}`);
    session.lab({ kind: 'inject-fault', fault, params });
  };
  switch (below(stream, 7)) {
    case 0:
      return break_('power-off', { machine });
    case 1:
      return break_('network-cut', { machine });
    case 2:
      return break_('process-stopped', { process: pick(stream, COMPONENTS) });
    case 3:
      return break_('process-stopped', { process: `kubelet-${machine}` });
    case 4: {
      const fault = world.faults[below(stream, Math.max(1, world.faults.length))];
      if (fault === undefined) return;
      act(`heal ${fault.kind}`);
      session.lab({ kind: 'heal-fault', id: fault.id });
      return;
    }
    case 5: {
      const name = pick(stream, WORKLOADS);
      const replicas = below(stream, 5);
      act(`scale ${name} to ${replicas}`);
      session.request(mergePatch(name, { spec: { replicas } }), { onResponse: () => {} });
      return;
    }
    default: {
      const name = pick(stream, WORKLOADS);
      act(`new template for ${name}`);
      const annotations = { round: String(world.now) };
      session.request(mergePatch(name, { spec: { template: { metadata: { annotations } } } }), {
        onResponse: () => {},
      });
    }
  }
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
