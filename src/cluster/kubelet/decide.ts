import type { Container } from '../../api/generated/types.ts';
import { shouldContainerRestart } from '../../api/pod-containers.ts';
import type { Micros } from '../../kernel/time.ts';
import { parseImageReference } from '../programs/image-reference.ts';
import { heldUntil } from './backoff.ts';
import { nextToResize } from './resize-step.ts';
import type { ContainerWork, PodWorker } from './state.ts';

/**
 * What is to be done for a Pod now. The pod worker does one thing at a time and decides anew after it, from the
 * Pod and from what runs: never from what happened.
 */
export interface Decision {
  readonly step: Step;
  /** When to decide again if nothing happens before. */
  readonly wakeAt: Micros | undefined;
  /** Containers that have begun to wait, and why. */
  readonly holds: readonly Hold[];
}

export type Step =
  | { readonly kind: 'rest' }
  /** Fetch what volumes and variables refer to. */
  | { readonly kind: 'fetch' }
  | { readonly kind: 'sandbox' }
  | { readonly kind: 'pull'; readonly container: string }
  | { readonly kind: 'start'; readonly container: string }
  /** A running container does not have the amounts yet that it has been granted. */
  | { readonly kind: 'resize'; readonly container: string }
  /** The image of a running container is no longer the one the Pod asks for. */
  | { readonly kind: 'replace'; readonly container: string }
  /** Nothing will run any more. */
  | { readonly kind: 'finish' }
  /** The Pod has been active for longer than it may. */
  | { readonly kind: 'deadline' };

export interface Hold {
  readonly container: string;
  readonly reason:
    | 'CrashLoopBackOff'
    | 'ImagePullBackOff'
    | 'InvalidImageName'
    | 'ErrImageNeverPull';
}

/** Which images are on the disk, by their full names. */
export type ImageStore = { has(name: string): boolean };

/** An error is shown for this long before the back-off that follows it is. */
export const ERROR_SHOWN: Micros = 2_000_000;

const NO_HOLDS: readonly Hold[] = Object.freeze([]);

function only(step: Step): Decision {
  return { step, wakeAt: undefined, holds: NO_HOLDS };
}

// What is decided of every Pod, and says nothing of it.
const FETCH = Object.freeze(only({ kind: 'fetch' }));
const MAKE_SANDBOX = Object.freeze(only({ kind: 'sandbox' }));

/** Decides for a Pod that is to run. Pure. */
export function decide(worker: PodWorker, images: ImageStore, now: Micros): Decision {
  const { references, containers, resize } = worker;
  const { spec } = worker.pod;
  const deadline =
    spec.activeDeadlineSeconds === undefined
      ? undefined
      : worker.startedAt + spec.activeDeadlineSeconds * 1_000_000;
  if (deadline !== undefined && deadline <= now) return only({ kind: 'deadline' });
  const { state } = references;
  if (state !== 'ready') {
    if (state === 'unknown') return FETCH;
    if (state === 'failed' && references.retryAt <= now) return FETCH;
    return resting(state === 'failed' ? references.retryAt : undefined, deadline);
  }
  const mains = mainsToStart(worker);
  const isPlain = spec.initContainers === undefined && spec.ephemeralContainers === undefined;
  if (mains === undefined || (!isPlain && hasInitFailed(worker))) return only({ kind: 'finish' });
  const wanted = isPlain ? mains : wantedOfAll(worker, mains);
  if (wanted.length > 0 && worker.sandbox?.state !== 'ready') return MAKE_SANDBOX;
  const outdated = mains.length < spec.containers.length ? outdatedContainer(worker) : undefined;
  if (outdated !== undefined) return only({ kind: 'replace', container: outdated });

  let holds = NO_HOLDS;
  let wakeAt = deadline;
  if (resize !== undefined) {
    const { container, later } = nextToResize(worker, now);
    if (container !== undefined) return only({ kind: 'resize', container });
    wakeAt = soonest(wakeAt, later);
  }
  for (let i = 0; i < wanted.length; i += 1) {
    const container = wanted[i] as Container; // In range.
    const work = containers.get(container.name);
    if (work === undefined || work.killing !== undefined) continue;
    const next = nextFor(work, container, images, now);
    if (next.step !== undefined) return { step: next.step, wakeAt: undefined, holds };
    if (next.hold !== undefined) holds = [...holds, { container: work.name, reason: next.hold }];
    wakeAt = soonest(wakeAt, next.wakeAt);
  }
  return { step: REST, wakeAt, holds };
}

const REST: Step = Object.freeze({ kind: 'rest' });

function resting(wakeAt: Micros | undefined, deadline: Micros | undefined): Decision {
  return { step: REST, wakeAt: soonest(wakeAt, deadline), holds: NO_HOLDS };
}

function soonest(a: Micros | undefined, b: Micros | undefined): Micros | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

/** Whether an init container has failed for good. */
function hasInitFailed({ pod: { spec }, containers: works }: PodWorker): boolean {
  for (const container of spec.initContainers ?? NO_CONTAINERS) {
    const work = works.get(container.name);
    if (work === undefined || work.sidecar) continue;
    const { current } = work;
    const failed = current?.state === 'exited' && current.exitCode !== 0;
    if (failed && !shouldContainerRestart(container, spec, current.exitCode ?? 1)) return true;
  }
  return false;
}

const NO_CONTAINERS: readonly Container[] = Object.freeze([]);

