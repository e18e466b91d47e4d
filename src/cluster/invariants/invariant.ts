import type { World } from '../../kernel/world.ts';

/**
 * A property of a whole cluster, checked from outside: no component knows it. Safety must hold at every
 * look, whatever is broken; liveness must hold once everything is mended and time has passed.
 */
export interface Invariant {
  readonly name: string;
  readonly kind: 'safety' | 'liveness';
  /** Cheap to check, and what it is about may last a moment only: looked at often. */
  readonly isQuick?: true;
  /** A sentence about what is wrong, or undefined. `memory` is the checker's own, kept between looks. */
  check(world: World, memory: Map<string, string>): string | undefined;
}
