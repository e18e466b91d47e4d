import type { Pod } from '../../api/generated/types.ts';
import type { Invariant } from './invariant.ts';
import { objectsOf } from './objects.ts';

/** A Pod never moves: another node means another Pod. */
export const boundOnce: Invariant = {
  name: 'a bound Pod stays on its node',
  kind: 'safety',
  check(world, memory) {
    for (const pod of objectsOf<Pod>(world, 'Pod')) {
      const uid = pod.metadata.uid ?? '';
      const node = pod.spec?.nodeName ?? '';
      const before = memory.get(uid);
      if (before !== undefined && before !== '' && before !== node) {
        return `${pod.metadata.name} moved from ${before} to ${node === '' ? 'nowhere' : node}`;
      }
      memory.set(uid, node);
    }
    return undefined;
  },
};
