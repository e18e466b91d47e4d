import type { CriRequest } from '../messages.ts';
import type { Kubelet, KubeletEnv, RuntimeThen } from './state.ts';

/**
 * Notes what an answer of the runtime will be for, and gives the number that the request is to carry. It stands first in
 * a request, so that equal ones share a hidden class (see `base/copy.ts`).
 */
export function expectAnswer({ memory }: Kubelet, then: RuntimeThen): number {
  const { runtime } = memory;
  const id = runtime.nextId++;
  runtime.pending.set(id, then);
  return id;
}

/** Sends the container runtime a request: with a number of `expectAnswer`, if it is one that has an answer. */
export function tellRuntime(kubelet: Kubelet, request: CriRequest, env: KubeletEnv): void {
  env.send(kubelet.config.containerd, request);
}

/** Asks the runtime for all that it has. */
export function listRuntime(kubelet: Kubelet, env: KubeletEnv): void {
  tellRuntime(kubelet, { id: expectAnswer(kubelet, LIST), type: 'cri/list' }, env);
}

const LIST: RuntimeThen = Object.freeze({ kind: 'list' });
