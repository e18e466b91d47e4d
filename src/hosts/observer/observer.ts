import {
  changesSince,
  isCutOff,
  processState,
  revisionOf,
  storedObjects,
} from '../../cluster/observe.ts';
import type { KubeObject } from '../../cluster/client/kube-object.ts';
import { processNames } from '../../cluster/set-up.ts';
import type { World } from '../../kernel/world.ts';
import type { MachineView } from './node-card.ts';
import { createObjectRows, type ObjectRows, type ObservedRows } from './object-rows.ts';
import { usageOf, waitingPod } from './process-views.ts';

/**
 * Looks at the world from outside, keeps only indexes over it, and turns what changed into rows for a page.
 */
export interface Observer extends Pick<ObjectRows, 'nodeCounts'> {
  /** Looks at everything that has changed since the last look. */
  look(): void;
  /** Takes the rows that are due. `full` says that the page must forget what it has. */
  take(): ObservedRows;
  /** Forgets what the page has: the next rows are everything. */
  reset(): void;
}

export function createObserver(world: World): Observer {
  let revision = -1;
  let faults = world.faults;
  const rows = createObjectRows({
    machine: machineView,
    waiting: (pod) => waitingPod(world, pod),
    epochMillis: () => world.epochMillis,
    nowMillis: () => world.epochMillis + world.now / 1000,
  });

  function unitState(name: string): 'up' | 'down' | 'none' {
    if (!world.processes.has(name)) return 'none';
    return processState(world, name) === 'up' ? 'up' : 'down';
  }

  function machineView(name: string): MachineView {
    const usage = usageOf(world, name);
    return {
      kubeProxy: unitState(processNames.kubeProxy(name)),
      cniAgent: unitState(processNames.cniAgent(name)),
      controlPlane: world.processes.has(processNames.apiServer(name)),
      power: world.machines.get(name)?.power ?? 'off',
      cut: isCutOff(world, name),
      kubelet: processState(world, processNames.kubelet(name)) === 'up' ? 'up' : 'down',
      containerd: processState(world, processNames.containerd(name)) === 'up' ? 'up' : 'down',
      cpuUsedMilli: usage.cpuMilli,
      memoryUsedBytes: usage.memoryBytes,
    };
  }

  return {
    look() {
      const truth = revision < 0 ? undefined : changesSince(world, revision);
      if (truth?.changes === undefined) {
        rows.replaceAll([...storedObjects(world)].map((keyValue) => keyValue.value as KubeObject));
        revision = revisionOf(world);
      } else {
        for (const { kind, keyValue } of truth.changes) {
          // The API servers keep notes of their own there too (what is compacted, who serves), which are no objects.
          const { metadata } = keyValue.value as Partial<KubeObject>;
          if (metadata !== undefined) rows.apply(keyValue.value as KubeObject, kind === 'delete');
        }
        revision = truth.revision;
      }
      if (faults !== world.faults) {
        faults = world.faults;
        rows.touchNodes();
      }
      rows.touchWaiting();
    },
    take: rows.take,
    nodeCounts: rows.nodeCounts,
    reset() {
      revision = -1;
    },
  };
}
