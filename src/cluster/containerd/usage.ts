import type { Micros } from '../../kernel/time.ts';
import type { CriContainerUse } from '../messages.ts';
import { usageOf } from '../programs/usage.ts';
import type { ContainerdDisk } from './state.ts';

/** What the control plane's programs use in a small cluster: thousandths of a core, and MiB. */
const COMPONENT_USE: Readonly<Record<string, readonly [cpuMilli: number, mebibytes: number]>> = {
  etcd: [25, 60],
  'kube-apiserver': [50, 310],
  'kube-controller-manager': [15, 75],
  'kube-scheduler': [5, 40],
};

/** The use of every running container on a machine, worked out by formula; reading it changes nothing. */
export function containerUsage(disk: ContainerdDisk, now: Micros): readonly CriContainerUse[] {
  const uses: CriContainerUse[] = [];
  for (const { program, config, record } of disk.containers.values()) {
    const { podUid, name: container } = config;
    if (record.process !== undefined && record.state === 'running') {
      const [cpuMilli, mebibytes] = COMPONENT_USE[config.command[0] ?? ''] ?? [0, 0];
      uses.push({ podUid, container, cpuMilli, memoryBytes: mebibytes * 2 ** 20 });
      continue;
    }
    if (program === undefined) continue;
    const { cpuMilli, memoryBytes } = usageOf(program, config, now);
    uses.push({ podUid, container, cpuMilli, memoryBytes });
  }
  return uses;
}

/** The machine's sum, without what the system itself takes. */
export function machineUsage(
  disk: ContainerdDisk,
  now: Micros,
): { readonly cpuMilli: number; readonly memoryBytes: number } {
  let cpuMilli = 0;
  let memoryBytes = 0;
  for (const usage of containerUsage(disk, now)) {
    cpuMilli += usage.cpuMilli;
    memoryBytes += usage.memoryBytes;
  }
  return { cpuMilli, memoryBytes };
}
