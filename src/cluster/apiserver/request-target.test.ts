import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveAnew, targetOf, type RequestTarget } from './request-target.ts';

const roots = ['/api/v1', '/apis/apps/v1', '/apis/coordination.k8s.io/v1', '/apis/no.such/v1'];
const parts = [
  'namespaces',
  'default',
  'a%2Fb',
  'pods',
  'nodes',
  'deployments',
  'leases',
  'status',
  'finalize',
  'binding',
  'scale',
  'proxy',
  'web-1',
  '',
];

const told = (target: RequestTarget | undefined): unknown =>
  target === undefined ? undefined : { ...target, kind: target.kind.kind };

test('what a path points at does not hang on the paths that were asked for before', () => {
  const path = fc
    .tuple(fc.constantFrom(...roots), fc.array(fc.constantFrom(...parts), { maxLength: 6 }))
    .map(([root, rest]) => [root, ...rest].join('/'));
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 30 }), (paths) => {
      // Every path that leads to one is asked for first, so that it is known.
      for (const each of paths) {
        for (let end = each.indexOf('/', 1); end > 0; end = each.indexOf('/', end + 1)) {
          targetOf(each.slice(0, end));
        }
        expect(told(targetOf(each)), each).toEqual(told(resolveAnew(each)));
      }
    }),
    { numRuns: 500 },
  );
});
