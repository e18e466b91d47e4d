import type { Server } from '../server.ts';
import { ETCD_PATIENCE } from './state.ts';

/** What this server has said of its health may no longer be true: etcd is asked anew, and so is the server. */
export function unsettleHealth({ memory, env }: Server): void {
  const { health } = memory;
  if (!health.stands) return;
  health.stands = false;
  // Had everybody gone on asking, etcd would have been asked once in every such time, with the same answer.
  health.askedAt += Math.floor((env.now - health.askedAt) / ETCD_PATIENCE) * ETCD_PATIENCE;
  for (const client of health.told) env.send(client, { type: 'health/news' });
  health.told.clear();
}
