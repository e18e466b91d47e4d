import type { Micros } from '../../kernel/time.ts';
import type { ProcessCheck } from './process-probes.ts';
import type { Kubelet, KubeletEnv, KubeletMemory, KubeletTimer } from './state.ts';

/**
 * Probes of the cluster's own components that are left out, because the component has said that its answer stands and
 * would say the same again. The component itself, its end or a disturbance of the world ends that; the probe then comes
 * when it would have come anyway.
 */

/** A probe whose last answer stands. Frozen. */
export interface StandingProbe {
  readonly process: string;
  readonly timer: Extract<KubeletTimer, { type: 'kubelet/probe' }>;
  readonly period: Micros;
  /** When the first one was left out; undefined while a timer for it still runs. */
  readonly restsSince: Micros | undefined;
}

function keyOf({ containerId, probe }: StandingProbe['timer']): string {
  return `${containerId}/${probe}`;
}

/** A component has said that its answer to a check, which was a good one, stands. */
export function takeStanding({ memory }: Kubelet, check: ProcessCheck, env: KubeletEnv): void {
  const { process, uid, container, probe, containerId, period } = check;
  const state = memory.workers.get(uid)?.containers.get(container)?.probes?.[probe];
  // One that has not yet passed often enough goes on being sent.
  if (state?.result !== 'success' || state.last !== 'success') return;
  if (env.rest?.(process) !== true) return;
  const timer = { type: 'kubelet/probe', uid, container, probe, containerId } as const;
  memory.standing.set(
    keyOf(timer),
    Object.freeze({ process, timer: Object.freeze(timer), period, restsSince: undefined }),
  );
}

/** A probe is due. Whether it can be left out, with all that would follow it. */
export function canRest(
  { standing }: KubeletMemory,
  timer: StandingProbe['timer'],
  env: KubeletEnv,
): boolean {
  const key = keyOf(timer);
  const found = standing.get(key);
  if (found === undefined) return false;
  standing.set(key, Object.freeze({ ...found, restsSince: env.now }));
  return true;
}

/** Answers no longer stand, of one process or of all: their probes are sent again, at the times at which they are due. */
export function wakeProbes(
  { standing }: KubeletMemory,
  process: string | undefined,
  env: KubeletEnv,
): void {
  for (const [key, probe] of standing) {
    if (process !== undefined && probe.process !== process) continue;
    standing.delete(key);
    const { timer, period, restsSince } = probe;
    if (restsSince === undefined) continue;
    const rounds = Math.ceil((env.now - restsSince) / period);
    env.after(restsSince + rounds * period - env.now, timer);
  }
}
