import type { ReplicaSet, ReplicationController } from '../../api/generated/types.ts';

/** Objects are immutable, so each is taken for a set once. A memo only. */
const sets = new WeakMap<ReplicationController, ReplicaSet>();

/**
 * A ReplicationController as the ReplicaSet that does the same: its selector is a plain map. It stays of
 * its own kind, which its pods name as their owner (upstream adapts it likewise).
 */
export function replicationControllerAsSet(controller: ReplicationController): ReplicaSet {
  let set = sets.get(controller);
  if (set === undefined) {
    const { spec } = controller;
    const adapted = { ...controller, spec: { ...spec, selector: { matchLabels: spec.selector } } };
    // All that is left of its own kind are its names.
    set = adapted as unknown as ReplicaSet;
    sets.set(controller, set);
  }
  return set;
}
