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

/** At the end of a step: containers that have ended, and servers without anything under way, rest again. */
export function restContainers({ disk, memory }: Runtime): void {
  const { touched } = memory;
  // Taken out one by one: to empty a list at once costs more than all that is in it.
  for (let id = touched.pop(); id !== undefined; id = touched.pop()) {
    const container = disk.containers.get(id);
    if (container !== undefined && isQuiet(container)) Object.freeze(container);
  }
}

/** Before they rest: whoever relies on a Pod's answers is told that something has happened in it. */
export function tellOfTouched({ disk, memory, config }: Runtime, env: ContainerdEnv): void {
  if (memory.pledged.size === 0) return;
  for (const id of memory.touched) {
    const podUid = disk.containers.get(id)?.config.podUid;
    if (podUid !== undefined && memory.pledged.delete(podUid))
      env.send(config.kubelet, { type: 'cri/news', podUid });
  }
}

/** Whether a Pod's ports answer as they do now for as long as nothing happens in it. If so, the kubelet will be told. */
export function pledgeAnswers(runtime: Runtime, podUid: string, now: Micros): boolean {
  const { disk, memory } = runtime;
  for (const id of disk.sandboxes.get(podUid)?.containers ?? []) {
    const container = disk.containers.get(id);
    if (container?.program === undefined) continue;
    const { program, config } = container;
    if (!Object.isFrozen(container) || !answersAlike(program, { now, config })) return false;
  }
  memory.pledged.add(podUid);
  return true;
}

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
