import { parseKyaml } from '../../../api/manifest/kyaml.ts';
import { fail } from '../failure.ts';
import { yamlMessage } from '../yaml-message.ts';
import { newResource, type Resource } from './resource.ts';
import { copied, isMissing, isTree, lookUp, own, scalarText, type Tree } from './tree.ts';

/**
 * The resources of a text: YAML or JSON, several documents, Lists replaced by their items (which come after the rest, as
 * kustomize has it). Fails with kustomize's words.
 */
export function resourcesOf(text: string): Resource[] {
  const { documents, problem } = parseKyaml(text);
  if (problem !== undefined) {
    fail(`MalformedYAMLError: yaml: ${yamlMessage(problem.message, problem.line)}`);
  }
  const waiting = documents.map(validated).filter((each) => each !== undefined);
  const resources: Resource[] = [];
  for (let tree = waiting.shift(); tree !== undefined; tree = waiting.shift()) {
    const kind = scalarText(own(tree, 'kind'));
    if (!kind.endsWith('List') || !Object.hasOwn(tree, 'items')) {
      resources.push(newResource(tree));
      continue;
    }
    const items = own(tree, 'items');
    if (isMissing(items)) continue;
    if (!Array.isArray(items))
      return fail(`expected array in ${kind}/items, but found ${goTypeOf(items)}`);
    waiting.push(...items.map(validated).filter((each) => each !== undefined));
  }
  return resources;
}

/** A document that can be a resource; undefined for an empty one. */
function validated(document: unknown): Tree | undefined {
  if (isMissing(document)) return undefined;
  if (!isTree(document)) {
    return fail(`missing Resource metadata`);
  }
  if (Object.keys(document).length === 0) return undefined;
  const kind = scalarText(own(document, 'kind'));
  if (kind === '') fail(`missing kind in object ${metaText(document)}`);
  if (!kind.endsWith('List') && scalarText(lookUp(document, 'metadata', 'name')) === '') {
    fail(`missing metadata.name in object ${metaText(document)}`);
  }
  return copied(document);
}

/** An object's metadata as Go prints it with `%v`. */
function metaText(tree: Tree): string {
  const text = (...path: string[]): string => scalarText(lookUp(tree, ...path));
  const map = (field: string): string => {
    const value = lookUp(tree, 'metadata', field);
    const pairs = isTree(value) ? Object.entries(value) : [];
    return `map[${pairs
      .map(([key, each]) => `${key}:${scalarText(each)}`)
      .sort()
      .join(' ')}]`;
  };
  return `{{${text('apiVersion')} ${text('kind')}} {{${text('metadata', 'name')} ${text('metadata', 'namespace')}} ${map('labels')} ${map('annotations')}}}`;
}

function goTypeOf(value: unknown): string {
  if (isTree(value)) return 'map[string]interface {}';
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'bool' : 'int';
}
