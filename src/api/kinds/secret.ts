import { base64Bytes, base64OfText, textOfBase64 } from '../base64.ts';
import { jsonFault } from '../decode/json-fault.ts';
import { fill } from '../defaults/fill.ts';
import { forbidden, invalid, required, tooLong } from '../field-errors.ts';
import type { Secret } from '../generated/types.ts';
import { configMapKeyErrors } from '../names/words.ts';
import { secretTable } from '../printers/simple-tables.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import { addMessages, checkImmutable, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { dataBytesMax } from './config-map.ts';
import { secretWarnings } from '../warnings/objects.ts';
import { defineKind } from './define-kind.ts';

/** Settings that are not for every eye. */
export const secretKind = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  selectableFields: { type: (secret) => secret.type ?? '' },
  namespaced: true,
  table: secretTable,

  defaults: (secret) => fill(withEncodedStrings(secret), { type: 'Opaque' }),
  warnings: secretWarnings,
  validate: (secret) =>
    collectErrors((errors) => {
      checkObjectMeta(secret.metadata, true, subdomainName, errors);
      checkData(secret, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkImmutable(next.type, old.type, 'type', errors);
      if (old.immutable === true) checkStillImmutable(next, old, errors);
      checkData(next, errors);
    }),
});

/** `stringData` is for writers alone: it is put into `data` at once and never read back. */
function withEncodedStrings(secret: Secret): Secret {
  const { stringData, ...rest } = secret;
  if (stringData === undefined) return secret;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, base64OfText(text)]);
  return { ...rest, data: { ...rest.data, ...Object.fromEntries(encoded) } };
}

function checkData(secret: Secret, errors: Errors): void {
  const data = secret.data ?? {};
  let bytes = 0;
  for (const key of Object.keys(data)) {
    addMessages(configMapKeyErrors(key), key, `data[${key}]`, errors);
    bytes += base64Bytes(data[key] ?? '');
  }
  if (bytes > dataBytesMax) errors.push(tooLong('data', dataBytesMax));
  checkKeysOfType(secret, data, errors);
}

const accountName = 'kubernetes.io/service-account.name';

/** The keys that a secret of a known type must have. */
function checkKeysOfType(
  { type, metadata }: Secret,
  data: Readonly<Record<string, string>>,
  errors: Errors,
): void {
  const needs = (...keys: readonly string[]): void => {
    for (const key of keys) if (!Object.hasOwn(data, key)) errors.push(required(`data[${key}]`));
  };
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if ((metadata.annotations?.[accountName] ?? '') === '') {
        errors.push(required(`metadata.annotations[${accountName}]`));
      }
      return;
    case 'kubernetes.io/dockercfg':
      needs('.dockercfg');
      checkJson(data, '.dockercfg', errors);
      return;
    case 'kubernetes.io/dockerconfigjson':
      needs('.dockerconfigjson');
      checkJson(data, '.dockerconfigjson', errors);
      return;
    case 'kubernetes.io/basic-auth':
      // One of the two is enough.
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) {
        needs('username', 'password');
      }
      return;
    case 'kubernetes.io/ssh-auth':
      if ((data['ssh-privatekey'] ?? '') === '') errors.push(required('data[ssh-privatekey]'));
      return;
    case 'kubernetes.io/tls':
      needs('tls.crt', 'tls.key');
      return;
    default:
  }
}

function checkJson(data: Readonly<Record<string, string>>, key: string, errors: Errors): void {
  const text = Object.hasOwn(data, key) ? data[key] : undefined;
  if (text === undefined) return;
  const problem = jsonProblem(textOfBase64(text));
  if (problem !== undefined) {
    errors.push(invalid(`data[${key}]`, '<secret contents redacted>', problem));
  }
}

function jsonProblem(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && !Array.isArray(value)) return undefined;
    const what = Array.isArray(value)
      ? 'array'
      : value === true || value === false
        ? 'bool'
        : typeof value;
    return `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
  } catch {
    return jsonFault(text);
  }
}

const immutableMessage = 'field is immutable when `immutable` is set';

function checkStillImmutable(next: Secret, old: Secret, errors: Errors): void {
  if (next.immutable !== true) errors.push(forbidden('immutable', immutableMessage));
  if (!semanticEqual(next.data, old.data)) errors.push(forbidden('data', immutableMessage));
}
