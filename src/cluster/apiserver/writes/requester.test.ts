import { expect, test } from 'vitest';
import type { CertificateSigningRequest } from '../../../api/generated/types.ts';
import { apiServerRig, ask, run, type Question } from '../testing.ts';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

const aRequest = (name: string, spec: object = {}) => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: {
    request: 'LS0tLS1CRUdJTg==',
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
    ...spec,
  },
});

const EVERYTHING = { kubelet: ['yes'] };

test.each<[string, Omit<Question, 'method' | 'path'>, object]>([
  [
    'the administrator',
    {},
    { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
  ],
  [
    'a node',
    { user: 'system:node:node-1' },
    { username: 'system:node:node-1', groups: ['system:nodes', 'system:authenticated'] },
  ],
  [
    'whom an administrator stands for, with all that is known of him',
    {
      impersonate: { user: 'jane', groups: ['system:masters'], uid: '42', extra: { team: ['a'] } },
    },
    {
      username: 'jane',
      groups: ['system:masters', 'system:authenticated'],
      uid: '42',
      extra: { team: ['a'] },
    },
  ],
])('a CertificateSigningRequest says who made it: %s', (_, who, want) => {
  const rig = apiServerRig();
  run(rig, 3_000_000);
  const lie = { username: 'root', uid: '0', groups: ['wheel'], extra: EVERYTHING };
  const body = aRequest('mine', lie);
  const { code, body: made } = ask(rig, { method: 'POST', path: REQUESTS, body, ...who });
  expect(code).toBe(201);
  const { request, signerName, usages, ...requester } = (made as CertificateSigningRequest).spec;
  expect({ request, signerName, usages }).toEqual(aRequest('').spec);
  expect(requester).toEqual(want);
});

test('… and an update says nothing of it', () => {
  const rig = apiServerRig();
  run(rig, 3_000_000);
  ask(rig, { method: 'POST', path: REQUESTS, body: aRequest('mine') });
  const path = `${REQUESTS}/mine`;
  const changed = { ...aRequest('mine', { username: 'root', usages: ['server auth'] }) };
  const labelled = { ...changed, metadata: { name: 'mine', labels: { a: 'b' } } };
  const { code, body } = ask(rig, { method: 'PUT', path, body: labelled });
  expect(code).toBe(200);
  expect(body).toMatchObject({
    metadata: { labels: { a: 'b' } },
    spec: { username: 'kubernetes-admin', usages: ['client auth'] },
  });
});
