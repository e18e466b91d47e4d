import type { Page } from '../page.tsx';

/** The transport: pause, step, speed. */

export const SPEEDS: readonly number[] = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 300, 1000];

export function togglePause({ view, client }: Page): void {
  const { paused } = view.head.getState();
  client.send({ type: 'clock', command: { kind: paused ? 'resume' : 'pause' } });
}

export function stepEvent({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'step', by: 'event' } });
}

export function stepSecond({ client }: Page): void {
  client.send({ type: 'clock', command: { kind: 'step', by: 'micros', micros: 1_000_000 } });
}

export function setSpeed({ client }: Page, factor: number): void {
  client.send({ type: 'clock', command: { kind: 'speed', factor } });
}

/** The next speed in the list, faster or slower. */
export function nudgeSpeed(page: Page, direction: 1 | -1): void {
  const { speed } = page.view.head.getState();
  const next =
    direction > 0
      ? SPEEDS.find((each) => each > speed * 1.001)
      : SPEEDS.findLast((each) => each < speed * 0.999);
  if (next !== undefined) setSpeed(page, next);
}
