import { parseManifest } from '../../api/manifest/parse.ts';
import { applyJsonPatch } from '../../api/patch/json-patch.ts';
import { isObject } from '../../api/patch/json.ts';
import { applyMergePatch } from '../../api/patch/merge-patch.ts';
import { patchSchemaOf } from '../../api/patch/patch-schema.ts';
import { applyStrategicMergePatch } from '../../api/patch/strategic-apply.ts';
import { schemaOf } from '../../api/schema/lookup.ts';
import { kindByApiVersion } from '../../api/kinds/index.ts';
import type { VirtualFiles } from '../program.ts';
import { fail } from './failure.ts';
import {
  at,
  fieldsAt,
  isFields,
  listAt,
  nameOf,
  textAt,
  withField,
  type ApiObject,
  type Fields,
} from './objects.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Fields that are understood; all others are refused by name. */
const known = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'resources',
  'bases',
  'namespace',
  'namePrefix',
  'nameSuffix',
  'commonLabels',
  'commonAnnotations',
  'labels',
  'images',
  'replicas',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
]);

/**
 * Builds a kustomization: resources, name prefix and suffix, namespace, labels, annotations, images, replicas, patches.
 * Generators, components, replacements and remote resources are refused.
 */
export function buildKustomization(files: VirtualFiles, folder: string): readonly ApiObject[] {
  const path = files.resolve(folder);
  if (files.read(path) !== undefined) {
    fail(`must build at directory: '${folder}': file is not directory`);
  }
  if (!files.isFolder(path)) {
    fail(
      `must build at directory: not a valid directory: evalsymlink failure on '${folder}' : lstat ${path}: no such file or directory`,
    );
  }
  return inOrder(build(files, path));
}

function build(files: VirtualFiles, folder: string): ApiObject[] {
  const path = fileNames
    .map((name) => `${folder}/${name}`)
    .find((each) => files.read(each) !== undefined);
  if (path === undefined) {
    fail(
      `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${folder}'`,
    );
  }
  const spec = parseManifest(files.read(path) ?? '').documents[0]?.value;
  if (!isFields(spec)) return fail('kustomization.yaml is empty');
  const unknown = Object.keys(spec).find((key) => !known.has(key));
  if (unknown !== undefined) {
    fail(
      `invalid Kustomization: the field ${JSON.stringify(unknown)} is not supported in this playground`,
    );
  }
  let objects: ApiObject[] = [];
  for (const each of [...listAt(spec, 'resources'), ...listAt(spec, 'bases')].map(String)) {
    const resource = files.resolve(each.startsWith('/') ? each : `${folder}/${each}`);
    const text = files.read(resource);
    if (text !== undefined) {
      objects.push(
        ...parseManifest(text).objects.map(({ object }) => object as unknown as ApiObject),
      );
    } else if (files.isFolder(resource)) objects.push(...build(files, resource));
    else
      fail(
        `accumulating resources: accumulation err='accumulating resources from '${each}': open ${resource}: no such file or directory'`,
      );
  }
  objects = patched(objects, spec, files, folder);
  return transformed(objects, spec);
}

function patched(
  objects: ApiObject[],
  spec: Fields,
  files: VirtualFiles,
  folder: string,
): ApiObject[] {
  let result = objects;
  const textOf = (value: unknown, path: string): string =>
    path === ''
      ? String(value ?? '')
      : (files.read(files.resolve(`${folder}/${path}`)) ??
        fail(`open ${path}: no such file or directory`));
  const patches = [
    ...listAt(spec, 'patches').map((each) => ({
      target: at(each, 'target'),
      text: textOf(at(each, 'patch'), textAt(each, 'path')),
    })),
    ...listAt(spec, 'patchesJson6902').map((each) => ({
      target: at(each, 'target'),
      text: textOf(at(each, 'patch'), textAt(each, 'path')),
    })),
    ...listAt(spec, 'patchesStrategicMerge').map((each) => ({
      target: undefined,
      text: String(each).includes('\n') ? String(each) : textOf('', String(each)),
    })),
  ];
  for (const { target, text } of patches) {
    for (const { value } of parseManifest(text).documents) {
      result = result.map((object) =>
        isTarget(object, target, value) ? applied(object, value) : object,
      );
    }
  }
  return result;
}

