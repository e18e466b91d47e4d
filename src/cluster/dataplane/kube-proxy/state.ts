import type { ConnectionLost } from '../../../kernel/kernel.ts';
import type { Env } from '../../../kernel/process.ts';
import type { Micros } from '../../../kernel/time.ts';
import type { ApiClient, ApiClientMessage } from '../../client/api-client.ts';
import type { Informer, InformerTimer } from '../../client/informer.ts';
import type { ApiResponse, ApiWatchEnded, ApiWatchEvents } from '../../messages.ts';
import type { NetAnswer, NetConnect, NetRules } from '../../network/packets.ts';

/** What a kube-proxy is started with. Frozen. */
export interface KubeProxyConfig {
  /** `--hostname-override`: the node's name. */
  readonly node: string;
  readonly apiServer: string;
  /** What holds the node's rules. */
  readonly containerd: string;
  readonly epochMillis: number;
  /** Something on the machine is not as it needs it: why it ends as soon as it has started. */
  readonly lacks?: string;
}

export interface KubeProxyMemory {
  readonly client: ApiClient<never>;
  readonly informers: ReadonlyMap<string, Informer>;
  /** Services whose rules are out of date, by `namespace/name`. */
  readonly dirty: Set<string>;
  /** The next sync writes everything: the first one, and one after the rules may have been lost. */
  full: boolean;
  zone: string;
  /** When rules were last written; undefined: not yet. */
  syncedAt: Micros | undefined;
  /** When the oldest change that is not written yet was heard of. */
  queuedAt: Micros | undefined;
  timerArmed: boolean;
  /** For `/metrics`: syncs, and Services worked out by them. */
  syncs: number;
  services: number;
}

export type KubeProxyTimer = { readonly type: 'kube-proxy/sync' };

export type KubeProxyMessage =
  | KubeProxyTimer
  | ApiClientMessage
  | InformerTimer
  | ApiResponse
  | ApiWatchEvents
  | ApiWatchEnded
  | NetRules
  | NetConnect
  | NetAnswer
  | ConnectionLost;

export type KubeProxyEnv = Env<KubeProxyMessage>;

export interface KubeProxy {
  readonly memory: KubeProxyMemory;
  readonly config: KubeProxyConfig;
}
