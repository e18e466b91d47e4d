/** The set-up of a cluster as it crosses the bridge: the same shape as the engine's own ClusterSetUp. */
export interface ClusterSetUpShape {
  readonly seed: number;
  /** How many equal workers; 3 by default. */
  readonly nodes: number;
}
