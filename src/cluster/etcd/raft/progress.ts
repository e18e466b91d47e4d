import type { Progress } from './state.ts';

/** How many appends may be on their way to one member (upstream's rafthttp window). */
const INFLIGHT_MAX = 512;

/** What is known of a member that nothing has been heard of: the logs are tried from the end. */
export function newProgress(next: number, match = 0): Progress {
  return {
    match,
    next,
    state: 'probe',
    paused: false,
    pendingSnapshot: 0,
    recentActive: false,
    inflight: [],
  };
}

/** Whether nothing more may be sent for now. */
export function isPaused(progress: Progress): boolean {
  switch (progress.state) {
    case 'probe':
      return progress.paused;
    case 'replicate':
      return progress.inflight.length >= INFLIGHT_MAX;
    case 'snapshot':
      return true;
  }
}

function enter(progress: Progress, state: Progress['state']): void {
  progress.state = state;
  progress.paused = false;
  progress.pendingSnapshot = 0;
  progress.inflight = [];
}

/** From now on one append at a time, until the logs agree. */
export function probe(progress: Progress): void {
  // A snapshot that arrived is where to go on.
  const from =
    progress.state === 'snapshot'
      ? Math.max(progress.match, progress.pendingSnapshot)
      : progress.match;
  enter(progress, 'probe');
  progress.next = from + 1;
}

/** The logs agree: entries are sent without waiting for the answers. */
export function replicate(progress: Progress): void {
  enter(progress, 'replicate');
  progress.next = progress.match + 1;
}

/** A snapshot is on its way. */
export function awaitSnapshot(progress: Progress, index: number): void {
  enter(progress, 'snapshot');
  progress.pendingSnapshot = index;
}

/** Notes an append of `count` entries that ends at `last`. */
export function noteSent(progress: Progress, count: number, last: number): void {
  if (progress.state !== 'replicate') {
    progress.paused = count > 0 || progress.paused;
    return;
  }
  if (count === 0) return;
  progress.next = last + 1;
  progress.inflight.push(last);
}

/** The member has everything up to `index`; whether that is news. */
export function advance(progress: Progress, index: number): boolean {
  const isNews = index > progress.match;
  if (isNews) {
    progress.match = index;
    progress.paused = false;
  }
  if (progress.next <= index) progress.next = index + 1;
  return isNews;
}

/** The appends up to `index` have arrived. */
export function freeInflight(progress: Progress, index: number): void {
  const { inflight } = progress;
  let count = 0;
  while (count < inflight.length && (inflight[count] as number) <= index) count += 1; // In range.
  if (count > 0) inflight.splice(0, count);
}

/** The member refused an append after `rejected`: tries earlier. False when the refusal is an old one. */
export function retreat(progress: Progress, rejected: number, hint: number): boolean {
  if (progress.state === 'replicate') {
    if (rejected <= progress.match) return false;
    progress.next = progress.match + 1;
    return true;
  }
  if (progress.next - 1 !== rejected) return false;
  progress.next = Math.max(Math.min(rejected, hint + 1), progress.match + 1);
  progress.paused = false;
  return true;
}
