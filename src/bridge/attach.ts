/**
 * A page may look at a cluster that runs elsewhere: one of `npm run serve`, over its bridge, or a real one, through its API
 * alone. This is what both ends agree on.
 */

/** Where `npm run serve` has its bridge, and its page beside it. */
export const BRIDGE_PATH = '/kubarium/bridge';
export const PAGE_PATH = '/kubarium/';
/** The WebSocket protocol of the bridge. */
export const BRIDGE_PROTOCOL = 'bridge.v1.kubarium';
/** Before a token in base64url: how the Kubernetes API server takes tokens from browsers. */
export const TOKEN_PROTOCOL = 'base64url.bearer.authorization.k8s.io.';

/**
 * A browser's WebSocket cannot ask whether anybody is still there, so a page asks with this text, and is answered with the
 * other. Everything else on the bridge is JSON.
 */
export const ALIVE = { question: 'ping', answer: 'pong' } as const;

/** Why the bridge was closed, as a WebSocket's close code. */
export const closedBecause = { misunderstood: 4400, unauthorized: 4401, bug: 4500 } as const;

/** What can be impossible in a cluster that is attached. */
export type Ability = 'write' | 'faults' | 'clock' | 'machines' | 'scheduling' | 'new-cluster';

/** A cluster that the page is attached to. */
export interface AttachedCluster {
  /** `served`: `npm run serve`; `api`: anything that speaks the Kubernetes API. */
  readonly kind: 'served' | 'api';
  /** As the person wrote it. */
  readonly address: string;
  /** What cannot be done, with the sentence that says why. */
  readonly refusals: Readonly<Partial<Record<Ability, string>>>;
}

/** Why a cluster cannot be attached, or is lost. */
export interface AttachProblem {
  readonly kind: 'address' | 'unreachable' | 'unauthorized' | 'forbidden' | 'not-kubernetes';
  readonly address: string;
  /** What happened, in one sentence. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
  /** It is tried again by itself. */
  readonly isRetried: boolean;
}