function isTarget(object: ApiObject, target: unknown, patch: unknown): boolean {
  const wanted = isFields(target)
    ? target
    : { kind: textAt(patch, 'kind'), name: textAt(patch, 'metadata', 'name') };
  const fits = (pattern: string, text: string): boolean =>
    pattern === '' || new RegExp(`^(?:${pattern})$`).test(text);
  const labels = textAt(wanted, 'labelSelector');
  const hasLabels = labels.split(',').every((pair) => {
    const [key = '', value = ''] = pair.split('=');
    return key === '' || object.metadata.labels?.[key] === value;
  });
  return (
    fits(textAt(wanted, 'kind'), object.kind) &&
    fits(textAt(wanted, 'name'), nameOf(object)) &&
    hasLabels
  );
}

function applied(object: ApiObject, patch: unknown): ApiObject {
  if (Array.isArray(patch)) {
    const result = applyJsonPatch(object, patch);
    return result.ok ? (result.value as ApiObject) : fail(result.error.message);
  }
  const schema = schemaOf(object.apiVersion, object.kind);
  const content = withField(
    withField(patch, ['metadata', 'name'], nameOf(object)),
    ['kind'],
    object.kind,
  );
  if (schema === undefined || !isObject(content))
    return applyMergePatch(object, content) as ApiObject;
  const result = applyStrategicMergePatch(object, content, patchSchemaOf(schema));
  return result.ok ? (result.value as unknown as ApiObject) : fail(result.error.message);
}

