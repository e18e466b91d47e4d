import type { Micros } from '../../kernel/time.ts';
import { answersAlike } from '../programs/program-probes.ts';
import type { Container, ContainerdEnv, Runtime } from './state.ts';

/**
 * A server that waits for requests does nothing by itself. Its record is frozen, so that checkpoints share it;
 * whoever is about to change a container wakes it first.
 */
export function awakeContainer(runtime: Runtime, id: string): Container | undefined {
  const { disk, memory } = runtime;
  const container = disk.containers.get(id);
  if (container === undefined) return undefined;
  if (memory.touched.at(-1) !== id) memory.touched.push(id);
  if (!Object.isFrozen(container)) return container;
  const awake = thawed(container);
  disk.containers.set(id, awake);
  return awake;
}

/**
 * At the end of a step: whoever relies on a Pod's answers is told that something has happened in it. Containers that
 * have ended, and servers without anything under way, rest again.
 */
export function restTouched({ disk, memory, config }: Runtime, env: ContainerdEnv): void {
  const { touched, pledged } = memory;
  for (let i = 0; i < touched.length; i += 1) {
    const container = disk.containers.get(touched[i] as string); // In range.
    if (container === undefined) continue;
    const { podUid } = container.config;
    if (pledged.size > 0 && pledged.delete(podUid))
      env.send(config.kubelet, { type: 'cri/news', podUid });
    if (isQuiet(container)) Object.freeze(container);
  }
  // Taken out one by one: to empty a list at once costs more than all that is in it.
  while (touched.length > 0) touched.pop();
}

/** Whether a Pod's ports answer as they do now for as long as nothing happens in it. If so, the kubelet will be told. */
export function pledgeAnswers(runtime: Runtime, podUid: string, now: Micros): boolean {
  const { disk, memory } = runtime;
  const ids = disk.sandboxes.get(podUid)?.containers ?? NO_IDS;
  for (let i = 0; i < ids.length; i += 1) {
    const container = disk.containers.get(ids[i] as string); // In range.
    if (container?.program === undefined) continue;
    const { program, config } = container;
    if (!Object.isFrozen(container) || !answersAlike(program, config, now)) return false;
  }
  memory.pledged.add(podUid);
  return true;
}

const NO_IDS: readonly string[] = Object.freeze([]);

function isQuiet({ program, wakeAt }: Container): boolean {
  return (
    program === undefined ||
    (wakeAt === undefined && program.shell === undefined && (program.execs?.size ?? 0) === 0)
  );
}

function thawed(container: Container): Container {
  const { program } = container;
  if (program === undefined) return { ...container };
  const files = program.files === undefined ? undefined : new Map(program.files);
  return { ...container, program: { ...program, files, execs: undefined } };
}
