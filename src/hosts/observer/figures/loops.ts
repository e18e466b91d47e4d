import { loopFigures } from '../../../cluster/controllers/metrics.ts';
import type { ControllerManagerMemory } from '../../../cluster/controllers/state.ts';
import type { LeaderElection } from '../../../cluster/client/leader-election.ts';
import type { SchedulerMemory } from '../../../cluster/scheduler/memory.ts';
import type { Micros } from '../../../kernel/time.ts';
import { flag, seconds, type Figures } from './figures.ts';

/** More waiting Pods than this are not gone through to find the oldest. */
const ENTRIES_LOOKED_AT_MAX = 2000;

/** The scheduler: its three lanes, what came of its attempts, its lease. */
export function figuresOfScheduler(memory: SchedulerMemory, now: Micros): Figures {
  const { queue, counters, client, election } = memory;
  let oldest = now;
  let looked = 0;
  for (const { place, since } of queue.entries.values()) {
    if (++looked > ENTRIES_LOOKED_AT_MAX) break;
    if (place !== 'setAside' && since < oldest) oldest = since;
  }
  return new Map([
    ...leaseFigures(election, now),
    ['active', queue.activeCount],
    ['backoff', queue.backoffCount + queue.errorBackoffCount],
    ['unschedulable', queue.setAsideCount],
    ['gated', queue.gatedCount],
    ['oldestWaitSeconds', seconds(now - oldest)],
    ['attempts', counters.attempts],
    ['scheduled', counters.scheduled],
    ['refusals', counters.unschedulable],
    ['errors', counters.errors],
    ['preemptions', counters.preemptions],
    ['bindingsUnderWay', [...memory.assumed.values()].filter(({ isBound }) => !isBound).length],
    ['requestsUnderWay', client.inFlight.size],
  ]);
}

/** The controller manager as a whole, and each loop: `deploymentDepth`, `deploymentRetries`, `deploymentOldestSeconds`. */
export function figuresOfControllerManager(
  { running, election }: ControllerManagerMemory,
  now: Micros,
): Figures {
  const loops = running === undefined ? [] : loopFigures(running, now);
  const total = (read: (loop: (typeof loops)[number]) => number): number =>
    loops.reduce((sum, loop) => sum + read(loop), 0);
  const figures = new Map<string, number>([
    ...leaseFigures(election, now),
    ['depth', total((loop) => loop.depth)],
    ['retries', total((loop) => loop.retries)],
    ['oldestSeconds', seconds(Math.max(0, ...loops.map((loop) => loop.oldestMicros)))],
    ['reconciles', total((loop) => loop.reconciles)],
    ['requests', total((loop) => loop.requests)],
    ['workersBusy', total((loop) => loop.workersBusy)],
  ]);
  for (const loop of loops) {
    const name = loopName(loop.controller);
    figures.set(`${name}Depth`, loop.depth);
    figures.set(`${name}Retries`, loop.retries);
    figures.set(`${name}OldestSeconds`, seconds(loop.oldestMicros));
  }
  return figures;
}

/** `node-lifecycle-controller` → `nodeLifecycle`. */
export function loopName(controller: string): string {
  return controller
    .replace(/-controller$/, '')
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `leaseAgeSeconds`: since the holder renewed, or since a candidate saw the holder do so, by its own clock. */
function leaseFigures(
  election: LeaderElection,
  now: Micros,
): readonly (readonly [string, number])[] {
  const since = election.leading ? election.renewedAt : election.observedAt;
  return [
    ['leading', flag(election.leading)],
    ['leaseAgeSeconds', seconds(now - since)],
    ['leaseTransitions', election.observed?.spec.leaseTransitions ?? 0],
  ];
}
