import type { Micros } from '../../kernel/time.ts';
import type { Container, ContainerdEnv } from './state.ts';

/** Arms a container's timer for an instant, unless it is armed for it already. */
export function setWake(container: Container, env: ContainerdEnv, at: Micros | undefined): void {
  if (at === container.wakeAt) return;
  container.wakeAt = at;
  if (at === undefined) return;
  env.after(Math.max(0, at - env.now), {
    type: 'containerd/wake',
    containerId: container.record.id,
    at,
  });
}
