import type { Micros } from '../../kernel/time.ts';
import { recordPod } from './records.ts';
import { tellRuntime } from './runtime-link.ts';
import type { Kubelet, KubeletEnv, PodWorker } from './state.ts';
import { beginPreStop } from './terminate.ts';

/** Kills one container, to be started anew by the rules of its Pod. */
export function killContainer(
  kubelet: Kubelet,
  worker: PodWorker,
  name: string,
  message: string,
  graceMicros: Micros,
  env: KubeletEnv,
): void {
  const work = worker.containers.get(name);
  if (work?.current?.state !== 'running' || work.killing !== undefined) return;
  work.killing = message;
  recordPod(kubelet, worker, env, { container: name, reason: 'Killing', message });
  env.note(message);
  if (beginPreStop(kubelet, worker, work, graceMicros, env)) return;
  tellRuntime(
    kubelet,
    { type: 'cri/stop-container', containerId: work.current.id, graceMicros },
    env,
  );
}
