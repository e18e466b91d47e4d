import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiRequest, Method } from '../messages.ts';
import { bootstrapLevels, bootstrapSchemas } from './flow-control/bootstrap.ts';
import { classify } from './flow-control/classify.ts';
import { flowConfiguration } from './flow-control/configuration.ts';
import { siteOf } from './request-site.ts';

const users = [
  'kubernetes-admin',
  'system:node:node-1',
  'system:node:node-2',
  'system:kube-scheduler',
  'system:serviceaccount:kube-system:replicaset-controller',
  'system:anonymous',
  'eve',
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
      watch: fc.boolean(),
    })
    .map(({ user, path, method, groups: own, watch }) => ({
      type: 'api/request',
      id: 1,
      method,
      path,
      query: watch ? { watch: 'true' } : {},
      user,
      userAgent: 'test',
      ...(own === undefined ? undefined : { groups: own }),
    }));
}

describe('what is decided under the site of a request', () => {
  const made = () => flowConfiguration({ schemas: bootstrapSchemas, levels: bootstrapLevels }, 600);

  test('a verdict that was remembered is the one that would be found anew', () => {
    const remembering = made();
    fc.assert(
      fc.property(fc.array(request(), { minLength: 1, maxLength: 20 }), (requests) => {
        for (const each of requests) {
          const { schema, level } = classify(remembering, each);
          const anew = classify(made(), each);
          expect(schema.metadata.name).toBe(anew.schema.metadata.name);
          expect(level).toEqual(anew.level);
        }
      }),
    );
  });

  test('two requests have one site exactly when nothing but the name of their object differs', () => {
    fc.assert(
      fc.property(request(), request(), (a, b) => {
        const [left, right] = [siteOf(a), siteOf(b)];
        if (left === undefined || right === undefined) return;
        expect(left === right).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });
});
