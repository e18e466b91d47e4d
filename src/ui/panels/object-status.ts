import type { StatusClass } from '../../bridge/cards.ts';
import { podStatusText } from '../../view/pod-glyph.ts';
import type { View } from '../../view/view.ts';
import { serviceLamp } from '../canvas/service-pill.tsx';

/** The status of an object in a list: kinds without one have no words. */
export interface ObjectStatus {
  readonly state: StatusClass;
  readonly words: string;
}

export function objectStatus(view: View, id: string): ObjectStatus {
  const pod = view.pods.get(id);
  if (pod !== undefined) {
    const words = podStatusText(pod, { pulling: view.events.isPulling(id) });
    return { state: pod.statusClass, words };
  }
  const node = view.nodeOf(id);
  if (node !== undefined) return { state: node.statusClass, words: node.status };
  const workload = view.workloads.get(id);
  if (workload !== undefined) {
    return { state: workload.statusClass, words: `${workload.readyCount}/${workload.desired}` };
  }
  const service = view.services.get(id);
  if (service !== undefined) {
    const all = service.ready.length + service.notReady.length;
    const selects = Object.keys(service.selector).length > 0;
    return selects
      ? { state: serviceLamp(service), words: `${service.ready.length}/${all} ready` }
      : { state: 'inert', words: '' };
  }
  return { state: 'inert', words: '' };
}
