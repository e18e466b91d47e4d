import type { Server } from '../server.ts';

/** What this server has said of its health may no longer be true: etcd is asked anew, and so is the server. */
export function unsettleHealth({ memory, env }: Server): void {
  const { health } = memory;
  if (!health.stands) return;
  health.stands = false;
  for (const client of health.told) env.send(client, { type: 'health/news' });
  health.told.clear();
}
