/** Neighbours in a bar are far from one another in hue. */
const HUES: Readonly<Record<string, number>> = {
  TaintToleration: 4,
  NodeAffinity: 6,
  NodeResourcesFit: 2,
  VolumeBinding: 8,
  PodTopologySpread: 5,
  InterPodAffinity: 3,
  NodeResourcesBalancedAllocation: 7,
  ImageLocality: 10,
};

/** The colour of a scoring plugin's share, the same wherever it is drawn. */
export function pluginHue(plugin: string): string {
  return `var(--hue-${HUES[plugin] ?? 9})`;
}
