import { describe, expect, test } from 'vitest';
import { forbidden, invalid, required } from '../field-errors.ts';
import { badRequestError, conflictError, invalidError } from '../status-error.ts';
import type { ManifestObject } from './manifest.ts';
import { parseManifest } from './parse.ts';
import { fieldPathAt, positionOf } from './positions.ts';
import { problemsOfStatus } from './status-problems.ts';

const text = `# a comment
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app.kubernetes.io/name: web, plain: x}
spec:
  replicas: two
  template:
    spec:
      hostAliases:
      - hostnames: [a]
      - ip: nowhere
      containers:
      - name: app
        image: nginx
      - name: sidecar
        ports:
        - containerPort: 70000
`;
const manifest = parseManifest(text);

function only(source = manifest): ManifestObject {
  const [object] = source.objects;
  if (object === undefined) throw new Error('the manifest has an object');
  return object;
}

function shown(path: string, object = only()): string {
  const { line, column, endLine, endColumn, exact } = positionOf(object, path);
  const words = object.document.span.line > 0 ? text.split('\n')[line - 1] : '';
  const what = line === endLine ? (words ?? '').slice(column - 1, endColumn - 1) : '…';
  return `${exact ? '' : '~'}${line}:${what}`;
}

describe('positionOf', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', '3:apiVersion'],
    ['kind', '4:Deployment'],
    ['metadata', '5:metadata'],
    ['metadata.labels[app.kubernetes.io/name]', '7:web'],
    ['metadata.labels[plain]', '7:x'],
    ['metadata.labels[none]', '~7:labels'],
    ['spec.replicas', '9:two'],
    ['spec.template.spec.containers', '15:containers'],
    ['spec.template.spec.containers[0]', '16:name'],
    ['spec.template.spec.containers[0].image', '17:nginx'],
    ['spec.template.spec.containers[1].image', '~18:name'],
    ['spec.template.spec.containers[1].ports[0].containerPort', '20:70000'],
    ['spec.template.spec.containers[7].image', '~15:containers'],
    ['spec.template.spec.containers{sidecar}', '18:name'],
    ['spec.template.spec.hostAliases.ip', '14:nowhere'],
    ['spec.selector', '~8:spec'],
    ['status', '~4:kind'],
  ];
  test.each(cases)('%s', (path, want) => {
    expect(shown(path)).toBe(want);
  });

  test('inside an item of a List', () => {
    const list = parseManifest(
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {x: 1}}\n',
    );
    expect(positionOf(only(list), 'spec.x')).toMatchObject({ line: 4, column: 62, exact: true });
  });
});

describe('fieldPathAt', () => {
  const cases: readonly (readonly [number, number, string, string])[] = [
    [3, 1, 'apiVersion', 'key'],
    [3, 14, 'apiVersion', 'value'],
    [7, 25, 'metadata.labels[app.kubernetes.io/name]', 'key'],
    [9, 14, 'spec.replicas', 'value'],
    [17, 18, 'spec.template.spec.containers[0].image', 'value'],
    [20, 14, 'spec.template.spec.containers[1].ports[0].containerPort', 'key'],
  ];
  test.each(cases)('%i:%i', (line, column, path, on) => {
    expect(fieldPathAt(manifest, line, column)).toMatchObject({ path, on });
  });

  test('above all documents there is none', () => {
    expect(fieldPathAt(manifest, 1, 3)).toBeUndefined();
    expect(fieldPathAt(parseManifest(''), 1, 1)).toBeUndefined();
  });
});

describe('problemsOfStatus', () => {
  const kind = { group: 'apps', kind: 'Deployment' };

  test('Invalid: one problem a cause', () => {
    const status = invalidError(kind, 'web', [
      required('spec.selector'),
      invalid(
        'spec.template.spec.containers[1].ports[0].containerPort',
        70000,
        'must be between 1 and 65535, inclusive',
      ),
      forbidden('metadata.name', 'no'),
    ]);
    expect(problemsOfStatus(status, only()).map((each) => `${each.line} ${each.message}`)).toEqual([
      '8 spec.selector: Required value',
      '20 spec.template.spec.containers[1].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      '6 metadata.name: Forbidden: no',
    ]);
  });

  test('strict decoding: one problem a field', () => {
    const status = badRequestError(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica", duplicate field "spec.replicas"',
    );
    expect(problemsOfStatus(status, only()).map((each) => `${each.line} ${each.message}`)).toEqual([
      '8 unknown field "spec.replica"',
      '9 duplicate field "spec.replicas"',
    ]);
  });

  test('a wrong type, at its field', () => {
    const status = badRequestError(
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    );
    expect(problemsOfStatus(status, only())[0]).toMatchObject({ line: 9, column: 13 });
  });

  test('anything else, at the object', () => {
    const status = conflictError({ group: 'apps', resource: 'deployments' }, 'web');
    expect(problemsOfStatus(status, only())).toEqual([
      {
        severity: 'error',
        message:
          'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
        line: 3,
        column: 1,
        endLine: 3,
        endColumn: 11,
      },
    ]);
  });
});
