import { forbidden, invalid, tooLong } from '../field-errors.ts';
import type { ConfigMap } from '../generated/types.ts';
import { utf8Length } from '../names/messages.ts';
import { configMapKeyErrors } from '../names/words.ts';
import { configMapTable } from '../printers/simple-tables.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { collectErrors } from '../validation/collect.ts';
import { addMessages, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { base64Bytes } from '../base64.ts';
import { defineKind } from './define-kind.ts';

/** Settings as keys and texts. */
export const configMapKind = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  table: configMapTable,

  validate: (map) =>
    collectErrors((errors) => {
      checkObjectMeta(map.metadata, true, subdomainName, errors);
      checkData(map, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (old.immutable === true) checkStillImmutable(next, old, errors);
      if (next.data !== old.data || next.binaryData !== old.binaryData) checkData(next, errors);
    }),
});

/** What a ConfigMap or Secret may hold at most. */
export const dataBytesMax = 1024 * 1024;

function checkData({ data = {}, binaryData = {} }: ConfigMap, errors: Errors): void {
  let bytes = 0;
  for (const key of Object.keys(data)) {
    const at = `data[${key}]`;
    addMessages(configMapKeyErrors(key), key, at, errors);
    if (Object.hasOwn(binaryData, key)) {
      errors.push(invalid(at, key, 'duplicate of key present in binaryData'));
    }
    bytes += utf8Length(data[key] ?? '');
  }
  for (const key of Object.keys(binaryData)) {
    addMessages(configMapKeyErrors(key), key, `binaryData[${key}]`, errors);
    bytes += base64Bytes(binaryData[key] ?? '');
  }
  // The empty path stands for the object as a whole.
  if (bytes > dataBytesMax) errors.push(tooLong('', dataBytesMax));
}

const immutableMessage = 'field is immutable when `immutable` is set';

function checkStillImmutable(next: ConfigMap, old: ConfigMap, errors: Errors): void {
  if (next.immutable !== true) errors.push(forbidden('immutable', immutableMessage));
  for (const field of ['data', 'binaryData'] as const) {
    if (!semanticEqual(next[field], old[field])) errors.push(forbidden(field, immutableMessage));
  }
}
