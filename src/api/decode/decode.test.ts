import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../manifest/parse.ts';
import { equalJson, isObject } from '../patch/json.ts';
import { schemaOf, structSchema } from '../schema/lookup.ts';
import { completeObject, completionOf } from './complete.ts';
import { decodeObject, decodeValue, type DecodeOptions } from './decode.ts';
import { patchDecodeStatus } from './failure.ts';

const strict: DecodeOptions = { fieldValidation: 'Strict' };
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' };
const pod = { apiVersion: 'v1', kind: 'Pod' };

function decode(body: unknown, expected = pod, options = strict) {
  return decodeObject(
    body,
    expected,
    schemaOf(expected.apiVersion, expected.kind) ?? structSchema('Pod'),
    options,
  );
}

function messageOf(body: unknown, expected = pod, options = strict): string {
  const result = decode(body, expected, options);
  return result.ok ? 'decoded' : result.error.message;
}

function podWith(spec: object): object {
  return { ...pod, metadata: { name: 'p' }, spec: { containers: [], ...spec } };
}

const quantityFormat = `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`;
const asPod = 'Pod in version "v1" cannot be handled as a Pod:';
const asDeployment = 'Deployment in version "v1" cannot be handled as a Deployment:';

describe('refusals, in the API server’s words', () => {
  const cases: readonly (readonly [
    name: string,
    body: unknown,
    expected: typeof pod,
    message: string | RegExp,
  ])[] = [
    [
      'unknown fields',
      { ...deployment, spec: { replica: 1, template: { spec: { containers: [{ img: 1 }] } } } },
      deployment,
      `${asDeployment} strict decoding error: unknown field "spec.replica", unknown field "spec.template.spec.containers[0].img"`,
    ],
    [
      'unknown field at the root',
      { ...pod, foo: 1 },
      pod,
      `${asPod} strict decoding error: unknown field "foo"`,
    ],
    [
      'unknown field below a map',
      { ...pod, spec: { resizePolicy: 1 } },
      pod,
      `${asPod} strict decoding error: unknown field "spec.resizePolicy"`,
    ],
    [
      'text for a number',
      { ...deployment, spec: { replicas: '3' } },
      deployment,
      `${asDeployment} json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`,
    ],
    [
      'a fraction for a whole number',
      { ...deployment, spec: { replicas: 1.5 } },
      deployment,
      `${asDeployment} json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32`,
    ],
    [
      'a number beyond 32 bits',
      { ...deployment, spec: { replicas: 3000000000 } },
      deployment,
      `${asDeployment} json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32`,
    ],
    [
      'a map for a list',
      podWith({ containers: {} }),
      pod,
      `${asPod} json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container`,
    ],
    [
      'a text for a list element',
      podWith({ containers: ['x'] }),
      pod,
      `${asPod} json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container`,
    ],
    [
      'a number for an environment variable',
      podWith({ containers: [{ name: 'c', env: [{ name: 'A', value: 1 }] }] }),
      pod,
      `${asPod} json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string`,
    ],
    [
      'a boolean for a label',
      { ...pod, metadata: { labels: { a: true } } },
      pod,
      `${asPod} json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string`,
    ],
    [
      'a list for a map',
      { ...pod, metadata: { labels: [] } },
      pod,
      `${asPod} json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string`,
    ],
    [
      'a named string type',
      podWith({ restartPolicy: 1 }),
      pod,
      `${asPod} json: cannot unmarshal number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy`,
    ],
    [
      'a text for resources',
      podWith({ containers: [{ resources: { limits: 'x' } }] }),
      pod,
      `${asPod} json: cannot unmarshal string into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList`,
    ],
    [
      'no quantity',
      podWith({ containers: [{ resources: { limits: { cpu: '1kk' } } }] }),
      pod,
      `${asPod} unable to parse quantity's suffix`,
    ],
    [
      'a boolean for a quantity',
      podWith({ containers: [{ resources: { limits: { cpu: true } } }] }),
      pod,
      `${asPod} ${quantityFormat}`,
    ],
    [
      'a boolean for a port',
      podWith({ containers: [{ readinessProbe: { httpGet: { port: true } } }] }),
      pod,
      `${asPod} json: cannot unmarshal bool into Go value of type int32`,
    ],
    [
      'no time',
      { ...pod, metadata: { deletionTimestamp: 'soon' } },
      pod,
      `${asPod} parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"`,
    ],
    [
      'a day that is not',
      { ...pod, metadata: { deletionTimestamp: '2026-02-30T00:00:00Z' } },
      pod,
      `${asPod} parsing time "2026-02-30T00:00:00Z": day out of range`,
    ],
    [
      'a kind that is not',
      { apiVersion: 'v1', kind: 'Pot' },
      pod,
      'Pot in version "v1" cannot be handled as a Pod: no kind "Pot" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      'another kind',
      pod,
      deployment,
      'Pod in version "v1" cannot be handled as a Deployment: converting (v1.Pod) to (apps.Deployment): unknown conversion',
    ],
    [
      'a list',
      [],
      pod,
      /^the object provided is unrecognized \(must be of type Pod\): couldn't get version\/kind; json parse error: json: cannot unmarshal array into/,
    ],
    [
      '__proto__',
      JSON.parse('{"apiVersion":"v1","kind":"Pod","__proto__":{"a":1},"spec":{"constructor":1}}'),
      pod,
      `${asPod} strict decoding error: unknown field "__proto__", unknown field "spec.constructor"`,
    ],
  ];
  test.each(cases)('%s', (_, body, expected, message) => {
    const got = messageOf(body, expected);
    if (typeof message === 'string') expect(got).toBe(message);
    else expect(got).toMatch(message);
  });

  test('status is a BadRequest', () => {
    const result = decode({ ...pod, foo: 1 });
    expect(result).toMatchObject({ ok: false, error: { code: 400, reason: 'BadRequest' } });
  });

  test('duplicates are told by who parsed the text', () => {
    const options = { ...strict, duplicateFields: ['spec.replicas'] };
    expect(messageOf({ ...deployment, spec: { a: 1 } }, deployment, options)).toBe(
      `${asDeployment} strict decoding error: unknown field "spec.a", duplicate field "spec.replicas"`,
    );
  });

  test.each([
    ['$', 'illegal base64 data at input byte 0'],
    ['YWJj$', 'illegal base64 data at input byte 4'],
    ['YWJjZ', 'illegal base64 data at input byte 4'],
    ['YWJj\nZGU=', undefined],
    ['', undefined],
  ])('base64 %j', (text, problem) => {
    const result = decodeValue({ data: { key: text } }, structSchema('Secret'), strict);
    expect(result.ok ? undefined : result.error.message).toBe(problem);
  });

  test('patches repeat what they would have made', () => {
    expect(
      patchDecodeStatus({ message: 'strict decoding error: unknown field "a"' }, '{}'),
    ).toMatchObject({
      code: 422,
      message:
        ' "" is invalid: patch: Invalid value: "{}": strict decoding error: unknown field "a"',
    });
  });
});

