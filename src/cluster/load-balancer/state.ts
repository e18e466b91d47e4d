/** What the balancer is started with. Frozen. */
export interface LoadBalancerConfig {
  /** The API servers' processes, in the order of the configuration file. */
  readonly backends: readonly string[];
}

/** All that a balancer remembers; nothing of it survives its end. */
export interface LoadBalancerMemory {
  /** By the API server's name, in the order of the configuration. */
  readonly backends: Map<string, Backend>;
  /** By the client's name. */
  readonly connections: Map<string, ClientConnection>;
  /** The number of the next request to any backend. */
  nextId: number;
  /** Where the round of new connections stands. */
  turn: number;
}

/** An API server as the balancer sees it. */
export interface Backend {
  readonly name: string;
  /** Whether new connections are led there. */
  up: boolean;
  /** Checks in a row that contradict `up`. */
  against: number;
  /** The number of the check under way; 0 for none. */
  check: number;
  /** How often it has been marked down. */
  downs: number;
  /** Requests under way there, watches included: the balancer's number → whose it is. Frozen entries. */
  readonly requests: Map<number, Forwarded>;
}

export interface Forwarded {
  readonly client: string;
  /** The client's own number. */
  readonly id: number;
}

/** One client's connection, which stays with one backend until it ends. */
export interface ClientConnection {
  readonly client: string;
  readonly backend: string;
  /** The client's number → the balancer's. */
  readonly open: Map<number, number>;
}
