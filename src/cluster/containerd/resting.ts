import type { Container, Runtime } from './state.ts';

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
  for (const id of memory.touched) {
    const container = disk.containers.get(id);
    if (container !== undefined && isQuiet(container)) Object.freeze(container);
  }
  memory.touched.length = 0;
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
