import type { StreamCall } from '../../messages.ts';
import type { Exchange } from '../exchange.ts';

/** Streams that pass through the server to kubelets: logs, exec, attach, forwarded ports. */
export interface ServedStreams {
  /** By the number that the kubelet knows. */
  readonly open: Map<number, ServedStream>;
  /** That number, by the client's name and its own number. */
  readonly numbers: Map<string, number>;
  /** Requests to Pods and Services that are proxied, by the number of the connection. Frozen entries. */
  readonly proxied: Map<number, ProxiedRequest>;
}

export interface ServedStream {
  readonly exchange: Exchange;
  readonly peer: string;
  readonly call: StreamCall;
  /** `https://192.168.1.2:10250/…`, and the address in it: for what a failure is called. */
  readonly url: string;
  readonly address: string;
  /** The kubelet has said something. */
  opened: boolean;
}

export interface ProxiedRequest {
  readonly exchange: Exchange;
  readonly peer: string;
  /** `10.244.1.5:80`. */
  readonly address: string;
  /** The answer is of the Kubernetes API: another server's, behind this one. */
  readonly isApi: boolean;
}

export function noStreams(): ServedStreams {
  return { open: new Map(), numbers: new Map(), proxied: new Map() };
}
