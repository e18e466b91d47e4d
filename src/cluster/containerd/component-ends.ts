import type { Micros } from '../../kernel/time.ts';
import type { ProcessExited } from '../../kernel/kernel.ts';
import { endContainer } from './containers.ts';
import { awakeContainer } from './resting.ts';
import { isSpawned } from './spawned.ts';
import type { Container, ContainerdEnv, Runtime } from './state.ts';
import { setWake } from './wake.ts';

/** A process of the machine has ended: with it the container that it was. */
export function componentExited(
  runtime: Runtime,
  { process, code, reason }: ProcessExited,
  env: ContainerdEnv,
): void {
  if (isSpawned(process)) env.reapProcess?.(process);
  for (const [id, { record }] of runtime.disk.containers) {
    if (record.process !== process || record.state !== 'running') continue;
    const container = awakeContainer(runtime, id);
    if (container === undefined) return;
    env.note(`${process} has ended: ${reason}`);
    endContainer(runtime, container, env, code, code === 0 ? 'Completed' : 'Error');
    return;
  }
}

/** A fault: it dies at once. */
export function killComponent(
  runtime: Runtime,
  container: Container,
  how: 'crash' | 'oom',
  env: ContainerdEnv,
): void {
  const process = container.record.process ?? '';
  endContainer(runtime, container, env, 137, how === 'oom' ? 'OOMKilled' : 'Error');
  env.stopProcess(process, 'KILL');
}

/** After a start of the runtime: components that ended meanwhile have ended, the others run on. */
export function recoverComponents(runtime: Runtime, rebooted: boolean, env: ContainerdEnv): void {
  for (const [id, { record }] of runtime.disk.containers) {
    if (record.process === undefined || record.state !== 'running') continue;
    const container = awakeContainer(runtime, id);
    if (container === undefined) continue;
    if (rebooted || !env.isRunning(record.process)) {
      if (isSpawned(record.process)) env.reapProcess?.(record.process);
      markLost(container, env.now);
    } else if (container.killAt !== undefined) {
      container.wakeAt = undefined;
      setWake(container, env, container.killAt);
    }
  }
}

/** Found ended, with the code and reason the real runtime gives to what it cannot know. */
export function markLost(container: Container, now: Micros): void {
  container.program = undefined;
  container.wakeAt = undefined;
  container.killAt = undefined;
  container.record = Object.freeze({
    ...container.record,
    state: 'exited',
    finishedAt: now,
    exitCode: 255,
    reason: 'Unknown',
  });
}
