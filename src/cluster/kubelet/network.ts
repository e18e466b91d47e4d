import type { CriNetworkState, CriResponse } from '../messages.ts';
import { postStatus } from './node.ts';
import { recordPod } from './records.ts';
import type { Kubelet, KubeletEnv, PodWorker } from './state.ts';
import { syncPod, wakeWorker } from './sync.ts';

/** What the kubelet knows of the node's Pod network, and what it does when that changes. */

/** The runtime has said how its network plugin is. */
export function networkIs(kubelet: Kubelet, network: CriNetworkState, env: KubeletEnv): void {
  const { runtime } = kubelet.memory;
  const before = runtime.network;
  runtime.network = network;
  if (kubelet.config.cniAgent !== true) return;
  const isNew = before === 'uninitialized' && network !== 'uninitialized';
  if (!isNew) return;
  postStatus(kubelet, env);
  networkIsReady(kubelet, env);
}

/** Pods that have waited for a network go on. */
export function networkIsReady(kubelet: Kubelet, env: KubeletEnv): void {
  for (const worker of kubelet.memory.workers.values()) {
    if (worker.operation?.kind !== 'network') continue;
    worker.operation = undefined;
    syncPod(kubelet, worker, env);
  }
}

/** `backOffPeriod`: after an error a Pod is looked at again about this much later. */
const RETRY = 10_000_000;

/** The runtime has taken the network down, or could not: then the Pod stays as it is, and it is tried again. */
export function sandboxStopped(
  kubelet: Kubelet,
  worker: PodWorker,
  answer: CriResponse,
  env: KubeletEnv,
): void {
  worker.operation = undefined;
  if (answer.type === 'cri/done') {
    if (worker.sandbox !== undefined)
      worker.sandbox = Object.freeze({ ...worker.sandbox, state: 'notready' as const });
    syncPod(kubelet, worker, env);
    return;
  }
  recordPod(kubelet, worker, env, {
    type: 'Warning',
    reason: 'FailedKillPod',
    message: `error killing pod: failed to "KillPodSandbox" for "${worker.uid}" with KillPodSandboxError: ${JSON.stringify(answer.message)}`,
  });
  wakeWorker(worker, env.now + RETRY, env);
}
