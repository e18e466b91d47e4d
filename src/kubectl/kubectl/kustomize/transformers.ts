import { compileRegex } from '../../../base/regex/regex.ts';
import { fail } from '../failure.ts';
import { contentHash } from './generators.ts';
import { visitField, type FieldSpec } from './field-spec.ts';
import type { ImageEntry, ReplicaEntry } from './kustomization.ts';
import { gvkTexts } from './name-references.ts';
import { matching, type ResourceMap } from './resource-map.ts';
import {
  currentId,
  isEmpty,
  kindOf,
  nameOf,
  originalId,
  rememberName,
  setName,
  type Resource,
} from './resource.ts';
import { isSelected, sameId, type Gvk } from './resource-id.ts';
import { isScalar, isTree, mapAt, own, scalarText, setField } from './tree.ts';

/** Kinds whose names stay as they are. */
const keepsName: readonly Partial<Gvk>[] = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

/** Puts a prefix before names, or a suffix behind them. */
export function addAffix(
  map: ResourceMap,
  affix: { readonly prefix: string } | { readonly suffix: string },
  specs: readonly FieldSpec[],
): void {
  const [prefix, suffix] = 'prefix' in affix ? [affix.prefix, ''] : ['', affix.suffix];
  for (const resource of map.list) {
    const id = originalId(resource);
    if (keepsName.some((each) => isSelected(id, each))) continue;
    for (const spec of specs) {
      if (!isSelected(id, spec)) continue;
      if (spec.path === 'metadata/name' && prefix + suffix !== '') {
        if (prefix !== '') resource.prefixes = [...resource.prefixes, prefix];
        if (suffix !== '') resource.suffixes = [...resource.suffixes, suffix];
        rememberName(resource);
      }
      visitField(resource.tree, spec, {
        creates: 'scalar',
        at: (place) => place.set(prefix + scalarText(place.get()) + suffix),
      });
    }
  }
}

/** Gives generated ConfigMaps and Secrets the hash of their content as the end of their names. */
export function addHashes(map: ResourceMap): void {
  for (const resource of map.list) {
    if (!resource.needsHash) continue;
    const hash = contentHash(resource);
    rememberName(resource);
    setName(resource, `${nameOf(resource)}-${hash}`);
  }
}

export interface NamespaceOptions {
  readonly namespace: string;
  readonly specs: readonly FieldSpec[];
  readonly unsetOnly?: boolean;
  readonly subjects?: 'defaultOnly' | 'allServiceAccounts' | 'none';
}

/** Moves everything into a namespace. */
export function setNamespaces(map: ResourceMap, options: NamespaceOptions): void {
  for (const resource of map.list) {
    if (isEmpty(resource)) continue;
    rememberName(resource);
    moveTo(resource, options);
    const id = currentId(resource);
    const same = map.list.filter((each) => sameId(currentId(each), id));
    if (same.length !== 1) {
      const texts = same.map(({ tree }) => JSON.stringify(tree)).join(' ');
      fail(`namespace transformation produces ID conflict: [${texts}]`);
    }
  }
}

function moveTo(
  resource: Resource,
  { namespace, specs, unsetOnly, subjects }: NamespaceOptions,
): void {
  const { tree } = resource;
  const fresh = (old: unknown): unknown =>
    unsetOnly === true && scalarText(old) !== '' ? old : namespace;
  if (!currentId(resource).isClusterScoped) {
    const metadata = mapAt(tree, 'metadata');
    setField(metadata, 'namespace', fresh(own(metadata, 'namespace')));
  }
  const isBinding = ['RoleBinding', 'ClusterRoleBinding'].includes(kindOf(resource));
  const list = isBinding && subjects !== 'none' ? own(tree, 'subjects') : undefined;
  for (const subject of Array.isArray(list) ? list : []) {
    const isMeant =
      subjects === 'allServiceAccounts'
        ? own(subject, 'kind') === 'ServiceAccount'
        : own(subject, 'name') === 'default';
    if (isTree(subject) && isMeant) {
      setField(subject, 'namespace', fresh(own(subject, 'namespace')));
    }
  }
  for (const spec of specs) {
    if (spec.path === 'metadata/namespace') continue;
    if (spec.path === 'metadata/name' && own(tree, 'apiVersion') !== 'v1') continue;
    if (isBinding && spec.path === 'subjects/namespace') continue;
    visitField(tree, spec, { creates: 'scalar', at: (place) => place.set(fresh(place.get())) });
  }
}

