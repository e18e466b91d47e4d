// Streams into containers: what the API server, a kubelet and its container runtime say to each other about logs, exec,
// attach, port-forward and proxied requests.

/** What is wanted of a container or of its Pod. Frozen. */
export type StreamCall =
  | LogCall
  | {
      readonly kind: 'exec';
      readonly command: readonly string[];
      readonly stdin: boolean;
      readonly tty: boolean;
      /** A terminal whose own line editor shows what is typed (`stty -echo`). */
      readonly silent: boolean;
    }
  | {
      readonly kind: 'attach';
      readonly stdin: boolean;
      readonly tty: boolean;
      readonly silent: boolean;
    }
  | { readonly kind: 'port-forward'; readonly port: number }
  /** An endpoint of the kubelet's own: `/healthz`, `/metrics`, `/stats/summary` … */
  | { readonly kind: 'node'; readonly path: string }
  /** What every container uses now (metrics-server asks `/metrics/resource`). */
  | { readonly kind: 'usage' };

/** `kubectl logs`, with the options of PodLogOptions. */
export interface LogCall {
  readonly kind: 'logs';
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Undefined: all of it. */
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Calendar milliseconds: nothing older. */
  readonly sinceMillis: number | undefined;
}

/** The API server opens a stream at a kubelet; its port 10250. */
export interface KubeletOpen {
  readonly type: 'kubelet/open';
  readonly id: number;
  readonly namespace: string;
  readonly pod: string;
  /** Empty: a Pod of that name, whichever. */
  readonly podUid: string;
  /** Empty where no container is meant. */
  readonly container: string;
  readonly call: StreamCall;
}

/** The kubelet opens it at its runtime. */
export interface CriOpen {
  readonly type: 'cri/open';
  readonly id: number;
  /** The Pod's UID; empty for what is about the whole machine. */
  readonly podUid: string;
  /** Empty where the Pod itself is meant. */
  readonly containerId: string;
  readonly call: StreamCall;
}

/** The channels of an exec, as clients number them over WebSocket. Logs and forwarded connections use `out`. */
export const CHANNEL = { in: 0, out: 1, err: 2, status: 3, resize: 4 } as const;

/** A piece of a stream from the container. An empty one says that the stream is open. */
export interface StreamData {
  readonly type: 'stream/data';
  readonly id: number;
  readonly channel: number;
  readonly data: string;
}

/** A piece from the client: standard input, a new size of the terminal. */
export interface StreamInput {
  readonly type: 'stream/input';
  readonly id: number;
  readonly channel: number;
  readonly data: string;
  /** The client sends no more on this channel. */
  readonly last?: true;
}

/** The stream is over. `code` 200 is an end in good order; else `message` is what the HTTP answer says. */
export interface StreamEnd {
  readonly type: 'stream/end';
  readonly id: number;
  readonly code: number;
  readonly message: string;
  /** Of a command: its exit code. */
  readonly exitCode?: number;
  /** Of `usage`: plain data. */
  readonly data?: unknown;
}

/** The client is gone. */
export interface StreamCancel {
  readonly type: 'stream/cancel';
  readonly id: number;
}

export type StreamMessage =
  | KubeletOpen
  | CriOpen
  | StreamData
  | StreamInput
  | StreamEnd
  | StreamCancel;

/** API server → client: a piece of a stream (a followed log, the output of a command). */
export interface ApiData {
  readonly type: 'api/data';
  /** The id of the request that opened the stream. */
  readonly id: number;
  readonly channel: number;
  readonly data: string;
}

/** Client → API server: a piece for a stream that it has opened. */
export interface ApiInput {
  readonly type: 'api/input';
  readonly id: number;
  readonly channel: number;
  readonly data: string;
  readonly last?: true;
}
