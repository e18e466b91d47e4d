import type { CriContainerUse } from '../messages.ts';

/** What of a node runs out, as the kubelet's eviction thresholds name it. */
export type Signal =
  | 'memory.available'
  | 'nodefs.available'
  | 'imagefs.available'
  | 'pid.available';

/** The conditions a node reports while one of its signals is below its threshold. */
export type PressureCondition = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

export interface Observation {
  readonly signal: Signal;
  readonly condition: PressureCondition;
  /** The resource as messages name it. */
  readonly resource: 'memory' | 'ephemeral-storage' | 'pids';
  readonly available: number;
  readonly threshold: number;
}

/** What of the machine the signals are worked out from. */
export interface MachineFacts {
  readonly memoryBytes: number;
  /** Shares that something else takes: 0 to 1. */
  readonly taken: { readonly memory: number; readonly disk: number; readonly pids: number };
  readonly imageBytes: number;
  readonly uses: readonly CriContainerUse[];
}

const MEBIBYTE = 2 ** 20;
/** The hard threshold of memory. */
const MEMORY_MIN = 100 * MEBIBYTE;
/** What the system and its daemons use. */
const SYSTEM_MEMORY = 400 * MEBIBYTE;
/** The one file system of a node, as its capacity says; images and writable layers lie on it as well. */
const DISK_BYTES = 102_687_672 * 1024;
const SYSTEM_DISK = 6 * 2 ** 30;
/** `kernel.pid_max`, what the system itself runs, and a container's processes with their shim. */
const PIDS_MAX = 32_768;
const SYSTEM_PIDS = 220;
const PIDS_PER_CONTAINER = 8;

/**
 * The eviction signals with the kubelet's default hard thresholds (Kubernetes documentation: "Node-pressure Eviction"),
 * and five per cent of process ids, for which upstream has a signal and no default. Pure.
 */
export function observe(facts: MachineFacts): readonly Observation[] {
  const { taken, uses } = facts;
  const used = uses.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  const memory = facts.memoryBytes * (1 - taken.memory) - SYSTEM_MEMORY - used;
  const disk = DISK_BYTES * (1 - taken.disk) - SYSTEM_DISK - facts.imageBytes;
  const pids = PIDS_MAX * (1 - taken.pids) - SYSTEM_PIDS - PIDS_PER_CONTAINER * uses.length;
  const observation = (
    signal: Signal,
    condition: PressureCondition,
    resource: Observation['resource'],
    available: number,
    threshold: number,
  ): Observation => ({
    signal,
    condition,
    resource,
    available: Math.max(0, Math.floor(available)),
    threshold: Math.floor(threshold),
  });
  return [
    observation('memory.available', 'MemoryPressure', 'memory', memory, MEMORY_MIN),
    observation('nodefs.available', 'DiskPressure', 'ephemeral-storage', disk, DISK_BYTES * 0.1),
    observation('imagefs.available', 'DiskPressure', 'ephemeral-storage', disk, DISK_BYTES * 0.15),
    observation('pid.available', 'PIDPressure', 'pids', pids, PIDS_MAX * 0.05),
  ];
}

/** Whether a signal is below its threshold. */
export function isMet({ available, threshold }: Observation): boolean {
  return available < threshold;
}
