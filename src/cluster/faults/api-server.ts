import type { ProcessRecord } from '../../kernel/process.ts';
import { SECOND } from '../../kernel/time.ts';
import type { World } from '../../kernel/world.ts';
import { STORM_KINDS, type ClientStormConfig } from '../client/storm.ts';
import { CONTROL_PLANE_MACHINE, LOAD_BALANCER_MACHINE, processNames } from '../set-up.ts';
import {
  numberParameter,
  textParameter,
  type Fault,
  type FaultContext,
  type FaultParameter,
} from './fault.ts';

/** Where the storm's client runs: outside the cluster. */
const MACHINE = 'laptop';

export const apiOverload: Fault = {
  kind: 'api-overload',
  title: 'API server overload',
  group: 'API server',
  verb: 'Send a storm',
  heals: 'End the storm',
  params: [
    {
      name: 'requests',
      label: 'What is asked',
      type: 'choice',
      choices: Object.keys(STORM_KINDS),
      // Of a small cluster a list of Pods is too little work to overload anything.
      default: 'list everything',
    },
    {
      name: 'rate',
      label: 'Requests a second',
      type: 'number',
      unit: '/s',
      default: 4000,
      min: 1,
      max: 5000,
    },
    {
      name: 'clients',
      label: 'Requests under way at most',
      type: 'number',
      default: 1000,
      min: 1,
      max: 10_000,
    },
  ],
  symptoms:
    'The seats of the storm’s priority level are taken, then its queues fill, and its requests are refused with 429 and Retry-After. Other levels (node heartbeats, leader election) keep their share; everything at the same level becomes slow. Latency rises, and etcd works for nothing.',
  remedy:
    'kubectl get --raw /metrics | grep apiserver_flowcontrol; kubectl get flowschemas; find the user agent in apiserver_request_total or the audit log; give it a FlowSchema of its own with a small share.',
  inject({ world, kernel, sink, fault }) {
    const name = nameOf(fault.id);
    const config: ClientStormConfig = Object.freeze({
      server: endpointOf(world),
      kind: textParameter(fault, 'requests'),
      ratePerSecond: numberParameter(fault, 'rate'),
      inFlightMax: numberParameter(fault, 'clients'),
    });
    kernel.addProcess(world, { name, kind: 'client-storm', machine: MACHINE, config }, sink);
    return undefined;
  },
  heal({ world, kernel, fault }) {
    kernel.removeProcess(world, nameOf(fault.id));
  },
};

/** Where clients find the API: what stands before several servers, or the only one. */
function endpointOf(world: World): string {
  const balancer = processNames.loadBalancer(LOAD_BALANCER_MACHINE);
  return world.processes.has(balancer) ? balancer : processNames.apiServer(CONTROL_PLANE_MACHINE);
}

function nameOf(fault: string): string {
  return `storm-${fault.replace(/^fault-/, '')}`;
}

const SERVER: FaultParameter = {
  name: 'process',
  label: 'API server',
  type: 'process',
  choices: ['kube-apiserver'],
  default: 'kube-apiserver-cp-1',
};

function servers(world: World, name: string): readonly ProcessRecord[] {
  return [...world.processes.values()].filter(
    (each) => each.kind === 'kube-apiserver' && (name === '' || each.name === name),
  );
}

/** Runs out a second ago; the server keeps the connections that it has. */
export const certificateExpired: Fault = {
  kind: 'certificate-expired',
  title: 'Serving certificate expired',
  group: 'API server',
  verb: 'Expire certificate',
  heals: 'Renew certificate',
  params: [SERVER],
  symptoms:
    'Connections that are open stay open. Every new one fails: kubectl says "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"; a component that restarts, or whose connection breaks, cannot come back, so leases run out one after the other and nodes turn NotReady.',
  remedy:
    'kubeadm certs check-expiration; openssl s_client -connect HOST:6443 | openssl x509 -noout -dates; kubeadm certs renew apiserver, then restart the API server.',
  inject(context) {
    const { world } = context;
    const process = servers(world, textParameter(context.fault, 'process'))[0];
    if (process === undefined) return 'there is no such API server';
    const { now, epochMillis } = world;
    setCertificate(context, process, {
      notAfterMillis: epochMillis + (now - SECOND) / 1000,
      since: now,
      // kubectl connects anew for every command.
      open: Object.freeze(
        [...process.links.keys()].filter((peer) => world.processes.get(peer)?.kind !== 'gateway'),
      ),
    });
    return undefined;
  },
  heal(context) {
    const process = servers(context.world, textParameter(context.fault, 'process'))[0];
    if (process !== undefined) setCertificate(context, process, undefined);
  },
};

function setCertificate(
  { world, kernel }: FaultContext,
  process: ProcessRecord,
  certificate: object | undefined,
): void {
  // A process of kind kube-apiserver has a configuration, and it is plain data.
  const { servingCertificate: _, ...config } = process.config as {
    readonly servingCertificate?: object;
  };
  const next =
    certificate === undefined
      ? config
      : { ...config, servingCertificate: Object.freeze(certificate) };
  kernel.configureProcess(world, process.name, Object.freeze(next));
}
