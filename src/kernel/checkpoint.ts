import { copyAgenda } from './agenda.ts';
import type { World } from './world.ts';

/**
 * A copy of a world that later steps of the original do not touch. Tables (Maps, Sets, arrays, plain
 * objects) are copied; frozen values (Kubernetes objects, causes, configuration) and messages under
 * way are immutable and shared. Cost grows with the number of table entries, not with what they hold.
 */
export function checkpoint(world: World): World {
  return {
    ...world,
    // Appointments are immutable, so the heaps alone are copied.
    agenda: copyAgenda(world.agenda),
    machines: copyTable(world.machines) as World['machines'],
    processes: copyTable(world.processes) as World['processes'],
    wire: copyTable(world.wire) as World['wire'],
    streams: copyTable(world.streams) as World['streams'],
    faults: world.faults.slice(),
    vigils: new Map(world.vigils),
  };
}

/** A world that goes on from a checkpoint; the checkpoint can be used again. */
export const restore = checkpoint;

/** An independent future of a world. */
export const fork = checkpoint;

function copyTable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return copyMap(value);
  if (Array.isArray(value)) {
    if (Object.isFrozen(value)) return value;
    const copy: unknown[] = [];
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      copy.push(typeof item === 'object' && item !== null ? copyTable(item) : item);
    }
    return copy;
  }
  if (value instanceof Set) return new Set(value);
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  if (Object.isFrozen(value)) return value;
  const copy: Record<string, unknown> = {};
  const source = value as Record<string, unknown>;
  for (const key in source) {
    const field = source[key];
    copy[key] = typeof field === 'object' && field !== null ? copyTable(field) : field;
  }
  return copy;
}

function copyMap(map: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>();
  for (const [key, value] of map) {
    copy.set(
      key,
      typeof value === 'object' && value !== null && !Object.isFrozen(value)
        ? copyTable(value)
        : value,
    );
  }
  return copy;
}