/** Adds labels or annotations. */
export function addTexts(
  map: ResourceMap,
  texts: Readonly<Record<string, string>>,
  specs: readonly FieldSpec[],
): void {
  for (const resource of map.list) {
    for (const key of Object.keys(texts).sort()) {
      for (const spec of specs) {
        visitField(resource.tree, spec, {
          creates: 'map',
          at: (place) => {
            const value = place.get();
            if (isTree(value)) setField(value, key, texts[key]);
            else if (isScalar(value) || Array.isArray(value)) refuseShape('MappingNode', value);
          },
        });
      }
    }
  }
}

function refuseShape(want: string, value: unknown): never {
  const got = Array.isArray(value) ? 'SequenceNode' : isTree(value) ? 'MappingNode' : 'ScalarNode';
  return fail(
    `wrong node kind: expected ${want} but got ${got}: node contents:\n${scalarText(value)}\n`,
  );
}

/** Changes names, tags and digests of images. */
export function setImages(map: ResourceMap, image: ImageEntry, specs: readonly FieldSpec[]): void {
  for (const resource of map.list) {
    if (kindOf(resource) === 'CustomResourceDefinition') continue;
    setContainerImages(resource.tree, image);
    for (const spec of specs) {
      visitField(resource.tree, spec, {
        at(place) {
          const value = place.get();
          if (isTree(value) || Array.isArray(value)) refuseShape('ScalarNode', value);
          const old = scalarText(value);
          const fresh = imageOf(old, image);
          if (fresh !== old) place.set(fresh);
        },
      });
    }
  }
}

function imageOf(
  text: string,
  { name: wanted = '', newName, newTag, digest: newDigest, tagSuffix }: ImageEntry,
): string {
  const pattern = `^${wanted}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`;
  if (!compileRegex(pattern, { flavour: 'go' }).test(text)) return text;
  let { name, tag, digest } = splitImage(text);
  name = newName || name;
  if (newTag) [tag, digest] = [newTag, newDigest ?? ''];
  else if (newDigest) [tag, digest] = ['', newDigest];
  else if (tagSuffix) [tag, digest] = [tag + tagSuffix, ''];
  return `${name}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`;
}

/** Containers are found at any depth; those at the usual places are met once more after that. */
function setContainerImages(value: unknown, image: ImageEntry): void {
  for (const [key, each] of Object.entries(isTree(value) || Array.isArray(value) ? value : {})) {
    setContainerImages(each, image);
    if ((key !== 'containers' && key !== 'initContainers') || !Array.isArray(each)) continue;
    for (const container of each) {
      const old = own(container, 'image');
      if (isTree(container) && typeof old === 'string') {
        setField(container, 'image', imageOf(old, image));
      }
    }
  }
}

/** A colon before the first slash is a registry's port. */
function splitImage(image: string): { name: string; tag: string; digest: string } {
  const slash = Math.max(0, image.indexOf('/'));
  const at = image.indexOf('@', slash);
  const colon = image.indexOf(':', slash);
  if (at >= 0 && (at < colon || colon < 0)) {
    return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) };
  }
  if (colon < 0) return { name: image, tag: '', digest: '' };
  const tag = image.slice(colon + 1, at < 0 ? undefined : at);
  return { name: image.slice(0, colon), tag, digest: at < 0 ? '' : image.slice(at + 1) };
}

/** Sets the replicas of what is or was called so. */
export function setReplicas(
  map: ResourceMap,
  { name = '', count = 0 }: ReplicaEntry,
  specs: readonly FieldSpec[],
): void {
  let isFound = false;
  for (const spec of specs) {
    for (const resource of matching(map, (id) => id.name === name && isSelected(id, spec))) {
      isFound = true;
      visitField(resource.tree, spec, { creates: 'scalar', at: (place) => place.set(count) });
    }
  }
  if (!isFound) {
    fail(
      `resource with name ${name} does not match a config with the following GVK ${gvkTexts(specs)}`,
    );
  }
}
