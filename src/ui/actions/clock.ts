import { presentOf } from '../../view/head.ts';
import type { Mark } from '../../view/history.ts';
import type { Page } from '../page.tsx';
import { useActivity, type Activity } from '../state/activity.ts';
import type { Outcome } from './action.ts';
import { runAct } from './run-action.ts';

/** The transport: pause, step, speed. */

export const SPEEDS: readonly number[] = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 300, 1000];

/** What was asked for last: keys come faster than frames, and the second press must go on from the first. */
interface Asked<T> {
  value: T | undefined;
  at: number;
}

const askedPause: Asked<boolean> = { value: undefined, at: 0 };
const askedSpeed: Asked<number> = { value: undefined, at: 0 };
/** By then a frame has told what became of it. */
const ANSWERED_AFTER_MILLIS = 300;

function latest<T>(asked: Asked<T>, shown: T): T {
  const isRecent = performance.now() - asked.at < ANSWERED_AFTER_MILLIS;
  return isRecent && asked.value !== undefined ? asked.value : shown;
}

export function togglePause({ view, client }: Page): void {
  const pause = !latest(askedPause, view.head.getState().paused);
  Object.assign(askedPause, { value: pause, at: performance.now() });
  client.send({ type: 'clock', command: { kind: pause ? 'pause' : 'resume' } });
}

export function stepEvent({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'step', by: 'event' } });
}

export function stepSecond({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'step', by: 'micros', micros: 1_000_000 } });
}

/** Back by one event or act; the first press stops the clock. */
export function stepBack({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'step-back' } });
}

export function stepBackSecond(page: Page): void {
  seek(page, page.view.head.getState().now - 1_000_000);
}

/** Sets the clock to an instant that has been, in microseconds since the world began. */
export function seek({ client }: Page, at: number): void {
  client.send({ type: 'clock', command: { kind: 'seek', at: Math.max(0, Math.round(at)) } });
}

/** The same; at the end of what is known time goes on as before. */
export function goToInstant(page: Page, at: number): void {
  if (at >= presentOf(page.view.head.getState())) toPresent(page);
  else seek(page, at);
}

export function toPresent({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'present' } });
}

/** Leaves the future that an act in the past has made for the one that was there before. */
export function toFormer({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'former' } });
}

/** Gives up the former future. */
export function keepFuture({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'keep' } });
}

/** Makes a future without the last act. What was done since, by whomever, is done anew as it then comes. */
export function undo(page: Page): void {
  const { client, view } = page;
  const last = lastAct(view.history.marks(), useActivity.getState().activities);
  if (last === undefined) void runAct(page, { label: 'Undo', targets: [], run: sayWhyNot(view) });
  else client.send({ type: 'clock', command: { kind: 'undo', acts: last } });
}

/** A key that does nothing says why. */
function sayWhyNot({ head }: Page['view']): () => Promise<Outcome> {
  const isRecorded = head.getState().recording !== undefined;
  const message = isRecorded ? 'there is nothing to undo' : 'nothing is recorded of this cluster';
  return async () => ({ ok: false, message });
}

/** How many acts there had been before the last one; an act of several requests counts from the first of them. */
export function lastAct(
  marks: readonly Mark[],
  activities: readonly Activity[],
): number | undefined {
  const last = marks.findLast(({ acts }) => acts !== undefined)?.acts;
  if (last === undefined) return undefined;
  const around = activities.find(
    ({ acts, actsAfter }) =>
      acts !== undefined && acts <= last && (actsAfter === undefined || last < actsAfter),
  );
  return around?.acts ?? last;
}

export function setSpeed({ client }: Page, factor: number): void {
  Object.assign(askedSpeed, { value: factor, at: performance.now() });
  client.send({ type: 'clock', command: { kind: 'speed', factor } });
}

/** The next speed in the list, faster or slower. */
export function nudgeSpeed(page: Page, direction: 1 | -1): void {
  const speed = latest(askedSpeed, page.view.head.getState().speed);
  const next =
    direction > 0
      ? SPEEDS.find((each) => each > speed * 1.001)
      : SPEEDS.findLast((each) => each < speed * 0.999);
  if (next !== undefined) setSpeed(page, next);
}
