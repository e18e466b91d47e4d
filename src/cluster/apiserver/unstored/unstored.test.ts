import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../api/generated/types.ts';
import { apiServerRig, ask, rigWithAccount, type ApiServerRig } from '../testing.ts';

interface Resource {
  readonly name: string;
  readonly verbs: readonly string[];
  readonly singularName: string;
  readonly shortNames?: readonly string[];
  readonly storageVersionHash?: string;
}

function resources(rig: ApiServerRig, path: string): readonly Resource[] {
  const { body } = ask(rig, { method: 'GET', path });
  return (body as { readonly resources: readonly Resource[] }).resources;
}

function hashOf(rig: ApiServerRig, path: string, name: string): string | undefined {
  return resources(rig, path).find((each) => each.name === name)?.storageVersionHash;
}

describe('discovery', () => {
  test('lists what is served and not stored', () => {
    const core = resources(apiServerRig(), '/api/v1');
    expect(core[0]).toMatchObject({ name: 'bindings', singularName: 'binding', verbs: ['create'] });
    expect(core[1]).toMatchObject({
      name: 'componentstatuses',
      singularName: 'componentstatus',
      shortNames: ['cs'],
      verbs: ['get', 'list'],
    });
    expect(core[0]).not.toHaveProperty('storageVersionHash');
  });

  // As every cluster answers them.
  test.each([
    ['/api/v1', 'pods', 'xPOwRZ+Yhw8='],
    ['/api/v1', 'nodes', 'XwShjMxG9Fs='],
    ['/api/v1', 'events', 'r2yiGXH7wu8='],
    ['/apis/events.k8s.io/v1', 'events', 'r2yiGXH7wu8='],
    ['/apis/apps/v1', 'deployments', '8aSe+NMegvE='],
    ['/apis/autoscaling/v1', 'horizontalpodautoscalers', 'qwQve8ut294='],
    ['/apis/autoscaling/v2', 'horizontalpodautoscalers', 'qwQve8ut294='],
    ['/apis/authorization.k8s.io/v1', 'subjectaccessreviews', undefined],
    ['/api/v1', 'pods/status', undefined],
  ])('says in which version %s stores %s', (path, name, hash) => {
    expect(hashOf(apiServerRig(), path, name)).toBe(hash);
  });
});

describe('a Binding sent to its collection', () => {
  const binding = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name },
    target: { apiVersion: 'v1', kind: 'Node', name: 'worker-1' },
  });
  const path = '/api/v1/namespaces/default/bindings';

  test('binds the Pod of its name', () => {
    const rig = rigWithAccount();
    ask(rig, {
      method: 'POST',
      path: '/api/v1/namespaces/default/pods',
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] },
      },
    });
    const answer = ask(rig, { method: 'POST', path, body: binding('web') });
    expect(answer).toMatchObject({ code: 201, body: { kind: 'Status', status: 'Success' } });
    const { body } = ask(rig, { method: 'GET', path: '/api/v1/namespaces/default/pods/web' });
    expect((body as Pod).spec.nodeName).toBe('worker-1');
  });

  test('is refused without a name, and for a Pod that is not there', () => {
    const rig = apiServerRig();
    expect(ask(rig, { method: 'POST', path, body: binding('') }).body).toMatchObject({
      code: 400,
      message: 'name is required',
    });
    expect(ask(rig, { method: 'POST', path, body: binding('gone') }).body).toMatchObject({
      code: 404,
      message: 'pods "gone" not found',
    });
  });
});

describe('component statuses', () => {
  const path = '/api/v1/componentstatuses';

  test('tell how the control plane is, with a warning that they are deprecated', () => {
    const answer = ask(apiServerRig(), { method: 'GET', path });
    expect(answer.warnings).toEqual(['v1 ComponentStatus is deprecated in v1.19+']);
    expect(answer.body).toMatchObject({
      kind: 'ComponentStatusList',
      items: [
        {
          metadata: { name: 'scheduler' },
          conditions: [{ type: 'Healthy', status: 'False' }],
        },
        { metadata: { name: 'controller-manager' } },
        {
          metadata: { name: 'etcd-0' },
          conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
        },
      ],
    });
  });

  test('can be had one by one and as a table', () => {
    const rig = apiServerRig();
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const { body } = ask(rig, { method: 'GET', path: `${path}/etcd-0`, accept });
    expect(body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [
        { name: 'Name' },
        { name: 'Status' },
        { name: 'Message' },
        { name: 'Error' },
      ],
      rows: [{ cells: ['etcd-0', 'Healthy', 'ok', ''] }],
    });
    expect(ask(rig, { method: 'GET', path: `${path}/gone` }).body).toMatchObject({
      code: 404,
      message: 'componentstatuses "gone" not found',
    });
  });
});
