import { below, pick, type RandomStream } from '../../../kernel/random.ts';

/** The shape of the cluster that is disturbed. */
export interface Shape {
  readonly nodes: number;
  readonly controlPlanes: number;
}

type Params = Readonly<Record<string, string | number>>;

/** A fault that a cluster can come back from by itself once it is mended: what loses data for good is left out. */
export function someFault(
  stream: RandomStream,
  { nodes, controlPlanes }: Shape,
): { readonly fault: string; readonly params: Params } {
  const node = `node-${1 + below(stream, nodes)}`;
  const master = `cp-${1 + below(stream, controlPlanes)}`;
  const component = `${pick(stream, COMPONENTS)}-${master}`;
  const faults: readonly (readonly [fault: string, params: Params])[] = [
    ['power-off', { machine: node }],
    ['power-off', { machine: node }],
    ['power-off', { machine: master }],
    ['reboot', { machine: below(stream, 2) === 0 ? node : master }],
    ['network-cut', { machine: node }],
    ['network-cut', { machine: master }],
    ['network-delay', { from: master, to: '*', millis: 20 + below(stream, 400) }],
    ['network-loss', { from: node, to: '*', percent: 5 + below(stream, 40) }],
    ['process-stopped', { process: component }],
    ['process-crash', { process: component }],
    ['process-hang', { process: component }],
    ['process-slow', { process: component, stepMillis: 5 + below(stream, 50) }],
    ['kubelet-stopped', { machine: node }],
    ['kube-proxy-stopped', { machine: node }],
    ['cni-agent-stopped', { machine: node }],
    ['runtime-hang', { machine: node }],
    ['disk-slow', { machine: master, p99: pick(stream, ['10 ms', '100 ms', '1 s']) }],
    ['disk-full', { machine: master }],
    ['memory-pressure', { machine: node }],
    ['etcd-leader-isolated', {}],
    ['clock-skew', { machine: master, seconds: below(stream, 2) === 0 ? 120 : -120 }],
  ];
  const [fault, params] = pick(stream, faults);
  return { fault, params };
}

const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-scheduler', 'kube-controller-manager'] as const;
