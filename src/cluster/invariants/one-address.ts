import type { Pod } from '../../api/generated/types.ts';
import type { Invariant } from './invariant.ts';
import { objectsOf } from './objects.ts';

/** Two living Pods never share an address. */
export const oneAddress: Invariant = {
  name: 'no two living Pods have one address',
  kind: 'safety',
  check(world) {
    const owners = new Map<string, string>();
    for (const pod of objectsOf<Pod>(world, 'Pod')) {
      const ip = pod.status?.podIP;
      const { phase } = pod.status ?? {};
      if (
        ip === undefined ||
        pod.spec?.hostNetwork === true ||
        phase === 'Succeeded' ||
        phase === 'Failed'
      )
        continue;
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const other = owners.get(ip);
      if (other !== undefined) return `${other} and ${pod.metadata.name} both have ${ip}`;
      owners.set(ip, pod.metadata.name ?? '');
    }
    return undefined;
  },
};
