import type { Micros } from '../../kernel/time.ts';
import type { ContainerConfig } from '../messages.ts';
import type { Container, ContainerdEnv, Runtime } from './state.ts';
import { setWake } from './wake.ts';

/**
 * Containers of the cluster's own components: what runs in them is a process of the machine, which the runtime starts,
 * ends and sees exit. Everything else about them is as for any container.
 */
export function componentOf(runtime: Runtime, config: ContainerConfig): string | undefined {
  const { components } = runtime.config;
  const path = config.command[0];
  if (components === undefined || path === undefined) return undefined;
  const program = path.slice(path.lastIndexOf('/') + 1);
  const component = Object.hasOwn(components, program) ? components[program] : undefined;
  if (component === undefined || !config.image.startsWith(`${component.repository}:`))
    return undefined;
  const { process } = component;
  // Its port is taken while another container of it runs.
  for (const { record } of runtime.disk.containers.values())
    if (record.process === process && record.state === 'running') return undefined;
  return process;
}

/** Whether a container runs one of the cluster's components. */
export function isComponent({ record }: Container): boolean {
  return record.process !== undefined && record.state === 'running';
}

/** SIGTERM now, SIGKILL after the grace. A process that hangs ends only by the second. */
export function stopComponent(container: Container, graceMicros: Micros, env: ContainerdEnv): void {
  const process = container.record.process ?? '';
  if (graceMicros <= 0) {
    env.stopProcess(process, 'KILL');
    return;
  }
  const killAt = env.now + graceMicros;
  container.killAt = Math.min(killAt, container.killAt ?? killAt);
  setWake(container, env, container.killAt);
  env.stopProcess(process, 'TERM');
}

/** The grace of a container that was told to end is over. */
export function advanceComponent(container: Container, env: ContainerdEnv): void {
  if (container.killAt === undefined || container.killAt > env.now) return;
  env.stopProcess(container.record.process ?? '', 'KILL');
}

/** A container is being removed: what still runs in it is killed. */
export function endComponent(container: Container | undefined, env: ContainerdEnv): void {
  if (container !== undefined && isComponent(container))
    env.stopProcess(container.record.process ?? '', 'KILL');
}
