import { processNames } from '../../cluster/set-up.ts';

/** Ports of a machine on which the cluster's own programs answer, beside those of Pods and Services. */
export interface ComponentPort {
  readonly process: (machine: string) => string;
  /** Only programs of the same machine get through (`--bind-address=127.0.0.1`). */
  readonly isLocal: boolean;
  /** `health`: its health endpoints; `api`: the Kubernetes API; `alive`: it says ok while it runs; `closed`: 401. */
  readonly speaks: 'health' | 'api' | 'alive' | 'closed';
}

export const COMPONENT_PORTS: Readonly<Record<number, ComponentPort>> = {
  6443: { process: processNames.apiServer, isLocal: false, speaks: 'api' },
  2379: { process: processNames.etcd, isLocal: false, speaks: 'health' },
  2380: { process: processNames.etcd, isLocal: false, speaks: 'closed' },
  2381: { process: processNames.etcd, isLocal: true, speaks: 'health' },
  10248: { process: processNames.kubelet, isLocal: true, speaks: 'alive' },
  10250: { process: processNames.kubelet, isLocal: false, speaks: 'closed' },
  10257: { process: processNames.controllerManager, isLocal: true, speaks: 'health' },
  10259: { process: processNames.scheduler, isLocal: true, speaks: 'health' },
};
