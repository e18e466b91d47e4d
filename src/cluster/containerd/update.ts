import { usageOf } from '../programs/usage.ts';
import { advanceContainer } from './containers.ts';
import { awakeContainer } from './resting.ts';
import type { ContainerdEnv, ContainerdTimer, Runtime } from './state.ts';

/**
 * Gives a running container other limits, which hold at once: what it may use of the processor, and when it is killed for
 * its memory. A limit below what it uses is not set, and the kubelet is told what that is.
 */
export function updateContainer(
  runtime: Runtime,
  {
    id,
    containerId,
    memoryLimitBytes,
    cpuLimitMilli,
  }: Extract<ContainerdTimer, { type: 'containerd/update' }>,
  env: ContainerdEnv,
): void {
  const container = awakeContainer(runtime, containerId);
  const answer = (memoryBytes: number | undefined): void =>
    env.send(runtime.config.kubelet, {
      type: 'cri/done',
      id,
      result: { kind: 'updated', memoryBytes },
    });
  if (container?.program === undefined) {
    answer(undefined);
    return;
  }
  const { memoryBytes } = usageOf(container.program, container.config, env.now);
  const before = container.config.memoryLimitBytes;
  const isLower =
    memoryLimitBytes !== undefined && (before === undefined || memoryLimitBytes < before);
  if (isLower && memoryBytes > memoryLimitBytes) {
    answer(memoryBytes);
    return;
  }
  container.config = Object.freeze({ ...container.config, memoryLimitBytes, cpuLimitMilli });
  answer(undefined);
  advanceContainer(runtime, container, env);
}
