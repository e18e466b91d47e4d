import type { Pod } from '../../api/generated/types.ts';
import type { Kubelet, PodWorker } from './state.ts';
import { mirroredUid } from './static-pods.ts';

/** The API's object for a static Pod, where it has one. */
export function mirrorFor(kubelet: Kubelet, worker: PodWorker): Pod | undefined {
  const { namespace = '', name = '' } = worker.pod.metadata;
  // The informer holds Pods alone.
  const pod = kubelet.memory.informers.get('pods')?.items.get(`${namespace}/${name}`) as
    | Pod
    | undefined;
  return pod !== undefined && mirroredUid(pod) === worker.uid ? pod : undefined;
}
