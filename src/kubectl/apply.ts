import type { ManifestKubernetesObject } from '../api/manifest/manifest.ts';
import { equalJson, isObject, ownValue, setOwn, type JsonObject } from '../api/patch/json.ts';
import { success } from '../base/result.ts';
import { createThreeWayMergePatch } from '../api/patch/strategic-three-way.ts';
import { patchSchemaOf } from '../api/patch/patch-schema.ts';
import { schemaOf } from '../api/schema/lookup.ts';
import { refusalOf, type KubeClient, type KubeResponse } from './kube-client.ts';
import { discoveredPathOf } from './resource-path.ts';

/** What came of applying one object. */
export type ApplyOutcome =
  | {
      readonly kind: 'created' | 'configured' | 'unchanged';
      readonly object: unknown;
      readonly warnings: readonly string[];
    }
  /** kubectl itself refused: it knows no such kind. */
  | { readonly kind: 'no-match'; readonly message: string }
  /** The server refused; `body` is its Status. */
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly reason: string;
      readonly message: string;
      readonly body: unknown;
    };

export interface ApplyOptions {
  /** The namespace of the context, for objects that name none. */
  readonly namespace: string;
  /** Only asks what would happen; nothing is stored. */
  readonly dryRun?: boolean;
  readonly act?: string;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const QUERY = 'fieldManager=kubectl-client-side-apply&fieldValidation=Strict';

/** `kubectl apply`, client-side: what was applied last, what is wanted and what is there make the patch. */
export async function applyObject(
  client: KubeClient,
  object: ManifestKubernetesObject,
  options: ApplyOptions,
): Promise<ApplyOutcome> {
  const path = await discoveredPathOf(client, object, options.namespace);
  if (path === undefined) return { kind: 'no-match', message: noMatch(object) };
  const placed = path.namespace === '' ? object : withNamespace(object, path.namespace);
  const wanted = withLastApplied(placed);
  const query = `${QUERY}${options.dryRun === true ? '&dryRun=All' : ''}`;
  const act = options.act === undefined ? {} : { act: options.act };

  const live = await client.request({ method: 'GET', path: path.object });
  if (live.code === 404) {
    const created = await client.request({
      method: 'POST',
      path: `${path.collection}?${query}`,
      body: wanted,
      ...act,
    });
    return created.code === 201 || created.code === 200
      ? { kind: 'created', object: created.body, warnings: created.warnings }
      : refused(created);
  }
  if (live.code !== 200) return refused(live);

  const current = live.body as JsonObject;
  const schema = schemaOf(object.apiVersion, object.kind);
  const original = lastAppliedOf(current);
  // Kinds that are not built in have no merge keys: kubectl then makes a JSON merge patch.
  const patch =
    schema === undefined
      ? success(threeWayMergePatch(original, wanted, current))
      : createThreeWayMergePatch(original, wanted, current, patchSchemaOf(schema), true);
  if (!patch.ok)
    return {
      kind: 'refused',
      code: 422,
      reason: 'Invalid',
      message: patch.error.message,
      body: undefined,
    };
  if (Object.keys(patch.value).length === 0) {
    return { kind: 'unchanged', object: current, warnings: live.warnings };
  }
  const patched = await client.request({
    method: 'PATCH',
    path: `${path.object}?${query}`,
    body: patch.value,
    contentType:
      schema === undefined
        ? 'application/merge-patch+json'
        : 'application/strategic-merge-patch+json',
    ...act,
  });
  if (patched.code !== 200) return refused(patched);
  const before = (current['metadata'] as { resourceVersion?: string } | undefined)?.resourceVersion;
  const after = (patched.body as { metadata?: { resourceVersion?: string } } | undefined)?.metadata
    ?.resourceVersion;
  return {
    kind: options.dryRun !== true && before === after ? 'unchanged' : 'configured',
    object: patched.body,
    warnings: patched.warnings,
  };
}

/** `kubectl delete -f` for one object. Answers undefined when it was deleted, else the refusal. */
export async function deleteObject(
  client: KubeClient,
  object: ManifestKubernetesObject,
  options: { readonly namespace: string; readonly act?: string },
): Promise<
  { readonly code: number; readonly reason: string; readonly message: string } | undefined
> {
  const path = await discoveredPathOf(client, object, options.namespace);
  if (path === undefined) return { code: 404, reason: 'NotFound', message: noMatch(object) };
  const response = await client.request({
    method: 'DELETE',
    path: path.object,
    body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
    ...(options.act === undefined ? {} : { act: options.act }),
  });
  return response.code >= 200 && response.code < 300
    ? undefined
    : { code: response.code, ...refusalOf(response) };
}

/** What was wanted before and is no more goes; what is wanted and differs is set (client-go's jsonmergepatch). */
function threeWayMergePatch(
  original: JsonObject,
  wanted: JsonObject,
  current: JsonObject,
): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(original)) {
    if (!Object.hasOwn(wanted, key) && Object.hasOwn(current, key)) setOwn(patch, key, null);
  }
  for (const key of Object.keys(wanted)) {
    const now = ownValue(current, key);
    const next = wanted[key];
    const before = ownValue(original, key);
    if (isObject(next) && isObject(now)) {
      const below = threeWayMergePatch(isObject(before) ? before : {}, next, now);
      if (Object.keys(below).length > 0) setOwn(patch, key, below);
    } else if (!equalJson(next, now)) setOwn(patch, key, next);
  }
  return patch;
}

function refused(response: KubeResponse): ApplyOutcome {
  return { kind: 'refused', code: response.code, ...refusalOf(response), body: response.body };
}

function noMatch(object: ManifestKubernetesObject): string {
  const name = String(object.metadata['name'] ?? '');
  const namespace = String(object.metadata['namespace'] ?? '');
  return (
    `resource mapping not found for name: "${name}" namespace: "${namespace}": ` +
    `no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`
  );
}

function withNamespace(
  object: ManifestKubernetesObject,
  namespace: string,
): ManifestKubernetesObject {
  return object.metadata['namespace'] === namespace
    ? object
    : { ...object, metadata: { ...object.metadata, namespace } };
}

/** The object with itself, as text, in the annotation that the next apply compares with. */
function withLastApplied(object: ManifestKubernetesObject): JsonObject {
  const annotations = {
    ...(object.metadata['annotations'] as Record<string, unknown> | undefined),
  };
  delete annotations[LAST_APPLIED];
  const bare = { ...object, metadata: { ...object.metadata, annotations } };
  return {
    ...bare,
    metadata: {
      ...bare.metadata,
      annotations: { ...annotations, [LAST_APPLIED]: `${goJson(bare)}\n` },
    },
  };
}

function lastAppliedOf(live: JsonObject): JsonObject {
  const metadata = live['metadata'] as { annotations?: Record<string, unknown> } | undefined;
  const text = metadata?.annotations?.[LAST_APPLIED];
  if (typeof text !== 'string') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : {};
  } catch {
    // Somebody wrote the annotation by hand; kubectl then knows of nothing applied before.
    return {};
  }
}

/** JSON as Go writes it: keys sorted, and the characters that are special in HTML escaped. */
function goJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    const source = item as Record<string, unknown>;
    const sorted = Object.create(null) as Record<string, unknown>;
    for (const key of Object.keys(source).sort()) sorted[key] = source[key];
    return sorted;
  }).replace(
    /[<>&\u2028\u2029]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
