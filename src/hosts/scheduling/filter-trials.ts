import type { Node, Pod } from '../../api/generated/types.ts';
import { attemptPod } from '../../cluster/scheduler/algorithm/schedule-pod.ts';
import type { Profile } from '../../cluster/scheduler/framework/profile.ts';
import { profilesOf } from '../../cluster/scheduler/profiles.ts';
import { fromScratch } from '../../cluster/scheduler/snapshot-of.ts';
import { podInfoOf, type PodInfo } from '../../cluster/scheduler/snapshot/pod-info.ts';
import { addPod, removePod, setNode } from '../../cluster/scheduler/snapshot/snapshot.ts';
import type { World } from '../../kernel/world.ts';
import { schedulerConfig, schedulerMemory } from './scheduler-of.ts';

/**
 * The scheduler's own filters over a snapshot of a copied world: what makes a search by halves cheap. What is
 * found here is a candidate; whether it holds is tried in a world.
 */
export interface FilterTrials {
  readonly nodes: ReadonlyMap<string, Node>;
  /** Pods on nodes, with the node's name. */
  readonly placed: () => Iterable<{ readonly pod: PodInfo; readonly nodeName: string }>;
  /** The node a Pod would get, without eviction; undefined: none. */
  place(pod: Pod): string | undefined;
  /** The same if a node were otherwise. */
  placeWithNode(pod: Pod, node: Node): string | undefined;
  /** The same if a placed Pod were not there. */
  placeWithout(pod: Pod, other: PodInfo, nodeName: string): string | undefined;
}

/** Undefined where no scheduler runs that would place the Pod. */
export function filterTrials(copy: World, schedulerName: string): FilterTrials | undefined {
  const memory = schedulerMemory(copy);
  const config = schedulerConfig(copy);
  const profile = config === undefined ? undefined : profilesOf(config).get(schedulerName);
  if (memory === undefined || profile === undefined) return undefined;
  const snapshot = fromScratch(memory);
  const options = {
    profile: withoutEviction(profile),
    snapshot,
    percentageOfNodesToScore: undefined,
    start: 0,
    drawBelow: () => 0,
  };
  const place = (pod: Pod): string | undefined => attemptPod(podInfoOf(pod), options).nodeName;
  const nodes = new Map<string, Node>();
  for (const object of memory.informers.get('nodes')?.items.values() ?? []) {
    nodes.set(object.metadata.name ?? '', object as Node); // The informer of nodes holds Nodes.
  }
  return {
    nodes,
    placed: () => snapshot.placements.values(),
    place,
    placeWithNode(pod, node) {
      const before = nodes.get(node.metadata.name ?? '');
      if (before === undefined) return undefined;
      setNode(snapshot, node);
      const found = place(pod);
      setNode(snapshot, before);
      return found;
    },
    placeWithout(pod, other, nodeName) {
      removePod(snapshot, other.uid);
      const found = place(pod);
      addPod(snapshot, other, nodeName);
      return found;
    },
  };
}

function withoutEviction(profile: Profile): Profile {
  return { ...profile, points: { ...profile.points, postFilter: [] } };
}
