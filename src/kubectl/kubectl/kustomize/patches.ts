import { goQuote } from '../../../api/go-text.ts';
import { parseManifest } from '../../../api/manifest/parse.ts';
import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import { applyJsonPatch } from '../../../api/patch/json-patch.ts';
import { Failure, fail } from '../failure.ts';
import type { PatchEntry } from './kustomization.ts';
import { load, type Loader } from './loader.ts';
import { resourcesOf } from './read-resources.ts';
import { patchOne, patchSome, theOne, type ResourceMap } from './resource-map.ts';
import { copyOf, originalId, rememberName, type Resource } from './resource.ts';
import { idText } from './resource-id.ts';
import { selected } from './select.ts';
import { asJson, copied, isTree, mapAt } from './tree.ts';
import { attempted, wrapped } from './wrap.ts';

/** A transformer that has read its patches and waits for the resources. */
export type PreparedPatch = (map: ResourceMap) => void;

/** An entry of `patches`: a strategic merge patch or a JSON patch, inline or in a file. */
export function preparedPatch(entry: PatchEntry, loader: Loader): PreparedPatch {
  const config = stringifyYaml(entry);
  return wrapped(
    `trouble configuring builtin PatchTransformer with config: \`\n${config}\``,
    () => {
      const { text, source } = patchText(entry, loader, config);
      const merge = attempted(() => resourcesOf(text));
      const json = attempted(() => jsonPatchOf(text));
      if (merge.failure === undefined && json.failure === undefined) {
        if (merge.value.length > 0 && json.value.length > 0) {
          fail(`illegally qualifies as both an SM and JSON patch: ${source}`);
        }
      }
      if (merge.failure !== undefined && json.failure !== undefined) {
        fail(`unable to parse SM or JSON patch from ${source}`);
      }
      if (merge.failure === undefined && merge.value.length > 0) {
        const { allowNameChange = false, allowKindChange = false } = entry.options ?? {};
        const patches = merge.value.map((each) => ({
          ...each,
          allowsNameChange: allowNameChange,
          allowsKindChange: allowKindChange,
        }));
        return (map) => applyMergePatches(map, patches, entry, source);
      }
      const operations = json.failure === undefined ? json.value : [];
      return (map) => {
        if (entry.target === undefined) fail(`must specify a target for JSON patch ${source}`);
        for (const resource of selected(map, entry.target ?? {})) {
          rememberName(resource);
          patchWithJson(resource, operations);
        }
      };
    },
  );
}

function patchText(
  { patch = '', path = '' }: PatchEntry,
  loader: Loader,
  config: string,
): { readonly text: string; readonly source: string } {
  const inline = patch.trim();
  if (inline === '' && path === '') fail(`must specify one of patch and path in\n${config}`);
  if (inline !== '' && path !== '') {
    fail(`patch and path can't be set at the same time\n${config}`);
  }
  if (inline !== '') return { text: inline, source: `[patch: ${goQuote(inline)}]` };
  const text = wrapped(`failed to get the patch file from path(${path})`, () => load(loader, path));
  return { text, source: `[path: ${goQuote(path)}]` };
}

function applyMergePatches(
  map: ResourceMap,
  patches: readonly Resource[],
  { target }: PatchEntry,
  source: string,
): void {
  const [first] = patches;
  if (target !== undefined && first !== undefined) {
    if (patches.length > 1) {
      fail(
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
      );
    }
    patchSome(map, selected(map, target), first);
    return;
  }
  for (const patch of patches) {
    const id = originalId(patch);
    const resource = wrapped(
      `no resource matches strategic merge patch ${goQuote(idText(id))}`,
      () => theOne(map, id),
    );
    patchOne(resource, copyOf(patch));
  }
}

/** Entries of `patchesStrategicMerge`: each is a patch itself, or the path of a file of them. */
export function preparedMergePatches(entries: readonly string[], loader: Loader): PreparedPatch {
  const config = stringifyYaml({ paths: entries });
  const patches = wrapped(
    `trouble configuring builtin PatchStrategicMergeTransformer with config: \`\n${config}\``,
    () => {
      const all = entries.flatMap((entry) => {
        const inline = attempted(() => resourcesOf(entry));
        return inline.failure === undefined ? inline.value : resourcesOf(load(loader, entry));
      });
      if (all.length === 0) {
        fail(`patch appears to be empty; files=[${entries.join(' ')}], Patch=`);
      }
      return all;
    },
  );
  return (map) => {
    for (const patch of patches) {
      const target = theOne(map, originalId(patch));
      patchSome(map, [target], patch);
    }
  };
}

/** An entry of `patchesJson6902`. */
export function preparedJsonPatch(entry: PatchEntry, loader: Loader): PreparedPatch {
  const { target, path = '', patch = '' } = entry;
  const config = stringifyYaml({
    ...(target === undefined ? {} : { target }),
    ...(path === '' ? {} : { path }),
    ...(patch === '' ? {} : { jsonOp: patch }),
  });
  const operations = wrapped(
    `trouble configuring builtin PatchJson6902Transformer with config: \`\n${config}\``,
    () => {
      if ((target?.name ?? '') === '') fail('must specify the target name');
      if (path === '' && patch === '') fail('empty file path and empty jsonOp');
      if (path !== '' && patch !== '') fail('must specify a file path or jsonOp, not both');
      const text = path === '' ? patch : load(loader, path);
      if (text === '') fail(`patch file '${path}' empty seems to be empty`);
      const decoded = jsonPatchOf(text);
      if (decoded.length === 0) {
        fail(`patch appears to be empty; file=${path}, JsonOp=${text}`);
      }
      return decoded;
    },
  );
  return (map) => {
    for (const resource of selected(map, target ?? {})) patchWithJson(resource, operations);
  };
}

function jsonPatchOf(text: string): readonly unknown[] {
  if (text === '') fail('empty json patch operations');
  if (text.startsWith('[')) {
    try {
      const value: unknown = JSON.parse(text);
      if (Array.isArray(value)) return value;
    } catch (thrown) {
      throw new Failure(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  const value = parseManifest(text).documents[0]?.value;
  if (!Array.isArray(value) || !value.every(isTree)) {
    return fail('json: cannot unmarshal into Go value of type jsonpatch.Patch');
  }
  return value;
}

function patchWithJson(resource: Resource, operations: readonly unknown[]): void {
  // kustomize keeps its own notes among the annotations, so that these are there once a name is remembered.
  if (resource.previous.length > 0) mapAt(resource.tree, 'metadata', 'annotations');
  const result = applyJsonPatch(asJson(resource.tree), operations);
  if (!result.ok) return fail(result.error.message);
  resource.tree = isTree(result.value) ? copied(result.value) : {};
}
