/** How a program of the user's reaches the cluster: it is handed one of these and knows no more. */
export interface KubeClient {
  /** Never rejects: `code` 0 with a Status-like body when no server answered. */
  request(request: KubeRequest): Promise<KubeResponse>;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** To speak in both directions (exec, attach), where the client can. */
  readonly upgrade?: true;
  /** One sentence on what the person did, for the chain of causes. */
  readonly act?: string;
  /** In the place of the client's own credentials (`kubectl --token`), where the client can. */
  readonly token?: string;
  /** Whom to act as (`kubectl --as`), where the client can. */
  readonly impersonate?: {
    readonly user: string;
    readonly groups: readonly string[];
    readonly uid?: string;
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
}

export interface KubeResponse {
  readonly code: number;
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** The message of a refusal, as kubectl prints it after `Error from server (Reason): `. */
export function refusalOf(response: KubeResponse): {
  readonly reason: string;
  readonly message: string;
} {
  const status = response.body as { reason?: unknown; message?: unknown } | undefined;
  return {
    reason: typeof status?.reason === 'string' ? status.reason : '',
    message: typeof status?.message === 'string' ? status.message : `HTTP ${response.code}`,
  };
}
