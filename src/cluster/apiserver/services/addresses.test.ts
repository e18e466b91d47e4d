import { describe, expect, test } from 'vitest';
import type {
  EventsV1Event,
  IPAddress,
  KubernetesList,
  Service,
} from '../../../api/generated/types.ts';
import { MINUTE, SECOND } from '../../../kernel/time.ts';
import { apiServerRig, ask, run } from '../testing.ts';

const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';
const SERVICES = '/api/v1/namespaces/default/services';

type Rig = ReturnType<typeof apiServerRig>;

function started(): Rig {
  const rig = apiServerRig();
  run(rig, 3 * SECOND);
  return rig;
}

const service = (name: string, spec: object = {}): object => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

function addresses(rig: Rig): readonly (readonly [address: string, parent: string])[] {
  const { items } = ask(rig, { method: 'GET', path: ADDRESSES }).body as KubernetesList<IPAddress>;
  const pairs = items.map(
    ({ metadata, spec }) =>
      [
        metadata.name ?? '',
        `${spec?.parentRef?.namespace ?? ''}/${spec?.parentRef?.name ?? ''}`,
      ] as const,
  );
  return pairs.toSorted(([, a], [, b]) => (a < b ? -1 : 1));
}

function reasons(rig: Rig): readonly string[] {
  const path = '/apis/events.k8s.io/v1/events';
  const { items } = ask(rig, { method: 'GET', path }).body as KubernetesList<EventsV1Event>;
  return items.map(({ reason, note }) => `${reason ?? ''} ${note ?? ''}`);
}

const own = ['10.96.0.1', 'default/kubernetes'] as const;

describe('addresses of Services are objects', () => {
  test('the range is declared, and the first address is the server’s own', () => {
    const rig = started();
    expect(
      ask(rig, { method: 'GET', path: '/apis/networking.k8s.io/v1/servicecidrs/kubernetes' }).body,
    ).toMatchObject({
      spec: { cidrs: ['10.96.0.0/12'] },
      status: {
        conditions: [
          { type: 'Ready', status: 'True', message: 'Kubernetes Service CIDR is ready' },
        ],
      },
    });
    expect(addresses(rig)).toEqual([own]);
    const { body } = ask(rig, { method: 'GET', path: `${ADDRESSES}/10.96.0.1` });
    expect((body as IPAddress).metadata.labels).toEqual({
      'ipaddress.kubernetes.io/ip-family': 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    });
  });

  test('they come with Services and go with them', () => {
    const rig = started();
    const { body } = ask(rig, { method: 'POST', path: SERVICES, body: service('web') });
    const { clusterIP = '' } = (body as Service).spec ?? {};
    ask(rig, { method: 'POST', path: SERVICES, body: service('head', { clusterIP: 'None' }) });
    const named = service('named', { type: 'ExternalName', externalName: 'a.example.com' });
    ask(rig, { method: 'POST', path: SERVICES, body: named });
    run(rig);
    expect(addresses(rig)).toEqual([own, [clusterIP, 'default/web']]);
    // Free at once for whoever asks for it.
    expect(ask(rig, { method: 'DELETE', path: `${SERVICES}/web` }).code).toBe(200);
    const again = ask(rig, { method: 'POST', path: SERVICES, body: service('new', { clusterIP }) });
    expect(again.code).toBe(201);
    run(rig);
    expect(addresses(rig)).toEqual([own, [clusterIP, 'default/new']]);
    run(rig, 5 * MINUTE);
    expect(addresses(rig)).toEqual([own, [clusterIP, 'default/new']]);
    expect(reasons(rig)).toEqual([]);
  });

  test('a Service that needs an address no more gives it back', () => {
    const rig = started();
    const made = ask(rig, { method: 'POST', path: SERVICES, body: service('web') }).body as Service;
    run(rig);
    const { clusterIP: _, clusterIPs: __, ...spec } = made.spec ?? {};
    const body = {
      ...made,
      spec: { ...spec, type: 'ExternalName', externalName: 'a.example.com' },
    };
    expect(ask(rig, { method: 'PUT', path: `${SERVICES}/web`, body }).code).toBe(200);
    run(rig);
    expect(addresses(rig)).toEqual([own]);
  });

  test('an address that is held by an object cannot be asked for', () => {
    const rig = started();
    const body = {
      metadata: { name: '10.96.0.50' },
      spec: {
        parentRef: { group: 'acme.io', resource: 'gateways', namespace: 'default', name: 'g' },
      },
    };
    expect(ask(rig, { method: 'POST', path: ADDRESSES, body }).code).toBe(201);
    const wanted = service('web', { clusterIP: '10.96.0.50' });
    const refused = ask(rig, { method: 'POST', path: SERVICES, body: wanted });
    expect([refused.code, refused.body]).toMatchObject([
      422,
      {
        message:
          'Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.50"]: failed to allocate IP 10.96.0.50: provided IP is already allocated',
      },
    ]);
    run(rig, 5 * MINUTE);
    // It is nobody's business here.
    expect(
      addresses(rig)
        .map(([address]) => address)
        .toSorted(),
    ).toEqual(['10.96.0.1', '10.96.0.50']);
  });

  test('what somebody takes away is put back; what refers to nobody, or to somebody else, is cleaned up', () => {
    const rig = started();
    const { body } = ask(rig, { method: 'POST', path: SERVICES, body: service('web') });
    const { clusterIP = '' } = (body as Service).spec ?? {};
    run(rig);
    ask(rig, { method: 'DELETE', path: `${ADDRESSES}/${clusterIP}` });
    run(rig, 3 * SECOND);
    expect(addresses(rig)).toEqual([own, [clusterIP, 'default/web']]);
    const stray = (name: string, parent: string): object => ({
      metadata: { name, labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: parent } },
    });
    ask(rig, { method: 'POST', path: ADDRESSES, body: stray('10.96.0.60', 'nobody') });
    ask(rig, { method: 'POST', path: ADDRESSES, body: stray('10.96.0.61', 'web') });
    run(rig, 4 * MINUTE);
    expect(addresses(rig)).toEqual([own, [clusterIP, 'default/web']]);
    expect(reasons(rig).toSorted()).toEqual([
      `ClusterIPNotAllocated Cluster IP [IPv4]: ${clusterIP} is not allocated; repairing`,
      'IPAddressNotAllocated IPAddress: 10.96.0.60 for Service default/nobody appears to have leaked: cleaning up',
      'IPAddressWrongReference IPAddress: 10.96.0.61 for Service default/web has a wrong reference; cleaning up',
    ]);
  });
});
