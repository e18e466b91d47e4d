import { definePlugin } from '../framework/plugin.ts';
import { failure, unresolvable, unschedulable } from '../framework/status.ts';

const NAME = 'DynamicResources';
const NOT_SIMULATED = unresolvable(NAME, 'resource claims are not simulated');

/**
 * Dynamic resource allocation, as far as it shows for Pods without resource claims: its `postFilter` speaks
 * before preemption does. Pods with claims are refused, since devices are not simulated.
 */
export const dynamicResources = definePlugin({
  name: NAME,
  repeats: true,
  preFilter({ pod }) {
    const claims = pod.pod.spec.resourceClaims;
    if (claims !== undefined && claims.length > 0) return { kind: 'reject', status: NOT_SIMULATED };
    return { kind: 'skip' };
  },
  filter: () => undefined,
  postFilter({ filters }) {
    // Upstream finds no state of its own where an earlier preFilter has ended the attempt.
    if (!filters.asked.has(NAME)) return { status: failure(NAME, 'not found') };
    return { status: unschedulable(NAME, 'no new claims to deallocate') };
  },
});
