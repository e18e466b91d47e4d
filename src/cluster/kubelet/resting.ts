import type { Micros } from '../../kernel/time.ts';
import type {
  ContainerProbes,
  ContainerWork,
  KubeletMemory,
  PodWorker,
  ProbeWork,
} from './state.ts';

/**
 * Most Pods rest most of the time. A resting worker is frozen, so that checkpoints of a large cluster share it
 * instead of copying all that is known of each Pod; whoever is about to change one wakes it first. One that is awake
 * stays so until the node's next heartbeat, and until its start is some time ago: while a Pod starts it is changed every
 * few moments, and each awakening copies it.
 */
export function awakeWorker(memory: KubeletMemory, uid: string): PodWorker | undefined {
  const worker = memory.workers.get(uid);
  if (worker === undefined) return undefined;
  // One that is busy does not rest (see `isQuiet`), and to ask whether an object is frozen takes a while.
  if (worker.operation !== undefined || worker.writing || !Object.isFrozen(worker)) return worker;
  const awake = thawed(worker);
  memory.workers.set(uid, awake);
  memory.touched.push(uid);
  return awake;
}

/** Longer than most Pods take until they are ready. */
const START: Micros = 20_000_000;

/** With each heartbeat: workers that wait for nothing rest again. */
export function restWorkers({ workers, touched }: KubeletMemory, now: Micros): void {
  let kept = 0;
  for (let i = 0; i < touched.length; i += 1) {
    const uid = touched[i] as string; // In range.
    const worker = workers.get(uid);
    if (worker === undefined || Object.isFrozen(worker)) continue;
    if (now - worker.startedAt < START) {
      // Those behind it have been taken on later still, or can wait as well.
      if (kept < i) touched.splice(kept, i - kept);
      return;
    }
    if (isQuiet(worker)) Object.freeze(worker);
    else touched[kept++] = uid;
  }
  touched.length = kept;
}

function isQuiet(worker: PodWorker): boolean {
  return worker.operation === undefined && !worker.writing && worker.stage !== 'terminating';
}

/** A copy down to everything that is changed in place. */
function thawed(worker: PodWorker): PodWorker {
  const containers = new Map<string, ContainerWork>();
  for (const [name, work] of worker.containers) {
    containers.set(name, { ...work, probes: copyProbes(work.probes) });
  }
  const { termination } = worker;
  return {
    ...worker,
    containers,
    termination:
      termination === undefined
        ? undefined
        : {
            ...termination,
            hooks: new Set(termination.hooks),
            stopped: new Set(termination.stopped),
          },
  };
}

function copyProbes(probes: ContainerProbes | undefined): ContainerProbes | undefined {
  if (probes === undefined) return undefined;
  const copy = (probe: ProbeWork | undefined) => (probe === undefined ? undefined : { ...probe });
  return {
    liveness: copy(probes.liveness),
    readiness: copy(probes.readiness),
    startup: copy(probes.startup),
  };
}
