import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiRequest, Method } from '../messages.ts';
import { userOf } from './authorization/attributes.ts';
import { authorize } from './authorization/authorize.ts';
import { attributesOf } from './authorization/request-attributes.ts';
import { classify } from './flow-control/classify.ts';
import { currentConfiguration, gateOf } from './flow-control/gate.ts';
import { passageOf } from './passage.ts';
import { siteOf } from './request-site.ts';
import type { Server } from './server.ts';
import { authorise } from './stages/authorise.ts';
import { isBeyondDoubt, stages } from './stages/index.ts';
import { API_SERVER, apiServerRig, ask, memoryOf, type ApiServerRig } from './testing.ts';

const users = [
  'kubernetes-admin',
  'system:node:node-1',
  'system:node:node-2',
  'system:kube-scheduler',
  'system:serviceaccount:kube-system:replicaset-controller',
  'system:anonymous',
  'eve',
  '',
  '\n["eve",null]',
];
const paths = [
  '/api/v1/pods',
  '/api/v1/namespaces/a/pods',
  '/api/v1/namespaces/a/pods/x',
  '/api/v1/namespaces/b/pods/y',
  '/api/v1/namespaces/a/pods/x/status',
  '/api/v1/namespaces/a/pods/x/binding',
  '/api/v1/namespaces',
  '/api/v1/namespaces/a',
  '/api/v1/namespaces/b',
  '/api/v1/nodes/node-1/status',
  '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1',
  '/apis/apps/v1/namespaces/a/deployments/d/scale',
  '/healthz',
  '/no/such/thing',
];
const groups = [undefined, ['system:masters'], ['system:nodes'], []];

function request(): fc.Arbitrary<ApiRequest> {
  return fc
    .record({
      user: fc.constantFrom(...users),
      path: fc.constantFrom(...paths),
      method: fc.constantFrom<Method>('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      groups: fc.constantFrom(...groups),
      query: fc.constantFrom<ApiRequest['query']>({}, { watch: 'true' }, { dryRun: 'some' }),
    })
    .map(({ user, path, method, groups: own, query }) => ({
      type: 'api/request',
      id: 1,
      method,
      path,
      query,
      user,
      userAgent: 'test',
      ...(own === undefined ? undefined : { groups: own }),
    }));
}

/** A server as a step sees it; nothing here is told to anybody. */
function serverOf(rig: ApiServerRig): Server {
  const { config } = rig.world.processes.get(API_SERVER) ?? {};
  return { config, memory: memoryOf(rig), env: {} } as Server;
}

/** Grants something to eve, or another share of the seats to a level. */
const acts: readonly ((rig: ApiServerRig, round: number) => void)[] = [
  (rig, round) =>
    ask(rig, {
      method: 'POST',
      path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: `eve-${round}` },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' }],
      },
    }),
  (rig, round) =>
    ask(rig, {
      method: 'DELETE',
      path: `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/eve-${round - 1}`,
    }),
  (rig) =>
    ask(rig, {
      method: 'DELETE',
      path: '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/system-nodes',
    }),
];

test('what is remembered of a site is what would be found anew, whatever has changed since', () => {
  const rig = apiServerRig();
  let round = 0;
  let certain = 0;
  const some = fc.array(request(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(some, fc.constantFrom(...acts, undefined), (requests, act) => {
      act?.(rig, round++);
      const server = serverOf(rig);
      for (const each of requests) {
        const passage = passageOf(server, each);
        const { verdict, level } = gateOf(server, passage, each);
        const anew = classify(currentConfiguration(server), each);
        expect(verdict.schema.metadata.name).toBe(anew.schema.metadata.name);
        expect(verdict.level).toEqual(anew.level);
        expect(level.name).toBe(anew.level.name);
        const exchange = { request: each, client: '', receivedAt: 0, cause: undefined, group: 0 };
        const refused = authorise(exchange, server, passage) !== undefined;
        const decision = authorize(server, userOf(each), attributesOf(each));
        expect(refused, JSON.stringify(each)).toBe(!decision.allowed);
        if (!isBeyondDoubt(each, passage)) continue;
        certain += 1;
        for (const stage of stages.slice(0, -1)) {
          expect(stage(exchange, server, passage), JSON.stringify(each)).toBeUndefined();
        }
      }
    }),
  );
  expect(certain).toBeGreaterThan(50);
});

test('two requests have one site exactly when nothing but the name of their object differs', () => {
  fc.assert(
    fc.property(request(), request(), (a, b) => {
      const [left, right] = [siteOf(a), siteOf(b)];
      if (left === undefined || right === undefined) return;
      const told = [left, right].map((each) => JSON.stringify({ ...each, number: 0 }));
      expect(left === right).toBe(told[0] === told[1]);
    }),
  );
});
