import { describe, expect, test } from 'vitest';
import { serverJson } from './server-json.ts';

const text = (value: unknown): string => JSON.stringify(serverJson(value));

describe('the server’s JSON is what Go writes', () => {
  test.each([
    [
      'fields in Go’s order, structs that are never left out',
      {
        metadata: { namespace: 'default', name: 'web', uid: 'u' },
        spec: { containers: [{ image: 'nginx', name: 'c' }] },
        kind: 'Pod',
        apiVersion: 'v1',
      },
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"default","uid":"u"},"spec":{"containers":[{"name":"c","image":"nginx","resources":{}}]},"status":{}}',
    ],
    [
      'times without omitzero are null; a template’s creationTimestamp is left out since 1.34',
      {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'a' },
        spec: { containers: [] },
        status: { conditions: [{ status: 'True', type: 'Ready' }] },
      },
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"containers":null},"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":null}]}}',
    ],
    [
      'maps by their keys, empty values that omitempty drops',
      {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { name: 'c', labels: { b: '1', a: '2' }, annotations: {} },
        data: { z: '', a: '1' },
      },
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c","labels":{"a":"2","b":"1"}},"data":{"a":"1","z":""}}',
    ],
    [
      'an empty list without omitempty is null',
      { kind: 'ClusterRole', apiVersion: 'rbac.authorization.k8s.io/v1', metadata: {}, rules: [] },
      '{"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{},"rules":null}',
    ],
    [
      'pointers keep their zeros',
      {
        kind: 'Deployment',
        apiVersion: 'apps/v1',
        metadata: {},
        spec: { template: {}, selector: {}, replicas: 0, paused: false },
      },
      '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{},"spec":{"replicas":0,"selector":{},"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}},"status":{}}',
    ],
    [
      'custom resources by name as a whole',
      { kind: 'Widget', apiVersion: 'a.io/v1', spec: { b: 1, a: [{ d: 1, c: 2 }] }, metadata: {} },
      '{"apiVersion":"a.io/v1","kind":"Widget","metadata":{},"spec":{"a":[{"c":2,"d":1}],"b":1}}',
    ],
    [
      'lists',
      {
        apiVersion: 'v1',
        kind: 'EventList',
        metadata: { resourceVersion: '5' },
        items: [{ apiVersion: 'v1', kind: 'Event', metadata: {}, involvedObject: {} }],
      },
      '{"kind":"EventList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[{"kind":"Event","apiVersion":"v1","metadata":{},"involvedObject":{},"source":{},"firstTimestamp":null,"lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""}]}',
    ],
    [
      'a Service’s ports and load balancer',
      {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: {},
        spec: { ports: [{ port: 80 }] },
        status: {},
      },
      '{"kind":"Service","apiVersion":"v1","metadata":{},"spec":{"ports":[{"port":80,"targetPort":0}]},"status":{"loadBalancer":{}}}',
    ],
  ])('%s', (_what, object, expected) => {
    expect(text(object)).toBe(expected);
  });

  test('what is no object of the API stays as it is', () => {
    const versions = { major: '1', minor: '35' };
    expect(serverJson(versions)).toBe(versions);
    expect(serverJson('ok')).toBe('ok');
  });

  test('an object is worked on once', () => {
    const pod = { kind: 'Pod', apiVersion: 'v1', metadata: {}, spec: { containers: [] } };
    expect(serverJson(pod)).toBe(serverJson(pod));
  });
});
