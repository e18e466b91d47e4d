import type { KubernetesObject } from '../generated/types.ts';
import { goJson } from '../go-text.ts';
import { isObject, withoutKey, type JsonObject } from '../patch/json.ts';
import type { StructSchema } from '../schema/schema.ts';
import { compareObjects } from './compare.ts';
import { fieldSetOf } from './field-set.ts';
import { difference, type Fields } from './fields.ts';
import { bare } from './track.ts';

/**
 * The bridge from client-side to server-side apply, for the field manager `kubectl` only: the annotation in which
 * client-side apply notes its last configuration tells which fields kubectl owns already, and is kept up to date.
 */
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The fields of the last configuration that still have the values it gave; undefined when there is none to go by. */
export function allowedByLastApplied(
  live: KubernetesObject,
  schema: StructSchema,
  apiVersion: string,
): Fields | undefined {
  const text = lastAppliedOf(live);
  if (text === undefined) return undefined;
  const last = parsedObject(text);
  if (last === undefined || last['apiVersion'] !== apiVersion) return undefined;
  const change = compareObjects(last, bare(live), schema);
  let fields = fieldSetOf(last, schema);
  if (change?.changed !== undefined) fields = difference(fields, change.changed);
  if (change?.removed !== undefined) fields = difference(fields, change.removed);
  return fields;
}

/** The applied object with its annotation brought up to date, where it has one. */
export function withLastApplied(
  object: KubernetesObject,
  configuration: JsonObject,
): KubernetesObject {
  if (lastAppliedOf(object) === undefined) return object;
  const annotations = {
    ...object.metadata.annotations,
    [lastAppliedAnnotation]: `${goJson(withoutAnnotation(configuration), true)}\n`,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function lastAppliedOf(object: KubernetesObject): string | undefined {
  const text = object.metadata.annotations?.[lastAppliedAnnotation];
  return text === undefined || text === '' ? undefined : text;
}

function withoutAnnotation(configuration: JsonObject): JsonObject {
  const metadata = configuration['metadata'];
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return configuration;
  const annotations = withoutKey(metadata['annotations'], lastAppliedAnnotation);
  return { ...configuration, metadata: { ...metadata, annotations } };
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
