import { defaultSetUp } from '../cluster/set-up.ts';
import { createCluster } from '../cluster/world.ts';
import { decodeWorld, encodeWorld, type Archive } from '../kernel/archive.ts';
import { checkpoint, restore } from '../kernel/checkpoint.ts';
import { hashWorld } from '../kernel/hash.ts';
import { SECOND } from '../kernel/time.ts';
import type { World } from '../kernel/world.ts';
import type { LabCommand, PageApiRequest } from '../bridge/protocol.ts';
import { createSession } from './session.ts';

/**
 * Ten simulated minutes of a three-node cluster with a rollout and faults: the run by which every
 * engine proves that it is the same. Its hash must agree in Node and in every browser, and whether or
 * not the run went through a checkpoint or an archive on the way.
 */
export type Detour = 'none' | 'checkpoint' | 'archive';

export interface StandardRun {
  readonly hash: string;
  readonly steps: number;
}

type Act = { readonly at: number } & (
  | { readonly request: PageApiRequest }
  | { readonly lab: LabCommand }
  | { readonly heal: string }
);

const LENGTH_SECONDS = 600;
const DETOUR_AT_SECONDS = 300;

const ACTS: readonly Act[] = [
  {
    at: 20,
    request: {
      method: 'POST',
      path: '/apis/apps/v1/namespaces/default/deployments',
      body: deployment('1.27'),
    },
  },
  {
    at: 21,
    request: { method: 'POST', path: '/api/v1/namespaces/default/services', body: service() },
  },
  { at: 60, lab: { kind: 'inject-fault', fault: 'power-off', params: { machine: 'node-2' } } },
  {
    at: 120,
    lab: {
      kind: 'inject-fault',
      fault: 'process-stopped',
      params: { process: 'kube-scheduler-cp-1' },
    },
  },
  {
    at: 150,
    request: {
      method: 'PUT',
      path: '/apis/apps/v1/namespaces/default/deployments/web',
      body: deployment('1.28'),
    },
  },
  { at: 180, heal: 'process-stopped' },
  { at: 260, heal: 'power-off' },
  { at: 320, lab: { kind: 'inject-fault', fault: 'network-cut', params: { machine: 'node-3' } } },
  {
    at: 330,
    lab: { kind: 'inject-fault', fault: 'process-stopped', params: { process: 'etcd-cp-1' } },
  },
  { at: 345, heal: 'process-stopped' },
  { at: 420, heal: 'network-cut' },
  { at: 450, request: { method: 'DELETE', path: '/api/v1/namespaces/default/services/web' } },
];

/** Runs it from the beginning. The same seed gives the same hash, always. */
export function standardRun(seed: number, detour: Detour): StandardRun {
  let world = createCluster(defaultSetUp({ nodes: 3, seed }));
  let session = createSession(world);
  for (const act of ACTS) {
    if (detour !== 'none' && act.at > DETOUR_AT_SECONDS && world.now < DETOUR_AT_SECONDS * SECOND) {
      session.advance(DETOUR_AT_SECONDS * SECOND, Number.MAX_SAFE_INTEGER);
      world = throughDetour(world, detour);
      session = createSession(world);
    }
    session.advance(act.at * SECOND, Number.MAX_SAFE_INTEGER);
    if ('request' in act) session.request(act.request, { onResponse: () => {} });
    else if ('lab' in act) session.lab(act.lab);
    else {
      const fault = world.faults.find((each) => each.kind === act.heal);
      if (fault !== undefined) session.lab({ kind: 'heal-fault', id: fault.id });
    }
  }
  session.advance(LENGTH_SECONDS * SECOND, Number.MAX_SAFE_INTEGER);
  return { hash: hashWorld(world), steps: world.steps };
}

function throughDetour(world: World, detour: Exclude<Detour, 'none'>): World {
  switch (detour) {
    case 'checkpoint':
      return restore(checkpoint(world));
    case 'archive':
      return decodeWorld(JSON.parse(JSON.stringify(encodeWorld(world))) as Archive);
  }
}

function deployment(version: string): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: `nginx:${version}`,
              ports: [{ containerPort: 80 }],
              readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
            },
          ],
        },
      },
    },
  };
}

function service(): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  };
}
