import type { Node } from '../../../api/generated/types.ts';
import { ACTION } from '../framework/cluster-event.ts';
import { definePlugin, SKIP } from '../framework/plugin.ts';
import { unresolvable } from '../framework/status.ts';

const NAME = 'NodeName';
const OTHER_NODE = unresolvable(NAME, "node(s) didn't match the requested node name");

/** Lets a Pod whose spec names a node on that node only. */
export const nodeName = definePlugin({
  name: NAME,
  repeats: true,
  seesOfPods: 'nothing',
  wakesOn: [
    {
      resource: 'Node',
      action: ACTION.add,
      helps: ({ pod }, { next }) => {
        const wanted = pod.spec.nodeName ?? '';
        return wanted === '' || wanted === (next as Node).metadata.name;
      },
    },
  ],
  preFilter({ pod }) {
    const wanted = pod.pod.spec.nodeName ?? '';
    return wanted === '' ? SKIP : { kind: 'proceed', state: wanted };
  },
  filter({ snapshot }, node, wanted: string) {
    return snapshot.table.names[node] === wanted ? undefined : OTHER_NODE;
  },
});
