import type { ContainerdDisk } from '../../cluster/containerd/state.ts';
import type { NetOutcome } from '../../cluster/network/packets.ts';
import { iptablesSave } from '../../cluster/network/iptables.ts';
import { defaultSetUp, processNames } from '../../cluster/set-up.ts';
import { createCluster, kernel } from '../../cluster/world.ts';
import { SECOND, type Micros } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { createDriver, untilNodesReady, type Driver } from '../headless/drive.ts';
import { createSession } from '../session.ts';

/** A whole cluster whose network is looked at: what programs in its Pods get, and what its nodes hold. */
export interface NetworkRig extends Omit<Driver, 'run'> {
  readonly world: World;
  seconds(count: number): void;
  apply(...objects: readonly object[]): void;
  get(path: string): unknown;
  /** Runs a command line in a Pod's first container and answers what it wrote, with its exit code as last line. */
  run(
    pod: string,
    line: string,
    /** Where it is, if the API server cannot be asked. */
    options?: { readonly node?: string; readonly within?: Micros },
  ): string;
  /** The names of Pods of a namespace with their nodes, addresses and whether they are ready. */
  pods(namespace?: string): readonly PodLine[];
  /** What a person outside gets from an address of the machines' network; undefined: nothing within three seconds. */
  curl(ip: string, port: number): NetOutcome | undefined;
  /** Keeps a daemon of a node from running (`kube-proxy`, `cni-agent`). */
  stop(daemon: string, node: string): void;
  /** Lets it run again, in a new Pod. */
  start(daemon: string, node: string): void;
  disk(node: string): ContainerdDisk;
  iptables(node: string): string;
}

export interface PodLine {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
  readonly ready: boolean;
  readonly phase: string;
}

interface PodLike {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export function createNetworkRig(
  options: Parameters<typeof defaultSetUp>[0] & {
    /** What is done before time begins; the nodes are then given twelve seconds, Ready or not. */
    readonly begin?: (rig: Pick<NetworkRig, 'stop'>) => void;
  } = {},
): NetworkRig {
  const { begin, ...setUp } = options;
  const world = createCluster(defaultSetUp({ nodes: 2, ...setUp }));
  const driver = createDriver(createSession(world));
  const stop = (daemon: string, machine: string): void => {
    driver.session.lab({ kind: 'inject-fault', fault: `${daemon}-stopped`, params: { machine } });
  };
  begin?.({ stop });
  if (begin !== undefined) driver.run(12 * SECOND);
  else if (!untilNodesReady(driver, options.nodes ?? 2)) throw new Error('nodes are not Ready');
  let exec = 1_000_000_000;

  const rig: NetworkRig = {
    ...driver,
    world,
    seconds: (count) => driver.run(count * SECOND),
    apply(...objects) {
      for (const object of objects) {
        const answer = driver.request({ method: 'POST', path: collectionOf(object), body: object });
        if (answer.code !== 201) throw new Error(JSON.stringify(answer.body));
      }
    },
    get: (path) => driver.request({ method: 'GET', path }).body,
    pods(namespace = 'default') {
      const body = rig.get(`/api/v1/namespaces/${namespace}/pods`) as { items: PodLike[] };
      return body.items.map(({ metadata, spec, status }) => ({
        name: metadata.name,
        node: spec.nodeName ?? '',
        ip: status.podIP ?? '',
        phase: status.phase,
        ready:
          status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ===
          true,
      }));
    },
    run(pod, line, { node: known, within = 60 * SECOND } = {}) {
      const node = known ?? rig.pods().find(({ name }) => name === pod)?.node ?? '';
      const containers = [...rig.disk(node).containers];
      const [id] =
        containers.find(
          ([, { config, record }]) => config.podName === pod && record.state === 'running',
        ) ?? [];
      if (id === undefined) throw new Error(`${pod} does not run on "${node}"`);
      const file = `/tmp/out-${exec}`;
      kernel.prod(world, {
        to: processNames.containerd(node),
        message: {
          type: 'cri/probe',
          id: exec++,
          containerId: id,
          probe: {
            kind: 'exec',
            command: ['sh', '-c', `(${line}) > ${file} 2>&1; echo "exit $?" >> ${file}`],
          },
          timeoutMicros: undefined,
        } as { type: string },
        cause: undefined,
      });
      const read = () => rig.disk(node).containers.get(id)?.program?.files?.get(file) ?? '';
      const until = world.now + within;
      while (!/(^|\n)exit \d+\n$/.test(read()) && world.now < until) driver.run(SECOND / 10);
      return read();
    },
    curl(ip, port) {
      let outcome: NetOutcome | undefined;
      const payload = { kind: 'http', method: 'GET', path: '/', host: ip } as const;
      driver.session.connect({ ip, port, protocol: 'TCP', payload }, (answer) => {
        outcome = answer;
      });
      driver.run(3 * SECOND);
      return outcome;
    },
    stop,
    start(daemon, machine) {
      for (const { id, params } of world.faults)
        if (params['machine'] === machine) driver.session.lab({ kind: 'heal-fault', id });
      const query = `labelSelector=k8s-app%3D${daemon}&fieldSelector=spec.nodeName%3D${machine}`;
      driver.request({ method: 'DELETE', path: `/api/v1/namespaces/kube-system/pods?${query}` });
    },
    // The disk of that kind of process.
    disk: (node) => world.processes.get(processNames.containerd(node))?.disk as ContainerdDisk,
    iptables(node) {
      const disk = rig.disk(node);
      return iptablesSave(disk.network.rules.values(), {
        name: node,
        zone: disk.network.zone,
        ip: disk.nodeIp,
        clusterCidr: '10.244.0.0/16',
      });
    },
  };
  return rig;
}

function collectionOf(object: object): string {
  const { apiVersion, kind, metadata } = object as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly namespace?: string };
  };
  const base = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${base}/namespaces/${metadata.namespace ?? 'default'}/${kind.toLowerCase()}s`;
}

/** A Pod that waits to be asked to run something. */
export function clientPod(name: string, node: string, special: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', 'infinity'] }],
      ...special,
    },
  };
}

/** A web server with a label and, if it is to be there, a node. */
export function serverPod(name: string, app: string, node: string, special: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'web', image: 'nginx:1.29', ports: [{ containerPort: 80 }] }],
      ...special,
    },
  };
}

export function serviceOf(name: string, app: string, special: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app }, ports: [{ port: 80 }], ...special },
  };
}