describe('what decoding makes', () => {
  test('warnings instead of refusals, or nothing', () => {
    const body = { ...pod, foo: 1, spec: { containers: [], bar: 2 } };
    const warned = decode(body, pod, { fieldValidation: 'Warn' });
    expect(warned).toMatchObject({
      ok: true,
      value: { warnings: ['unknown field "foo"', 'unknown field "spec.bar"'] },
    });
    const ignored = decode(body, pod, { fieldValidation: 'Ignore' });
    expect(ignored).toMatchObject({ ok: true, value: { warnings: [] } });
    for (const each of [warned, ignored]) {
      expect(each.ok && each.value.value).toEqual({
        ...pod,
        metadata: {},
        spec: { containers: [] },
        status: {},
      });
    }
  });

  test('canonical quantities and times, no nulls, zero values', () => {
    const result = decode({
      metadata: {
        name: 'p',
        creationTimestamp: null,
        deletionTimestamp: '2026-01-01T01:30:00.5+01:30',
        labels: { a: null },
      },
      spec: {
        nodeName: null,
        containers: [
          {
            name: 'c',
            resources: { limits: { cpu: 0.5, memory: '1024Mi' }, requests: { cpu: null } },
            env: [{ value: 'x' }],
          },
          null,
        ],
      },
    });
    expect(result.ok && result.value.value).toEqual({
      ...pod,
      metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z', labels: { a: '' } },
      spec: {
        containers: [
          {
            name: 'c',
            resources: { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '0' } },
            env: [{ name: '', value: 'x' }],
          },
          { name: '', resources: {} },
        ],
      },
      status: {},
    });
  });

  test('zeros that Go leaves out are left out, those of pointers are kept', () => {
    const decoded = decode({
      ...pod,
      metadata: { name: 'p', labels: {}, annotations: {}, finalizers: [] },
      spec: {
        hostNetwork: false,
        subdomain: '',
        nodeSelector: {},
        volumes: [],
        automountServiceAccountToken: false,
        priority: 0,
        affinity: {},
        containers: [
          {
            name: 'a',
            args: [],
            stdin: false,
            env: [{ name: 'A', value: '' }],
            ports: [{ containerPort: 0, hostPort: 0 }],
            securityContext: { privileged: false, runAsUser: 0 },
            resources: { limits: {} },
          },
        ],
      },
    });
    expect(decoded.ok && decoded.value.value).toEqual({
      ...pod,
      metadata: { name: 'p' },
      spec: {
        automountServiceAccountToken: false,
        priority: 0,
        affinity: {},
        containers: [
          {
            name: 'a',
            env: [{ name: 'A' }],
            ports: [{ containerPort: 0 }],
            securityContext: { privileged: false, runAsUser: 0 },
            resources: {},
          },
        ],
      },
      status: {},
    });
  });

  test('a user’s key may be called __proto__', () => {
    const body: unknown = JSON.parse('{"metadata":{},"data":{"__proto__":"x","constructor":null}}');
    const result = decode(body, { apiVersion: 'v1', kind: 'ConfigMap' });
    if (!result.ok || !('data' in result.value.value) || !isObject(result.value.value.data))
      throw new Error('not decoded');
    expect(Object.entries(result.value.value.data)).toEqual([
      ['__proto__', 'x'],
      ['constructor', ''],
    ]);
  });

  test('what needs no change is shared', () => {
    const first = decode(
      podWith({ containers: [{ name: 'c', resources: { limits: { cpu: '1' } } }] }),
    );
    if (!first.ok) throw new Error(first.error.message);
    const again = decode(first.value.value);
    expect(again.ok && again.value.value === first.value.value).toBe(true);
  });

  test('nested kinds are told what they are', () => {
    const set = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
    const result = decode({ spec: { volumeClaimTemplates: [{ metadata: { name: 'd' } }] } }, set);
    expect(result.ok && result.value.value).toMatchObject({
      spec: {
        serviceName: '',
        volumeClaimTemplates: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: {} }],
      },
    });
  });

  test('completeObject gives what decoding would', () => {
    const raw = {
      ...pod,
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c' }], volumes: [{ name: 'v', projected: {} }] },
    };
    const decoded = decode(raw);
    const completed = completeObject(raw, completionOf(structSchema('Pod')));
    expect(decoded.ok && equalJson(decoded.value.value, completed)).toBe(true);
    expect(completeObject(completed, completionOf(structSchema('Pod')))).toBe(completed);
    // A spec that was seen before is remembered.
    const again = completeObject({ ...raw }, completionOf(structSchema('Pod')));
    expect(again.spec).toBe((completed as typeof raw).spec);
  });
});

