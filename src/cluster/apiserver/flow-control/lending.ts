import type { FlowConfiguration } from './configuration.ts';
import type { LevelState } from './state.ts';

/**
 * Seats that levels lend to each other. Every level keeps what it may not lend; the rest is shared out in proportion
 * to what the levels have lately wanted, within their bounds (upstream: computeConcurrencyAllocation).
 */
export function lendSeats(
  { levels: settings }: FlowConfiguration,
  levels: ReadonlyMap<string, LevelState>,
): void {
  const classes: Share[] = [];
  let total = 0;
  for (const { name, isExempt, nominal, lendable, most } of settings.values()) {
    const level = levels.get(name);
    if (isExempt || level === undefined) continue;
    total += nominal;
    const wanted = Math.max(level.wanted, level.inUse + level.seatsWaiting);
    // What a level uses of its own is not lent under its feet.
    const least = Math.max(nominal - lendable, Math.min(nominal, wanted));
    classes.push({ level, least, most, target: Math.max(least, wanted, 1) });
    level.wanted = level.inUse + level.seatsWaiting;
  }
  const proportion = proportionFor(classes, total);
  for (const share of classes) share.level.limit = Math.round(seatsOf(share, proportion));
}

interface Share {
  readonly level: LevelState;
  readonly least: number;
  readonly most: number;
  readonly target: number;
}

function seatsOf({ least, most, target }: Share, proportion: number): number {
  return Math.max(least, Math.min(most, proportion * target));
}

/** The factor on the targets with which the shares add up to the total, by halving. */
function proportionFor(classes: readonly Share[], total: number): number {
  const sum = (proportion: number): number => {
    let seats = 0;
    for (const share of classes) seats += seatsOf(share, proportion);
    return seats;
  };
  let low = 0;
  let high = total + 1;
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (sum(middle) > total) high = middle;
    else low = middle;
  }
  return low;
}