/** The main containers that do not run and are to; undefined: all have ended for good. */
function mainsToStart({
  pod: { spec },
  containers: works,
}: PodWorker): readonly Container[] | undefined {
  const { containers } = spec;
  let toStart = NO_CONTAINERS;
  let ended = 0;
  for (let i = 0; i < containers.length; i += 1) {
    const container = containers[i] as Container; // In range.
    const work = works.get(container.name);
    const current = work?.current;
    if (current?.state === 'running') continue;
    if (
      current === undefined ||
      work?.restarting === true ||
      shouldContainerRestart(container, spec, current.exitCode ?? 1)
    ) {
      // Most Pods have one container, and then there is no list to be made.
      toStart = containers.length === 1 ? containers : [...toStart, container];
    } else ended += 1;
  }
  return ended === containers.length ? undefined : toStart;
}

/** Containers that are to be started, in order, as far as their turn has come. */
function wantedOfAll(worker: PodWorker, mains: readonly Container[]): readonly Container[] {
  const { initContainers, ephemeralContainers = NO_CONTAINERS } = worker.pod.spec;
  // Those for debugging wait for nobody, and are started once.
  const wanted = ephemeralContainers.filter(
    ({ name }) => worker.containers.get(name)?.current === undefined,
  );
  const isTheirTurn = initContainers === undefined || addInits(wanted, initContainers, worker);
  return isTheirTurn ? [...wanted, ...mains] : wanted;
}

/** Adds the init containers whose turn has come; false while the main ones have to wait for them. */
function addInits(wanted: Container[], inits: readonly Container[], worker: PodWorker): boolean {
  const { pod, containers: works } = worker;
  const hasMainRun = pod.spec.containers.some(({ name }) => ranHere(worker, works.get(name)));
  for (const container of inits) {
    const work = works.get(container.name);
    if (work === undefined) continue;
    if (work.sidecar) {
      if (work.current?.state !== 'running') wanted.push(container);
      // The next one waits until a sidecar has started: that it runs is not enough.
      if (!hasMainRun && !isStarted(work)) return false;
      continue;
    }
    if (hasMainRun || hasSucceeded(worker, work)) continue;
    if (work.current?.state !== 'running') wanted.push(container);
    return false;
  }
  return true;
}

/** Whether a container has been started in the Pod's present sandbox. */
function ranHere(worker: PodWorker, work: ContainerWork | undefined): boolean {
  const startedAt = work?.current?.startedAt;
  return (
    startedAt !== undefined && worker.sandbox !== undefined && startedAt >= worker.sandbox.createdAt
  );
}

/** An init container must succeed again in a new sandbox. */
function hasSucceeded(worker: PodWorker, work: ContainerWork): boolean {
  const { current } = work;
  return current?.state === 'exited' && current.exitCode === 0 && ranHere(worker, work);
}

/** Running, its postStart hook ended, its startup probe passed. */
export function isStarted(work: ContainerWork): boolean {
  if (work.current?.state !== 'running' || !work.hooked) return false;
  const startup = work.probes?.startup;
  return startup === undefined || startup.result === 'success';
}

/** The first container that runs another image than its spec asks for. */
function outdatedContainer({ pod, containers: works }: PodWorker): string | undefined {
  const { containers } = pod.spec;
  for (let i = 0; i < containers.length; i += 1) {
    const container = containers[i] as Container; // In range.
    const work = works.get(container.name);
    if (work?.current?.state !== 'running' || work.killing !== undefined) continue;
    const reference = parseImageReference(container.image ?? '');
    if (typeof reference !== 'string' && reference.fullName !== work.current.image)
      return container.name;
  }
  return undefined;
}

interface Next {
  readonly step?: Step;
  readonly hold?: Hold['reason'];
  readonly wakeAt?: Micros | undefined;
}

/** The next thing for one container that is to be started. */
function nextFor(work: ContainerWork, container: Container, images: ImageStore, now: Micros): Next {
  const { current } = work;
  if (current?.state === 'exited' && !work.restarting) {
    const endedAt = current.finishedAt ?? 0;
    const until = heldUntil(work.crashBackoff, endedAt);
    if (now < until) {
      const shownUntil = endedAt + ERROR_SHOWN;
      if (now < shownUntil) return { wakeAt: Math.min(shownUntil, until) };
      return { hold: 'CrashLoopBackOff', wakeAt: until };
    }
  }
  if (work.retryAt !== undefined && now < work.retryAt) return { wakeAt: work.retryAt };
  return work.imageReady ? toStart(work.name) : nextForImage(work, container, images, now);
}

function nextForImage(
  work: ContainerWork,
  container: Container,
  images: ImageStore,
  now: Micros,
): Next {
  const { name } = work;
  const reference = parseImageReference(container.image ?? '');
  if (typeof reference === 'string') return { hold: 'InvalidImageName' };
  const policy = container.imagePullPolicy ?? 'IfNotPresent';
  const isPresent = images.has(reference.fullName);
  if (policy !== 'Always' && isPresent) return toStart(name);
  if (policy === 'Never') return { hold: 'ErrImageNeverPull', wakeAt: now + RETRY_NEVER_PULL };
  const { pullBackoff } = work;
  if (pullBackoff !== undefined) {
    const until = pullBackoff.since + pullBackoff.delay;
    if (now < until) {
      const shownUntil = pullBackoff.since + ERROR_SHOWN;
      if (now < shownUntil) return { wakeAt: shownUntil };
      return { hold: 'ImagePullBackOff', wakeAt: until };
    }
  }
  return { step: { kind: 'pull', container: name } };
}

function toStart(container: string): Next {
  const step: Step = { kind: 'start', container };
  return { step };
}

const RETRY_NEVER_PULL: Micros = 30_000_000;
