import { nodeSlotsIn, type Box } from '../../view/field.ts';
import type { Slots } from '../../view/slots.ts';

/** What the canvas shows at a zoom: cards in the DOM, or one raster of everything. */
export type Level = 'cards' | 'raster';

/** Below this zoom a card's words cannot be read, so they need not be in the DOM. */
const CARDS_ZOOM_MIN = 0.52;
/** React Flow keeps sixty frames a second to about this many cards. */
export const CARDS_MAX = 140;

export interface InView {
  readonly level: Level;
  /** Slots whose cards are mounted; none at the raster level. */
  readonly slots: readonly number[];
}

const NONE: readonly number[] = [];

/** The level at a zoom, and the cards to mount: those in view and a margin around, so that panning finds them there. */
export function inView(area: Box, zoom: number, slots: Slots): InView {
  if (zoom < CARDS_ZOOM_MIN) return { level: 'raster', slots: NONE };
  const margin = 120 / zoom;
  const found = nodeSlotsIn(
    {
      x: area.x - margin,
      y: area.y - margin,
      width: area.width + 2 * margin,
      height: area.height + 2 * margin,
    },
    slots,
  );
  return found.length > CARDS_MAX
    ? { level: 'raster', slots: NONE }
    : { level: 'cards', slots: found };
}

export function sameInView(a: InView, b: InView): boolean {
  return (
    a.level === b.level &&
    a.slots.length === b.slots.length &&
    a.slots.every((slot, at) => slot === b.slots[at])
  );
}
