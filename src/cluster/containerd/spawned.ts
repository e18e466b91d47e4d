import { parseImageReference } from '../programs/image-reference.ts';
import type { Container, ContainerdEnv, Runtime } from './state.ts';

/**
 * Containers whose program is a client of the API server, and therefore a process of its own for as long as the
 * container lives: CoreDNS.
 */

const PREFIX = 'coredns-';

/** Starts the process of such a container, and answers its name; undefined for every other container. */
export function spawned(
  { config }: Runtime,
  { record, config: own }: Container,
  env: ContainerdEnv,
): string | undefined {
  if (config.cniAgent === undefined || !isCoreDns(own.image)) return undefined;
  const name = `${PREFIX}${own.podName.replace(/^coredns-/, '')}-${record.id.slice(0, 8)}`;
  const find = (variable: string) => own.env.find((each) => each.name === variable)?.value;
  env.spawnProcess?.({
    name,
    kind: 'coredns',
    config: Object.freeze({
      containerId: record.id,
      containerd: env.self,
      kubernetesServiceIp: find('KUBERNETES_SERVICE_HOST') ?? '',
    }),
  });
  return name;
}

function isCoreDns(image: string): boolean {
  const reference = parseImageReference(image);
  return typeof reference !== 'string' && reference.path.endsWith('coredns/coredns');
}

/** Whether a process came into being with its container. */
export function isSpawned(process: string): boolean {
  return process.startsWith(PREFIX);
}
