import type { ApiRequest, Method } from '../../messages.ts';
import { handle } from '../handle.ts';
import { passageOf } from '../passage.ts';
import type { Server } from '../server.ts';

const NO_QUERY: Readonly<Record<string, string>> = Object.freeze({});

/** The server's own write, through the same door as everybody's, but for the gate (upstream: the loopback client). */
export function ownRequest(
  server: Server,
  wanted: {
    readonly method: Method;
    readonly path: string;
    readonly body?: object;
    readonly fieldManager?: string;
  },
): void {
  const { memory, env } = server;
  const { method, path, body, fieldManager } = wanted;
  memory.own.waiting += 1;
  const request: ApiRequest = Object.freeze({
    type: 'api/request',
    id: 0,
    method,
    path,
    query: fieldManager === undefined ? NO_QUERY : { fieldManager },
    user: 'system:apiserver',
    userAgent: 'kube-apiserver/v1.35.0',
    ...(body === undefined ? undefined : { body, typed: true as const }),
  });
  const { now: receivedAt, cause } = env;
  const exchange = Object.freeze({ request, client: undefined, receivedAt, cause, group: 0 });
  handle(server, exchange, passageOf(server, request));
}
