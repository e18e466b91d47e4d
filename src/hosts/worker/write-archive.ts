import { archiverOf } from '../../kernel/archive.ts';
import type { Checkpoint } from '../../kernel/checkpoint.ts';

/**
 * The text of an archive, as `JSON.stringify` would write it, in slices between which the worker goes on with its other
 * work: a world of thousands of Pods takes a second.
 */
export async function writeArchive(
  kept: Checkpoint,
  slices: Slices = inTheWorker(),
): Promise<string> {
  const archiver = archiverOf(kept);
  while (!archiver.write(VALUES)) await slices.turn();
  const { texts, numbers, forms, cells, ...head } = archiver.archive;
  const pieces: string[] = [JSON.stringify(head).slice(0, -1)];
  for (const [name, list] of Object.entries({ texts, numbers, forms, cells })) {
    pieces.push(`,"${name}":[`);
    for (let from = 0; from < list.length; from += ITEMS) {
      await slices.turn();
      pieces.push(
        from === 0 ? '' : ',',
        JSON.stringify(list.slice(from, from + ITEMS)).slice(1, -1),
      );
    }
    pieces.push(']');
  }
  pieces.push('}');
  return pieces.join('');
}

/** The same in one go: it is there when this returns. */
export function writeArchiveNow(kept: Checkpoint): string {
  const archiver = archiverOf(kept);
  while (!archiver.write(VALUES));
  return JSON.stringify(archiver.archive);
}

/** How much is written before the clock is looked at: a millisecond or two. */
const VALUES = 4_000;
const ITEMS = 20_000;

/** Decides after each piece whether others get their turn first. */
export interface Slices {
  turn(): void | Promise<void>;
}

/** A small world is written in one go, so that it is safe before the page can be closed. */
const FIRST_MILLIS = 60;
const LATER_MILLIS = 8;

function inTheWorker(): Slices {
  let until = performance.now() + FIRST_MILLIS;
  return {
    async turn() {
      if (performance.now() < until) return;
      await new Promise((resolve) => setTimeout(resolve));
      until = performance.now() + LATER_MILLIS;
    },
  };
}
