import { klog } from '../../client/component-log.ts';
import { unsettleHealth } from '../health/unsettle.ts';
import type { Server } from '../server.ts';
import { takeWatchesOf } from '../storage/served-watches.ts';
import { leaveEndpoints } from './reconcile.ts';

/**
 * How the server ends when it is asked to (SIGTERM): it is no longer ready, gives back its place among the endpoints,
 * ends its watches, lets what is under way finish, and exits (upstream: the preshutdown hooks and lifecycle signals;
 * kubeadm sets no `--shutdown-delay-duration`).
 */
export function beginShutdown(server: Server): void {
  const { memory, env } = server;
  if (memory.health.isShuttingDown) return;
  memory.health.isShuttingDown = true;
  memory.hasErrands = true;
  unsettleHealth(server);
  const name = '"[graceful-termination] shutdown event" name="ShutdownInitiated"';
  klog(env, 'I', 'genericapiserver.go:696', name);
  env.note('the API server was asked to end: it is no longer ready, and its watches end');
  leaveEndpoints(server);
  for (const [client, watches] of memory.watches.byClient) {
    for (const id of watches.keys()) env.send(client, { type: 'api/watch-ended', id });
    takeWatchesOf(memory.watches, client);
  }
}

/** Ends the process when nothing is under way any more. */
export function exitWhenDone({ memory, env }: Server): void {
  const { flow, own } = memory;
  const { readOnly, mutating } = flow.inflight;
  if (readOnly + mutating + flow.running.length + flow.waiting > 0) return;
  if (own.waiting > 0 || own.asking !== 0) return;
  env.exit(0, 'shut down on request');
}
