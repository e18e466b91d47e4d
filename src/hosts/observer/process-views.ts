import type { Pod } from '../../api/generated/types.ts';
import type { World } from '../../kernel/world.ts';
import type { WaitingPod } from './pod-card.ts';

/** What the containers of a machine use now. */
export function usageOf(
  _world: World,
  _machine: string,
): { readonly cpuMilli: number; readonly memoryBytes: number } {
  return { cpuMilli: 0, memoryBytes: 0 };
}

/** Where a Pod without a node waits in the scheduler. */
export function waitingPod(_world: World, _pod: Pod): WaitingPod | undefined {
  return undefined;
}
