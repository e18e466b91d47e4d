import type { Micros } from '../../kernel/time.ts';
import type { PodWorker } from './state.ts';

/** The next container whose amounts are not yet those it has been granted; `later`: when to try again. */
export function nextToResize(
  worker: PodWorker,
  now: Micros,
): { readonly container?: string; readonly later?: Micros } {
  const { resize } = worker;
  if (resize?.inProgress === undefined) return {};
  for (const work of worker.containers.values()) {
    if (work.actuated === undefined || work.killing !== undefined) continue;
    if (work.current?.state !== 'running') continue;
    const { retryAt } = resize;
    return retryAt === undefined || retryAt <= now ? { container: work.name } : { later: retryAt };
  }
  return {};
}
