import { describe, expect, test } from 'vitest';
import type { StatusError } from '../../../api/status-error.ts';
import type { ApiRequest } from '../../messages.ts';
import { apiServerRig, ask } from '../testing.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const unreadable = { fault: "invalid character 'x' after object key", head: '{"kind" x' };
const why = `couldn't get version/kind; json parse error: ${unreadable.fault}`;
const unrecognized = (kind: string): string =>
  `the object provided is unrecognized (must be of type ${kind}): ${why} (${unreadable.head})`;

function refusalOf(request: Partial<ApiRequest> & Pick<ApiRequest, 'method' | 'path'>): unknown {
  const { code, body } = ask(apiServerRig(), { ...request, unreadable });
  return [code, (body as StatusError).message];
}

describe('a body that is no JSON', () => {
  test.each([
    [maps, 'ConfigMap'],
    ['/apis/apps/v1/namespaces/default/deployments', 'Deployment'],
    ['/api/v1/namespaces/default/pods/web/eviction', 'Eviction'],
    ['/api/v1/namespaces/default/bindings', 'Binding'],
    ['/apis/authorization.k8s.io/v1/subjectaccessreviews', 'SubjectAccessReview'],
  ])('sent to %s is no %s', (path, kind) => {
    expect(refusalOf({ method: 'POST', path })).toEqual([400, unrecognized(kind)]);
  });

  test('is no scale to update, either', () => {
    const path = '/apis/apps/v1/namespaces/default/deployments/web/scale';
    expect(refusalOf({ method: 'PUT', path })).toEqual([400, unrecognized('Scale')]);
  });

  test.each([
    ['application/merge-patch+json', `error decoding patch: ${unreadable.fault}`],
    ['application/json-patch+json', `error decoding patch: ${unreadable.fault}`],
    ['application/strategic-merge-patch+json', unreadable.fault],
  ])('is no patch of type %s', (contentType, message) => {
    expect(refusalOf({ method: 'PATCH', path: `${maps}/a`, contentType })).toEqual([400, message]);
  });

  test('holds no options to delete with', () => {
    expect(refusalOf({ method: 'DELETE', path: `${maps}/a` })).toEqual([500, why]);
  });

  test('does not matter where the server would not look at it, or not to him who asks', () => {
    expect(refusalOf({ method: 'GET', path: `${maps}/a` })).toEqual([
      404,
      'configmaps "a" not found',
    ]);
    expect(refusalOf({ method: 'POST', path: '/api/v1/gadgets' })).toEqual([
      404,
      'the server could not find the requested resource',
    ]);
  });
});
