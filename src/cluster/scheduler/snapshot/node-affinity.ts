import type { Node, PodSpec } from '../../../api/generated/types.ts';
import { podMatchesNode, type SelectableNode } from '../../../api/selectors/node-selector.ts';
import type { NodeMask } from './node-mask.ts';
import { maskOf, type Snapshot } from './snapshot.ts';

/** What of a node a selector can see, made once for each Node object. */
export function selectableNode(node: Node): SelectableNode {
  let selectable = selectables.get(node);
  if (selectable === undefined) {
    selectable = { name: node.metadata.name ?? '', labels: node.metadata.labels };
    selectables.set(node, selectable);
  }
  return selectable;
}

/**
 * The nodes that a Pod's `nodeSelector` and required node affinity admit; undefined when it has neither
 * and so admits all.
 */
export function requiredNodeMask(snapshot: Snapshot, spec: PodSpec): NodeMask | undefined {
  const key = requiredNodesKey(spec);
  if (key === '') return undefined;
  return maskOf(snapshot, key, (node) => podMatchesNode(spec, selectableNode(node)));
}

/** The identity of what a Pod requires of nodes by label and name; empty when it requires nothing. */
export function requiredNodesKey(spec: PodSpec): string {
  const { nodeSelector } = spec;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (nodeSelector === undefined && required === undefined) return '';
  let key = keys.get(spec);
  if (key === undefined) {
    key = `nodes:${JSON.stringify([nodeSelector, required])}`;
    keys.set(spec, key);
  }
  return key;
}

const selectables = new WeakMap<Node, SelectableNode>();
const keys = new WeakMap<PodSpec, string>();
