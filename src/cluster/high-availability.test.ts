import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../api/generated/types.ts';
import { MINUTE, SECOND, type Micros } from '../kernel/time.ts';
import type { World } from '../kernel/world.ts';
import type { ApiServerMemory } from './apiserver/server.ts';
import type { LoadBalancerMemory } from './load-balancer/state.ts';
import { defaultSetUp, processNames } from './set-up.ts';
import { createCluster, GATEWAY_PROCESS, kernel } from './world.ts';
import type { GatewayObservation } from './gateway.ts';
import type { ApiRequest, ApiResponse } from './messages.ts';

/** One cluster and the person before it. */
interface Rig {
  readonly world: World;
  readonly endpoint: string;
  nextId: number;
  readonly heard: GatewayObservation[];
}

function rigOf(controlPlanes: number, nodes: number, seed = 7): Rig {
  const setUp = defaultSetUp({ controlPlanes, nodes, seed });
  return {
    world: createCluster(setUp),
    endpoint:
      controlPlanes > 1 ? processNames.loadBalancer('lb-1') : processNames.apiServer('cp-1'),
    nextId: 1,
    heard: [],
  };
}

function run(rig: Rig, micros: Micros): void {
  kernel.runUntil(rig.world, rig.world.now + micros, (observation) => {
    const { kind } = observation as { readonly kind?: string };
    if (kind === 'gateway' || kind === 'gateway-lost') {
      rig.heard.push(observation as GatewayObservation);
    }
  });
}

function ask(
  rig: Rig,
  question: Pick<ApiRequest, 'method' | 'path'> & Partial<ApiRequest>,
): ApiResponse | undefined {
  const id = rig.nextId++;
  const message: ApiRequest = {
    query: {},
    user: 'kubernetes-admin',
    userAgent: 'test/v1',
    ...question,
    type: 'api/request',
    id,
  };
  kernel.inject(rig.world, { from: GATEWAY_PROCESS, to: rig.endpoint, message, cause: undefined });
  for (let waited = 0; waited < 300; waited++) {
    run(rig, SECOND / 10);
    for (const each of rig.heard) {
      if (each.kind === 'gateway' && each.message.type === 'api/response') {
        if (each.message.id === id) return each.message;
      }
    }
  }
  return undefined;
}

function listed<T>(rig: Rig, path: string): readonly T[] {
  const body = ask(rig, { method: 'GET', path })?.body as
    | { readonly items?: readonly T[] }
    | undefined;
  return body?.items ?? [];
}

const nodes = (rig: Rig): readonly Node[] => listed<Node>(rig, '/api/v1/nodes');
const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
const pods = (rig: Rig): readonly Pod[] => listed<Pod>(rig, '/api/v1/namespaces/default/pods');
const isTainted = ({ spec }: Node): boolean =>
  spec?.taints?.some(({ key }) => /not-ready|unreachable/.test(key)) === true;

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 6,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] },
    },
  },
};
const deployments = '/apis/apps/v1/namespaces/default/deployments';

describe('the only API server is away for ten minutes', () => {
  const rig = rigOf(1, 3);
  run(rig, 90 * SECOND);
  ask(rig, { method: 'POST', path: deployments, body: deployment });
  run(rig, 60 * SECOND);
  const before = pods(rig).map(({ metadata }) => metadata.uid);
  kernel.stopProcess(rig.world, processNames.apiServer('cp-1'), undefined);
  run(rig, 10 * MINUTE);
  kernel.startProcess(rig.world, processNames.apiServer('cp-1'), undefined, () => {});

  test('on its return no node is ill, and nobody is evicted', () => {
    expect(before).toHaveLength(6);
    for (let round = 0; round < 40; round++) {
      run(rig, 15 * SECOND);
      const all = nodes(rig);
      expect(all.every(isReady)).toBe(true);
      expect(all.filter(isTainted)).toEqual([]);
    }
    expect(pods(rig).map(({ metadata }) => metadata.uid)).toEqual(before);
  });
});

describe('three control-plane machines', () => {
  const rig = rigOf(3, 3);
  run(rig, 120 * SECOND);

  test('become ready, and each server is known', () => {
    expect(nodes(rig).every(isReady)).toBe(true);
    expect(nodes(rig).length).toBeGreaterThanOrEqual(3);
    const path = '/api/v1/namespaces/default/endpoints/kubernetes';
    expect(ask(rig, { method: 'GET', path })?.body).toMatchObject({
      subsets: [
        { addresses: [{ ip: '192.168.0.10' }, { ip: '192.168.0.11' }, { ip: '192.168.0.12' }] },
      ],
    });
  });

  test('one server lost is a reconnect and nothing else', () => {
    ask(rig, { method: 'POST', path: deployments, body: deployment });
    run(rig, 60 * SECOND);
    expect(pods(rig)).toHaveLength(6);
    const balancer = rig.world.processes.get(rig.endpoint)?.memory as LoadBalancerMemory;
    const backend = balancer.connections.get(GATEWAY_PROCESS)?.backend ?? '';
    kernel.stopProcess(rig.world, backend, undefined);
    run(rig, SECOND);
    expect(rig.heard.filter(({ kind }) => kind === 'gateway-lost')).toHaveLength(1);
    // The next request goes through another server.
    expect(ask(rig, { method: 'GET', path: '/api/v1/nodes' })?.code).toBe(200);
    run(rig, 2 * MINUTE);
    expect(nodes(rig).every(isReady)).toBe(true);
    expect(nodes(rig).filter(isTainted)).toEqual([]);
    // Things go on: another Deployment comes up.
    const body = { ...deployment, metadata: { ...deployment.metadata, name: 'other' } };
    ask(rig, { method: 'POST', path: deployments, body });
    run(rig, 60 * SECOND);
    expect(pods(rig).filter(({ status }) => status?.phase === 'Running')).toHaveLength(12);
    kernel.startProcess(rig.world, backend, undefined, () => {});
    run(rig, 30 * SECOND);
    expect(balancer.backends.get(backend)?.up).toBe(true);
    const memory = rig.world.processes.get(backend)?.memory as ApiServerMemory;
    expect(memory.etcdUp).toBe(true);
  });
});
