import type { CriRequest } from '../messages.ts';
import type { Kubelet, KubeletEnv, RuntimeThen } from './state.ts';

/** Requests that are answered, without the number that the link gives them. */
type Answered = Extract<CriRequest, { readonly id: number }>;
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Asks the container runtime; `then` comes back with the answer. */
export function askRuntime(
  kubelet: Kubelet,
  request: Unnumbered<Answered>,
  then: RuntimeThen,
  env: KubeletEnv,
): void {
  const { runtime } = kubelet.memory;
  const id = runtime.nextId++;
  runtime.pending.set(id, then);
  // An omitted number is put back: together they are one of the requests again. The number comes first, so that equal
  // requests share a hidden class (see `base/copy.ts`).
  env.send(kubelet.config.containerd, { id, ...request } as Answered);
}

/** Tells the runtime something that has no answer. */
export function tellRuntime(
  kubelet: Kubelet,
  request: Exclude<CriRequest, Answered>,
  env: KubeletEnv,
): void {
  env.send(kubelet.config.containerd, request);
}
