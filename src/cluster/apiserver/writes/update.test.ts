import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../api/generated/types.ts';
import { apiServerRig, ask, run } from '../testing.ts';

/** A value of which nothing can be changed, and what it looked like. */
function sealed<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) sealed(inner);
    Object.freeze(value);
  }
  return value;
}

const writes = [
  {
    name: 'a ConfigMap',
    collection: '/api/v1/namespaces/default/configmaps',
    endpoint: '',
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'it' } },
    changes: [{ data: { a: '1' } }, { data: { a: '2' } }, { data: { a: '3' } }],
  },
  {
    name: 'an endpoint of a kind’s own',
    collection: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    endpoint: '/approval',
    object: {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'it' },
      spec: {
        request: 'LS0tLS1CRUdJTg==',
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
      },
    },
    changes: ['one', 'two', 'three'].map((message) => ({
      status: { conditions: [{ type: 'Approved', status: 'True', reason: 'r', message }] },
    })),
  },
];

describe.each(writes)('updates of $name', ({ collection, endpoint, object, changes }) => {
  test('in one second leave alone what they were sent, and are each stored', () => {
    const rig = apiServerRig();
    run(rig, 3_000_000);
    let last = ask(rig, { method: 'POST', path: collection, body: sealed(object) })
      .body as KubernetesObject;
    for (const change of changes) {
      const body = sealed({ ...last, ...change, metadata: { ...last.metadata } });
      const path = `${collection}/it${endpoint}`;
      const answer = ask(rig, { method: 'PUT', path, body });
      expect(answer.code).toBe(200);
      expect(answer.body).toMatchObject(change);
      const before = last.metadata.resourceVersion;
      last = answer.body as KubernetesObject;
      expect(last.metadata.resourceVersion).not.toBe(before);
      expect(last.metadata.uid).toBe(body.metadata.uid);
    }
  });
});
