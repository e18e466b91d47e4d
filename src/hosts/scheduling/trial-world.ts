import { fork } from '../../kernel/checkpoint.ts';
import type { ProcessRecord } from '../../kernel/process.ts';
import type { World } from '../../kernel/world.ts';
import { createDriver, type Driver } from '../headless/drive.ts';
import { createSession } from '../session.ts';

/**
 * A copy of a world in which something is tried. It is driven like any other, and thrown away; the world it
 * was copied from does not notice.
 */
export type Trial = Driver;

/** What of the cluster takes part in a trial. */
export type TrialCast =
  /** Everything: what is tried may set off controllers and kubelets. */
  | 'everyone'
  /** The scheduler and what it talks to: many times cheaper, and enough to see whether a Pod gets a node. */
  | 'scheduling'
  /** The whole control plane, without what runs on the nodes. */
  | 'control-plane';

const KINDS: Readonly<Record<Exclude<TrialCast, 'everyone'>, ReadonlySet<string>>> = {
  scheduling: new Set(['gateway', 'load-balancer', 'etcd', 'kube-apiserver', 'kube-scheduler']),
  'control-plane': new Set([
    'gateway',
    'load-balancer',
    'etcd',
    'kube-apiserver',
    'kube-scheduler',
    'kube-controller-manager',
  ]),
};

/** Copies a world for trials. Of processes that do not take part nothing is copied. */
export function copyForTrials(world: World, cast: TrialCast): World {
  if (cast === 'everyone') return fork(world);
  const kept = new Map<string, ProcessRecord>();
  for (const [name, process] of world.processes) {
    if (KINDS[cast].has(process.kind)) kept.set(name, process);
  }
  return fork({ ...world, processes: kept });
}

/** Begins a trial from a copy; the copy can be used again. */
export function beginTrial(copy: World): Trial {
  return createDriver(createSession(fork(copy)));
}

/**
 * Lets the work be interrupted: resolves when it may go on, false when the question no longer matters.
 * Trials call it between pieces of work of a few milliseconds.
 */
export type Turn = () => Promise<boolean>;

/** For commands and tests: nobody waits meanwhile. */
export const atOnce: Turn = () => Promise.resolve(true);