function transformed(objects: ApiObject[], spec: Fields): ApiObject[] {
  const [prefix, suffix, namespace] = ['namePrefix', 'nameSuffix', 'namespace'].map((each) =>
    textAt(spec, each),
  );
  const renamed = new Map<string, string>();
  for (const object of objects) {
    if (object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition') continue;
    renamed.set(`${object.kind}/${nameOf(object)}`, `${prefix}${nameOf(object)}${suffix}`);
  }
  return objects.map((object) => {
    let result: Fields = object;
    const fresh = renamed.get(`${object.kind}/${nameOf(object)}`);
    if (fresh !== undefined) result = withField(result, ['metadata', 'name'], fresh);
    const isNamespaced = kindByApiVersion(object.apiVersion, object.kind)?.namespaced ?? true;
    if (namespace !== undefined && namespace !== '' && isNamespaced) {
      result = withField(result, ['metadata', 'namespace'], namespace);
    }
    result = withReferences(result, renamed) as Fields;
    for (const each of listAt(spec, 'labels')) {
      const pairs = fieldsAt(each, 'pairs');
      result = labelled(
        result,
        pairs,
        at(each, 'includeSelectors') === true,
        at(each, 'includeTemplates') === true,
      );
    }
    const common = fieldsAt(spec, 'commonLabels');
    if (Object.keys(common).length > 0) result = labelled(result, common, true, true);
    const annotations = fieldsAt(spec, 'commonAnnotations');
    if (Object.keys(annotations).length > 0)
      result = withMap(result, ['metadata', 'annotations'], annotations);
    result = withImages(result, listAt(spec, 'images')) as Fields;
    for (const each of listAt(spec, 'replicas')) {
      if (textAt(each, 'name') === nameOf(object) && at(object, 'spec', 'replicas') !== undefined) {
        result = withField(result, ['spec', 'replicas'], at(each, 'count'));
      }
    }
    return result as ApiObject;
  });
}

function withMap(object: Fields, path: readonly string[], more: Fields): Fields {
  return withField(object, path, { ...fieldsAt(object, ...path), ...more });
}

function labelled(object: Fields, pairs: Fields, selectors: boolean, templates: boolean): Fields {
  let result = withMap(object, ['metadata', 'labels'], pairs);
  if ((selectors || templates) && isFields(at(result, 'spec', 'template'))) {
    result = withMap(result, ['spec', 'template', 'metadata', 'labels'], pairs);
  }
  if (!selectors) return result;
  if (object['kind'] === 'Service') {
    return at(result, 'spec', 'selector') === undefined
      ? result
      : withMap(result, ['spec', 'selector'], pairs);
  }
  return isFields(at(result, 'spec', 'selector', 'matchLabels'))
    ? withMap(result, ['spec', 'selector', 'matchLabels'], pairs)
    : result;
}

/** Fields that name other objects, and the kind that they name. */
const references: Readonly<Record<string, string>> = {
  configMapRef: 'ConfigMap',
  configMapKeyRef: 'ConfigMap',
  configMap: 'ConfigMap',
  secretRef: 'Secret',
  secretKeyRef: 'Secret',
  service: 'Service',
};

const nameFields: Readonly<Record<string, string>> = {
  secretName: 'Secret',
  serviceAccountName: 'ServiceAccount',
  serviceName: 'Service',
  claimName: 'PersistentVolumeClaim',
};

function withReferences(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => withReferences(each, renamed));
  if (!isFields(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    const kind = references[key];
    const named = nameFields[key];
    if (kind !== undefined && isFields(each) && typeof each['name'] === 'string') {
      result[key] = { ...each, name: renamed.get(`${kind}/${each['name']}`) ?? each['name'] };
    } else if (named !== undefined && typeof each === 'string') {
      result[key] = renamed.get(`${named}/${each}`) ?? each;
    } else if (key === 'scaleTargetRef' && isFields(each)) {
      const old = `${String(each['kind'])}/${String(each['name'])}`;
      result[key] = { ...each, name: renamed.get(old) ?? each['name'] };
    } else result[key] = withReferences(each, renamed);
  }
  return result;
}

function withImages(value: unknown, images: readonly unknown[]): unknown {
  if (images.length === 0) return value;
  if (Array.isArray(value)) return value.map((each) => withImages(each, images));
  if (!isFields(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    result[key] =
      key === 'image' && typeof each === 'string'
        ? imageOf(each, images)
        : withImages(each, images);
  }
  return result;
}

function imageOf(image: string, images: readonly unknown[]): string {
  const match = /^(.+?)(?:@(sha256:[0-9a-f]+)|:([\w.-]+))?$/.exec(image);
  const name = match?.[1] ?? image;
  const wanted = images.find((each) => textAt(each, 'name') === name);
  if (wanted === undefined) return image;
  const fresh = textAt(wanted, 'newName') || name;
  const digest = textAt(wanted, 'digest');
  const tag = textAt(wanted, 'newTag') || match?.[3] || '';
  return digest === '' ? `${fresh}${tag === '' ? '' : `:${tag}`}` : `${fresh}@${digest}`;
}

const firstKinds = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const lastKinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** kustomize's own order: what others need comes first. */
function inOrder(objects: readonly ApiObject[]): readonly ApiObject[] {
  const rank = ({ kind }: ApiObject): number => {
    const first = firstKinds.indexOf(kind);
    if (first >= 0) return first;
    const last = lastKinds.indexOf(kind);
    return firstKinds.length + (last >= 0 ? last + 1 : 0);
  };
  return [...objects].sort((a, b) => {
    const difference = rank(a) - rank(b);
    if (difference !== 0) return difference;
    const [left, right] = [a, b].map(
      (each) => `${each.apiVersion}~${each.kind}~${each.metadata.namespace ?? ''}~${nameOf(each)}`,
    );
    return (left ?? '') < (right ?? '') ? -1 : 1;
  });
}
