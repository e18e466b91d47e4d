import type { ManifestKubernetesObject } from '../../api/manifest/manifest.ts';
import { parseManifest } from '../../api/manifest/parse.ts';
import {
  complain,
  expectFields,
  field,
  isRecord,
  readChoice,
  readEntries,
  readNumber,
  readText,
  requireText,
  type FieldReader,
} from './field-reader.ts';
import { readSelection } from './read-condition.ts';
import { readReference, readRequest } from './read-values.ts';
import type { Action } from './scenario.ts';

/** What each action is told by, and the fields that go with it. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  apply: ['as'],
  delete: ['namespace', 'gracePeriodSeconds', 'as'],
  scale: ['namespace', 'replicas', 'as'],
  patch: ['namespace', 'type', 'with', 'as'],
  request: ['body', 'contentType', 'user', 'as'],
  fault: ['with', 'as'],
  heal: [],
  etcd: ['member', 'snapshot', 'as'],
  remember: ['objects', 'namespace', 'name', 'labels', 'where', 'path'],
};

/** One thing to do. */
export function readAction(reader: FieldReader): Action {
  const { value } = reader;
  const form = isRecord(value)
    ? Object.keys(FORMS).find((each) => Object.hasOwn(value, each))
    : undefined;
  if (form === undefined) {
    complain(reader, `an action has one of ${Object.keys(FORMS).join(', ')}`);
    return { kind: 'heal', fault: 'all' };
  }
  expectFields(reader, [form, ...(FORMS[form] ?? [])]);
  return readForm(form, reader);
}

function readForm(form: string, reader: FieldReader): Action {
  const at = (name: string): FieldReader => field(reader, name);
  const as = form === 'remember' ? undefined : readText(at('as'));
  switch (form) {
    case 'apply':
      return { kind: 'apply', objects: readManifest(at('apply')), as };
    case 'delete':
      return {
        kind: 'delete',
        object: readReference(at('delete'), at('namespace')),
        gracePeriodSeconds: readNumber(at('gracePeriodSeconds')),
        as,
      };
    case 'scale':
      return {
        kind: 'scale',
        object: readReference(at('scale'), at('namespace')),
        replicas: readNumber(at('replicas')) ?? 0,
        as,
      };
    case 'patch':
      return {
        kind: 'patch',
        object: readReference(at('patch'), at('namespace')),
        patchType: readChoice(at('type'), ['merge', 'strategic', 'json']),
        patch: at('with').value,
        as,
      };
    case 'request':
      return {
        kind: 'request',
        request: readRequest(at('request'), {
          body: at('body'),
          contentType: at('contentType'),
          user: at('user'),
        }),
        as,
      };
    case 'fault':
      return { kind: 'fault', fault: requireText(at('fault')), params: readParams(at('with')), as };
    case 'etcd':
      return {
        kind: 'etcd',
        operation: readChoice(at('etcd'), [
          'compact',
          'defragment',
          'disarm',
          'snapshot',
          'restore',
        ]),
        member: readText(at('member')) ?? 'all',
        snapshot: readText(at('snapshot')) ?? 'snapshot',
        as,
      };
    case 'remember':
      return {
        kind: 'remember',
        as: requireText(at('remember')),
        objects: readSelection(reader),
        path: requireText(at('path')),
      };
    default:
      return { kind: 'heal', fault: requireText(at('heal')) };
  }
}

/** A manifest inside the scenario; a mistake is told with its line in the manifest. */
function readManifest(reader: FieldReader): readonly ManifestKubernetesObject[] {
  const { objects, problems } = parseManifest(requireText(reader));
  for (const { severity, line, message } of problems) {
    if (severity === 'error') complain(reader, `line ${line} of the manifest: ${message}`);
  }
  return objects.map(({ object }) => object);
}

function readParams(reader: FieldReader): Readonly<Record<string, string | number | boolean>> {
  const params = Object.create(null) as Record<string, string | number | boolean>;
  for (const [name, { value, path, faults }] of readEntries(reader)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      params[name] = value;
    } else complain({ value, path, faults }, 'a text, a number or true/false is expected here');
  }
  return params;
}
