import type { Container, ContainerdEnv, Runtime } from './state.ts';

/**
 * Containers whose program is a client of the API server, and therefore a process of its own for as long as the
 * container lives: CoreDNS, metrics-server.
 */

const PREFIX = 'coredns-';
const METRICS_PREFIX = 'metrics-server-';

/** Starts the process of such a container, and answers its name; undefined for every other container. */
export function spawned(
  { config }: Runtime,
  { record, config: own }: Container,
  /** The path of its image's repository, which tells what it is. */
  path: string,
  env: ContainerdEnv,
): string | undefined {
  if (config.cniAgent === undefined) return undefined;
  if (path.endsWith('metrics-server/metrics-server'))
    return metricsServer(config.epochMillis, record.id, own, env);
  return path.endsWith('coredns/coredns') ? coreDns(record.id, own, env) : undefined;
}

function coreDns(containerId: string, own: Container['config'], env: ContainerdEnv): string {
  const name = `${PREFIX}${own.podName.replace(/^coredns-/, '')}-${containerId.slice(0, 8)}`;
  const find = (variable: string) => own.env.find((each) => each.name === variable)?.value;
  env.spawnProcess?.({
    name,
    kind: 'coredns',
    config: Object.freeze({
      containerId,
      containerd: env.self,
      kubernetesServiceIp: find('KUBERNETES_SERVICE_HOST') ?? '',
    }),
  });
  return name;
}

function metricsServer(
  epochMillis: number,
  containerId: string,
  { podName, args, command, env: variables }: Container['config'],
  env: ContainerdEnv,
): string {
  const name = `${METRICS_PREFIX}${podName.replace(/^metrics-server-/, '')}-${containerId.slice(0, 8)}`;
  const flag = [...command, ...args].find((each) => each.startsWith('--secure-port='));
  const host = variables.find((each) => each.name === 'KUBERNETES_SERVICE_HOST');
  env.spawnProcess?.({
    name,
    kind: 'metrics-server',
    config: Object.freeze({
      containerId,
      containerd: env.self,
      kubernetesServiceIp: host?.value ?? '',
      securePort: Number(flag?.split('=')[1] ?? 4443),
      epochMillis,
    }),
  });
  return name;
}

/** Whether a process came into being with its container. */
export function isSpawned(process: string): boolean {
  return process.startsWith(PREFIX) || process.startsWith(METRICS_PREFIX);
}
