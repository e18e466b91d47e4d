import type { Micros } from '../../kernel/time.ts';
import type { Kubelet, KubeletEnv, KubeletMemory, ProbeKind, ProbeTimer } from './state.ts';

/**
 * Probes that are left out, because whoever answered the last one has said that the answer stands and would say the same
 * again: a component of the cluster's, or the runtime for a container that does nothing by itself. The one who answered,
 * its end or a disturbance of the world ends that; the probe then comes when it would have come anyway.
 */

/** A probe whose last answer stands. Frozen. */
export interface StandingProbe {
  readonly process: string;
  readonly timer: ProbeTimer;
  readonly period: Micros;
  /** When the first one was left out; undefined while a timer for it still runs. */
  readonly restsSince: Micros | undefined;
}

/** Most containers are asked for their readiness alone: then their own id will do, and need not be put together anew. */
function keyOf(containerId: string, probe: Exclude<ProbeKind, 'readiness'>): string {
  return `${containerId}/${probe}`;
}

/** `process` has said that its answer to a probe, which was a good one, stands. */
export function takeStanding(
  { memory }: Kubelet,
  process: string,
  timer: ProbeTimer,
  period: Micros,
  env: KubeletEnv,
): void {
  const { uid, container, probe, containerId } = timer;
  const state = memory.workers.get(uid)?.containers.get(container)?.probes?.[probe];
  // One that has not yet passed often enough goes on being sent.
  if (state?.result !== 'success' || state.last !== 'success') return;
  if (env.rest?.(process) !== true) return;
  const key = probe === 'readiness' ? containerId : keyOf(containerId, probe);
  memory.standing.set(key, Object.freeze({ process, timer, period, restsSince: undefined }));
}

/** A probe is due. Whether it can be left out, with all that would follow it. */
export function canRest(
  { standing }: KubeletMemory,
  { containerId, probe }: StandingProbe['timer'],
  env: KubeletEnv,
): boolean {
  const key = probe === 'readiness' ? containerId : keyOf(containerId, probe);
  const found = standing.get(key);
  if (found === undefined) return false;
  const { process, timer, period } = found;
  standing.set(key, Object.freeze({ process, timer, period, restsSince: env.now }));
  return true;
}

/** Some answers no longer stand: their probes are sent again, at the times at which they are due. */
export function wakeProbes(
  { standing }: KubeletMemory,
  concerns: (probe: StandingProbe) => boolean,
  env: KubeletEnv,
): void {
  for (const [key, probe] of standing) {
    if (!concerns(probe)) continue;
    standing.delete(key);
    const { timer, period, restsSince } = probe;
    if (restsSince === undefined) continue;
    const rounds = Math.ceil((env.now - restsSince) / period);
    env.after(restsSince + rounds * period - env.now, timer);
  }
}