const manifests = new URL('../../../../shared/manifests/', import.meta.url);

describe.skipIf(!existsSync(manifests))('the manifests that people write', () => {
  test('decode strictly when they are of a known kind and meant to be valid', () => {
    let count = 0;
    const refused: string[] = [];
    for (const file of readdirSync(manifests, { recursive: true, encoding: 'utf8' }).sort()) {
      if (!/\.ya?ml$/.test(file)) continue;
      const manifest = parseManifest(readFileSync(new URL(file, manifests), 'utf8'));
      for (const { object } of manifest.objects) {
        const schema = schemaOf(object.apiVersion, object.kind);
        if (schema === undefined) continue;
        const result = decodeObject(
          object,
          { apiVersion: object.apiVersion, kind: object.kind },
          schema,
          strict,
        );
        count += 1;
        if (!result.ok) refused.push(`${file}: ${result.error.message}`);
        // What was decoded is complete, so nothing of it is copied.
        else
          expect(completeObject(result.value.value, completionOf(schema))).toBe(result.value.value);
      }
    }
    expect(count).toBeGreaterThan(100);
    expect(refused).toMatchInlineSnapshot(`
      [
        "kubernetes-testdata/invalid-deployment-unknown-and-duplicate-fields.yaml: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo", unknown field "spec.baz"",
        "kubernetes-website/deployments/deployment-with-capacity-reservation.yaml: Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].labelSelector", unknown field "spec.template.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].topologyKey"",
        "kubernetes-website/service/networking/dual-stack-ipv6-svc.yaml: Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ipFamily"",
      ]
    `);
  });
});
