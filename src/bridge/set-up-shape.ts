/** The set-up of a cluster as it crosses the bridge: what the engine's own `defaultSetUp` is asked for. */
export interface ClusterSetUpShape {
  readonly seed: number;
  /** How many equal workers; 3 by default. */
  readonly nodes: number;
  /** How many machines of the control plane: 1 by default, 3 or 5. */
  readonly controlPlanes?: number;
}
