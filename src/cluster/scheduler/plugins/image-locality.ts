import type { PodSpec } from '../../../api/generated/types.ts';
import { type Cycle, definePlugin } from '../framework/plugin.ts';
import type { ImageState, ImageStates } from '../snapshot/image-states.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

const MEBIBYTE = 2 ** 20;
/** Below, an image weighs nothing; above the greatest a container can reach, no more. */
const THRESHOLD_MIN = 23 * MEBIBYTE;
const THRESHOLD_MAX_OF_CONTAINER = 1000 * MEBIBYTE;

interface WantedImages {
  readonly names: readonly string[];
  readonly states: readonly (ImageState | undefined)[];
  readonly nodeCount: number;
  readonly containerCount: number;
}

/** Prefers nodes that have the Pod's images already, the more so the larger and the more widespread they are. */
export const imageLocality = definePlugin({
  name: 'ImageLocality',
  repeats: true,
  preScore({ snapshot, pod }: Cycle) {
    // Without any of the images anywhere all nodes score 0.
    if (snapshot.images.byName.size === 0) return ALL_ZERO;
    return { kind: 'proceed', state: wantedBy(snapshot, pod.pod.spec) };
  },
  scoresHold: true,
  scoresIgnorePods: true,
  score: (_cycle, node, wanted: WantedImages) => localityOf(wanted, node),
  scoreAll(_cycle, nodes, scores, wanted: WantedImages) {
    // Before the first node has one of the images all score 0.
    if (wanted.states.every((state) => state === undefined)) return;
    for (let at = 0; at < nodes.length; at++) scores[at] = localityOf(wanted, nodes[at] as number);
  },
});

/** The last answer, with what it was made of: the next Pod mostly wants the same. A memo only. */
let last: { images: ImageStates; version: number; nodes: number; wanted: WantedImages } | undefined;

function wantedBy({ images, table }: Snapshot, spec: PodSpec): WantedImages {
  const names = imagesOf(spec);
  const nodeCount = table.slotOf.size;
  if (
    last?.images !== images ||
    last.version !== images.version ||
    last.nodes !== nodeCount ||
    !isSameList(last.wanted.names, names)
  ) {
    const states = names.map((name) => images.byName.get(normalizedImageName(name)));
    const wanted = { names, states, nodeCount, containerCount: names.length };
    last = { images, version: images.version, nodes: nodeCount, wanted };
  }
  return last.wanted;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function localityOf({ states, nodeCount, containerCount }: WantedImages, node: number): number {
  let sum = 0;
  for (let index = 0; index < states.length; index++) {
    const state = states[index];
    if (state === undefined || !state.sizeOn.has(node)) continue;
    sum += Math.trunc(state.size * (state.sizeOn.size / nodeCount));
  }
  if (sum < THRESHOLD_MIN) return 0;
  const most = THRESHOLD_MAX_OF_CONTAINER * containerCount;
  const counted = Math.min(sum, most);
  return Math.trunc((100 * (counted - THRESHOLD_MIN)) / (most - THRESHOLD_MIN));
}

const ALL_ZERO = Object.freeze({
  kind: 'proceed' as const,
  state: Object.freeze({ names: [], states: [], nodeCount: 1, containerCount: 1 }),
});

/** The name an image goes by in a node's status: without a tag it is the one called `latest`. */
export function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}

function imagesOf(spec: PodSpec): readonly string[] {
  const images: string[] = [];
  for (const { image } of spec.initContainers ?? []) images.push(image ?? '');
  for (const { image } of spec.containers) images.push(image ?? '');
  return images;
}
