import type { Node, Taint } from '../../../api/generated/types.ts';
import { admitted, concernsCore, type AdmissionPlugin } from './plugin.ts';

const notReady: Taint = Object.freeze({
  key: 'node.kubernetes.io/not-ready',
  effect: 'NoSchedule',
});

/** A new Node takes no Pods until its controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',

  concerns: (place) => place.isCreation && concernsCore(place, 'Node'),

  admit(_call, change) {
    const node = change.next as Node;
    const taints = node.spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) {
      return admitted(node);
    }
    const next: Node = { ...node, spec: { ...node.spec, taints: [...taints, notReady] } };
    return admitted(next);
  },
};
