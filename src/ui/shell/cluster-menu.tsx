import { ChevronDown } from 'lucide-react';

import { plural } from '../../view/words.ts';
import { useHead, useIds } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Menu } from '../parts/menu.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

const AttachedItems = lazyPart(() => import('../attach/attached-items.tsx'));
const ClusterItems = lazyPart(() => import('./cluster-items.tsx'));

/** Which cluster this is, and the way to another one. */
export function ClusterMenu() {
  const page = usePage();
  const isAttached = useHead((head) => head.attached !== undefined);
  const nodes = useIds(page.view.nodes).length;
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label="Cluster"
          data-tip="This cluster, and new ones"
          className="flex h-7 min-w-0 items-center gap-1 rounded-md px-2 text-dim hover:bg-raise-2 hover:text-fg"
        >
          <span className="truncate-text">{nodes === 0 ? 'cluster' : plural(nodes, 'node')}</span>
          <ChevronDown size={12} className="flex-none" />
        </button>
      }
    >
      {isAttached ? <AttachedItems /> : <ClusterItems />}
    </Menu>
  );
}
